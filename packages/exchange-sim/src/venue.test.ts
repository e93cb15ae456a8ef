import { type ApprovedOrder, CcError, type OrderTerms } from '@cc/models'
import { createVirtualClock } from '@cc/models/clock'
import { orderForTest } from '@cc/models/testing'
import { describe, expect, it } from 'vitest'
import { createScriptedMarket, EXPIRY_MS, optionOf, START_MS, STEP_MS } from './exchange/exchange.fixture.js'
import type { Market } from './market.js'
import { ALL_TIME, accepted, termsOf } from './venue.fixture.js'
import { createSimVenue, type SimVenueDeps } from './venue.js'

const OPTION = optionOf()

function orderOf(changes: Partial<OrderTerms> = {}): ApprovedOrder {
  return orderForTest(OPTION, termsOf(changes))
}

function venueOver(market: Parameters<typeof createScriptedMarket>[0] = {}, deps: SimVenueDeps = {}) {
  return createSimVenue({}, { market: createScriptedMarket(market), ...deps })
}

describe('createSimVenue', () => {
  it('books its deposits when the market opens', async () => {
    const { broker } = createSimVenue({ depositsCoin: { BTC: 1.5 } }, { market: createScriptedMarket() })
    expect(await broker.ledger('BTC', ALL_TIME)).toEqual([
      {
        id: 'BTC-1',
        currency: 'BTC',
        timestampMs: START_MS,
        kind: 'transfer',
        venueKind: 'deposit',
        symbol: null,
        sizeCoin: null,
        priceCoin: null,
        deliveryPriceUsd: null,
        feeCoin: 0,
        changeCoin: 1.5,
        balanceCoin: 1.5,
        indexUsd: 80_000,
      },
    ])
    expect(await broker.ledger('ETH', ALL_TIME)).toEqual([])
    expect(await broker.account('ETH')).toMatchObject({ balanceCoin: 0, initialMarginCoin: 0 })
  })

  it.each([
    [{ seed: -1 }, 'seed'],
    [{ depositsCoin: { BTC: -1 } }, 'BTC'],
    [{ currencies: [] }, 'currencies'],
    [{ sed: 1 }, 'sed'],
  ])('refuses the setting %o', (options, field) => {
    expect(() => createSimVenue(options as never)).toThrow(field)
  })

  it.each([
    [{ seed: 7 }, 'seed', '7'],
    [{ startMs: START_MS }, 'startMs', String(START_MS)],
  ])('refuses %o beside a market that is handed in: it would change nothing', (options, field, value) => {
    const facts = expect.objectContaining({ field, value })
    expect(() => createSimVenue(options, { market: createScriptedMarket() })).toThrowError(
      expect.objectContaining({ code: 'exchange-sim/unused-option', recovery: 'halt', facts }),
    )
    expect(() => createSimVenue(options)).not.toThrow()
  })

  it('is synthetic, of seed 1 from 2 January 2026, where nothing is said', async () => {
    const [unsaid, said] = [createSimVenue(), createSimVenue({ seed: 1, startMs: Date.UTC(2026, 0, 2) })]
    expect(unsaid.clock.now()).toBe(Date.UTC(2026, 0, 2))
    expect(await unsaid.market.chain('ETH')).toEqual(await said.market.chain('ETH'))
    expect((await unsaid.market.status()).source.description).toBe('synthetic market, seed 1')
  })

  it('refuses a coin that the market does not have, and a clock that starts too early', () => {
    const market = { ...createScriptedMarket(), currencies: ['BTC'] as const }
    expect(() => createSimVenue({ currencies: ['ETH'] }, { market })).toThrowError(
      expect.objectContaining({ code: 'exchange-sim/unknown-currency', recovery: 'halt' }),
    )
    const clock = createVirtualClock({ startMs: START_MS - 1 })
    expect(() => createSimVenue({}, { market, clock })).toThrowError(
      expect.objectContaining({ code: 'exchange-sim/clock-before-market', recovery: 'halt' }),
    )
  })

  it('has only the coins that were asked for', async () => {
    const { market, broker } = createSimVenue({ currencies: ['BTC'] }, { market: createScriptedMarket() })
    const calls = [
      () => market.instruments('ETH'),
      () => market.chain('ETH'),
      () => market.indexPrice('ETH'),
      () => market.deliveryPrice('ETH', EXPIRY_MS),
      () => broker.account('ETH'),
      () => broker.findByLabel('ETH', 'label'),
    ]
    for (const call of calls) {
      await expect(call()).rejects.toSatisfy(
        (error) => CcError.isInstance(error) && error.code === 'exchange-sim/unknown-currency',
      )
    }
  })
})

describe('time', () => {
  it('passes only with the clock, and every call finds the present', async () => {
    const { broker, market, clock } = venueOver({
      topAt: (atMs) => (atMs >= START_MS + 2 * STEP_MS ? { bid: 0.03, ask: 0.0305 } : {}),
    })
    const { order } = accepted(await broker.place(orderOf({ priceCoin: 0.025 })))
    await clock.sleep(3 * STEP_MS + 5)
    expect(await market.chain('BTC')).toMatchObject({
      timestampMs: START_MS + 3 * STEP_MS,
      quotes: [{ symbol: OPTION.symbol, bidPriceCoin: 0.03 }],
    })
    expect(await broker.order(order.orderId)).toMatchObject({ state: 'filled', updatedMs: START_MS + 2 * STEP_MS })
    expect(await market.deliveryPrice('BTC', EXPIRY_MS)).toBeUndefined()
    await clock.sleep(30 * 86_400_000)
    expect((await broker.account('BTC')).positions).toEqual([])
    expect(await market.deliveryPrice('BTC', EXPIRY_MS)).toBe(100_000)
    expect(await market.instruments('BTC')).toEqual([])
  })

  it('stands still in a recorded moment, whatever the clock says', async () => {
    const { broker, market, clock } = venueOver({ frozen: true })
    accepted(await broker.place(orderOf()))
    const quote = await market.quote(OPTION.symbol)
    await clock.sleep(365 * 86_400_000)
    expect(await market.quote(OPTION.symbol)).toEqual(quote)
    expect((await market.chain('BTC')).timestampMs).toBe(START_MS)
    expect((await broker.account('BTC')).positions).toHaveLength(1)
  })

  it('is lost on the way: an order that is 7 s late is not placed', async () => {
    const asked: unknown[] = []
    const { broker, clock } = venueOver(
      {},
      {
        delayMs(request) {
          asked.push(request)
          return request.method === 'place' ? 7_000 : 0
        },
      },
    )
    await broker.account('BTC')
    const outcome = await broker.place(orderOf({ validUntilMs: clock.now() + 3_000 }))
    expect(outcome).toMatchObject({ outcome: 'rejected', code: 'timed_out' })
    expect(clock.now()).toBe(START_MS + 7_000)
    expect(await broker.findByLabel('BTC', 'test')).toEqual({ orders: [], answeredAtMs: START_MS + 7_000 })
    expect(asked).toEqual([
      { method: 'account', sequence: 1 },
      { method: 'place', sequence: 2 },
      { method: 'findByLabel', sequence: 3 },
    ])
    accepted(await broker.place(orderOf({ validUntilMs: clock.now() + 8_000 })))
  })
})

describe('what it hands out', () => {
  it('is a copy: scribbling on it changes nothing', async () => {
    const { broker, market } = venueOver()
    const placed = accepted(await broker.place(orderOf({ sizeCoin: 1.5 })))
    const { orderId } = placed.order
    const answers = async () => ({
      account: await broker.account('BTC'),
      order: await broker.order(orderId),
      found: await broker.findByLabel('BTC', 'test'),
      fills: await broker.fills('BTC', ALL_TIME),
      ledger: await broker.ledger('BTC', ALL_TIME),
      instruments: await market.instruments('BTC'),
      chain: await market.chain('BTC'),
      quote: await market.quote(OPTION.symbol),
      status: await market.status(),
      history: await market.history('BTC', { kind: 'candles', ...ALL_TIME, resolutionMs: STEP_MS }),
    })
    const before = structuredClone(await answers())
    scribble(await answers())
    scribble(placed)
    expect(await answers()).toEqual(before)
  })

  it('is the same from two venues of one seed that are driven alike', async () => {
    expect(await weekOfTrading(7)).toEqual(await weekOfTrading(7))
    expect(await weekOfTrading(8)).not.toEqual(await weekOfTrading(7))
  })
})

/** Sells the first call that has a bid, every day for ten days. */
async function weekOfTrading(seed: number) {
  const { broker, market, clock } = createSimVenue({ seed })
  for (let day = 0; day < 10; day++) {
    const chain = await market.chain('BTC')
    const calls = (await market.instruments('BTC')).filter(({ kind }) => kind === 'call')
    const call = calls.find(({ symbol }) => chain.quotes.some((q) => q.symbol === symbol && q.bidPriceCoin !== null))
    const priceCoin = chain.quotes.find(({ symbol }) => symbol === call?.symbol)?.bidPriceCoin
    if (call && priceCoin) {
      await broker.place(orderForTest(call, termsOf({ sizeCoin: 0.1, priceCoin, label: `day-${day}` })))
    }
    await clock.sleep(86_400_000)
  }
  const ledger = await broker.ledger('BTC', ALL_TIME)
  expect(ledger.filter(({ kind }) => kind === 'delivery').length).toBeGreaterThan(0)
  return { ledger, fills: await broker.fills('BTC', ALL_TIME), account: await broker.account('BTC') }
}

function scribble(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return
  for (const key of Object.keys(value)) {
    scribble(Reflect.get(value, key))
    Reflect.set(value, key, 'scribbled')
  }
}

describe('a market whose coins change at their own times', () => {
  const createOwnTimes = (): Market => {
    const market = createScriptedMarket()
    const startMs = (atMs: number, currency?: string) =>
      currency === 'ETH' ? START_MS : Math.floor(atMs / 60_000) * 60_000
    return { ...market, steps: { startMs, nextMs: (atMs) => (Math.floor(atMs / 60_000) + 1) * 60_000 } }
  }

  it('tells of each how old its chain and its index are', async () => {
    const { market, clock } = createSimVenue({}, { market: createOwnTimes() })
    await clock.sleep(3_600_000)
    const toldOf = async (currency: 'BTC' | 'ETH') => [
      (await market.chain(currency)).timestampMs,
      (await market.indexPrice(currency)).timestampMs,
    ]
    expect(await toldOf('BTC')).toEqual([START_MS + 3_600_000, START_MS + 3_600_000])
    expect(await toldOf('ETH')).toEqual([START_MS, START_MS])
  })
})
