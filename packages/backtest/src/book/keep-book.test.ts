import { createSimVenue, type Market } from '@cc/exchange-sim'
import type { AccountSnapshot, Currency, LedgerEntry, Venue } from '@cc/models'
import { createVirtualClock } from '@cc/models/clock'
import { orderForTest } from '@cc/models/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS, START_MS, syntheticHistory } from '../run/synthetic-history.fixture.js'
import { createBookKeeper } from './keep-book.js'
import type { BookedFlow, RunBook } from './run-book.js'

const { market } = syntheticHistory()
/** The next expiry after the start, and the one a day later. */
const EXPIRIES = [Date.UTC(2026, 0, 3, 8), Date.UTC(2026, 0, 4, 8)] as const

describe('a book', () => {
  it('begins with the deposit and ends with what the account holds', async () => {
    const { keeper, sell } = await open()
    await sell(EXPIRIES[0], 0.5)
    await keeper.look(START_MS, DECISION)
    const { depositCoin, rows } = keeper.book()
    expect(depositCoin).toBe(2)
    expect(rows.map(({ timeMs, options }) => [timeMs, options.length])).toEqual([
      [START_MS, 0],
      [START_MS, 1],
    ])
    expect(rows[1]).toMatchObject({
      options: [{ sizeCoin: -0.5 }],
      flows: [{ kind: 'trade', sizeCoin: -0.5, decisionId: 'd1', liquidity: 'taker', timeMs: START_MS }],
    })
    expect(rows[1]?.marginUsedPct).toBeGreaterThan(0)
  })

  it('has two rows of an expiry: the options at their payouts, and the account without them', async () => {
    const { keeper, sell, venue } = await open()
    await sell(EXPIRIES[0], 0.5)
    await sell(EXPIRIES[1], 0.3)
    await keeper.look(START_MS, DECISION)
    await venue.clock.sleep(EXPIRIES[0] + HOUR_MS - START_MS)
    await keeper.look(venue.clock.now(), null)
    const [before, after, now] = keeper.book().rows.slice(-3)
    expect([before, after, now].map((row) => row?.timeMs)).toEqual([EXPIRIES[0], EXPIRIES[0], EXPIRIES[0] + HOUR_MS])
    expect(before?.options).toHaveLength(2)
    expect(after?.options).toHaveLength(1)
    const [flow] = after?.flows ?? []
    const ended = before?.options[0]
    expect(flow).toMatchObject({
      ...{ kind: 'delivery', sizeCoin: 0.5, decisionId: null, liquidity: null, markCoin: ended?.markCoin },
      ...{ indexUsd: before?.indexUsd, priceCoin: ended?.markCoin, delta: ended?.delta },
    })
    expect([0, 1]).toContain(ended?.delta)
    expect(before?.indexUsd).toBe(market.deliveryUsd('BTC', EXPIRIES[0], EXPIRIES[0]))
    expect(before?.flows).toEqual([])
  })

  it('has a row of each trade and of the decision where a decision takes its time', async () => {
    const { keeper, sell, venue } = await open()
    await venue.clock.sleep(HOUR_MS)
    await sell(EXPIRIES[1], 0.5)
    await venue.clock.sleep(HOUR_MS)
    await keeper.look(venue.clock.now(), { decisionId: 'd1', startedMs: START_MS + 1 })
    const rows = keeper.book().rows.slice(1)
    expect(rows.map(({ timeMs, flows }) => [timeMs - START_MS, flows.length])).toEqual([
      [1, 0],
      [HOUR_MS, 1],
      [2 * HOUR_MS, 0],
    ])
    const symbol = rows[1]?.options[0]?.symbol ?? ''
    const quote = market.quote(symbol, START_MS + HOUR_MS)
    expect(rows[1]?.options[0]).toMatchObject({ markCoin: quote?.markPriceCoin, delta: quote?.greeks?.delta })
    expect(rows[1]?.flows[0]).toMatchObject({ bidCoin: quote?.bidPriceCoin, iv: quote?.markIv })
  })

  it('adds up whatever is traded and whenever it is looked at', async () => {
    const step = fc.record({
      expiry: fc.constantFrom(...EXPIRIES),
      tenths: fc.integer({ min: 1, max: 6 }),
      hours: fc.integer({ min: 0, max: 20 }),
      looks: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 6 }), async (steps) => {
        const { keeper, sell, venue } = await open()
        for (const { expiry, tenths, hours, looks } of steps) {
          if (venue.clock.now() < expiry) await sell(expiry, tenths / 10)
          await venue.clock.sleep(hours * HOUR_MS)
          if (looks) await keeper.look(venue.clock.now(), DECISION)
        }
        await venue.clock.sleep(1)
        await keeper.look(venue.clock.now(), null)
        requireIdentities(keeper.book())
        const ledger = await venue.broker.ledger('BTC', { fromMs: 0, toMs: START_MS + 10 * DAY_MS })
        const fees = (rows: readonly { feeCoin: number }[]) => rows.reduce((sum, { feeCoin }) => sum + feeCoin, 0)
        expect(fees(flowsOf(keeper.book()))).toBeCloseTo(fees(ledger), 12)
      }),
      { numRuns: 25 },
    )
  })

  it.each([
    ['a balance that the ledger does not explain', { balanceCoin: 1.9 }],
    ['a position that the ledger does not have', { positions: [positionOf('BTC-9JAN26-90000-C')] }],
  ])('refuses %s', async (_why, changes: Partial<AccountSnapshot>) => {
    const { venue } = await open()
    const { broker } = venue
    const keeper = createBookKeeper({
      currency: 'BTC',
      market,
      broker: { ...broker, account: async (currency) => ({ ...(await broker.account(currency)), ...changes }) },
    })
    await expect(keeper.look(START_MS, null)).rejects.toMatchObject({ code: 'backtest/book-differs' })
  })

  it('refuses a trade that the exchange does not tell in full', async () => {
    const { venue, sell } = await open()
    await sell(EXPIRIES[0], 0.5)
    const { broker } = venue
    const blind = (entry: LedgerEntry): LedgerEntry => (entry.kind === 'trade' ? { ...entry, priceCoin: null } : entry)
    const keeper = createBookKeeper({
      currency: 'BTC',
      market,
      broker: { ...broker, ledger: async (currency, span) => (await broker.ledger(currency, span)).map(blind) },
    })
    await expect(keeper.look(START_MS, null)).rejects.toMatchObject({ code: 'backtest/book-differs' })
  })
})

const DECISION = { decisionId: 'd1', startedMs: 0 }

/** An account of 2 BTC with its book, looked at once. */
async function open() {
  const venue = createSimVenue(
    { currencies: ['BTC'], depositsCoin: { BTC: 2 } },
    { market, clock: createVirtualClock({ startMs: START_MS }) },
  )
  const keeper = createBookKeeper({ currency: 'BTC', market, broker: venue.broker })
  await keeper.look(START_MS, null)
  let orders = 0
  /** At the bid, of the call nearest the money. */
  const sell = async (expiryMs: number, sizeCoin: number) => {
    const call = nearestCall(market, 'BTC', { expiryMs, atMs: venue.clock.now() })
    const quote = market.quote(call.symbol, venue.clock.now())
    orders += 1
    const label = `order-${orders}`
    const terms = { side: 'sell', sizeCoin, priceCoin: quote?.minPriceCoin ?? 0.0001, label } as const
    await place(venue, orderForTest(call, { ...terms, ...AT_ONCE, validUntilMs: venue.clock.now() + 1_000 }))
  }
  return { venue, keeper, sell }
}

const AT_ONCE = { postOnly: false, reduceOnly: false, timeInForce: 'immediate-or-cancel' } as const

async function place({ broker }: Venue, order: Parameters<Venue['broker']['place']>[0]): Promise<void> {
  const { outcome } = await broker.place(order)
  if (outcome === 'unknown') throw new Error('no outcome')
}

function nearestCall(world: Market, currency: Currency, { expiryMs, atMs }: { expiryMs: number; atMs: number }) {
  const indexUsd = world.indexUsd(currency, atMs)
  const calls = world.instruments(currency, atMs).filter((each) => each.kind === 'call' && each.expiryMs === expiryMs)
  const [nearest] = calls.sort((a, b) => Math.abs(a.strikeUsd - indexUsd) - Math.abs(b.strikeUsd - indexUsd))
  if (nearest === undefined) throw new Error('no call of that expiry')
  return nearest
}

function flowsOf({ rows }: RunBook): BookedFlow[] {
  return rows.flatMap(({ flows }) => flows)
}

/** Cash moves by flows alone, and so do positions. */
function requireIdentities(book: RunBook): void {
  const gross = 1 + flowsOf(book).reduce((sum, { cashCoin }) => sum + Math.abs(cashCoin), 0)
  const sizes = new Map<string, number>()
  let cashCoin = book.depositCoin
  let timeMs = 0
  for (const row of book.rows) {
    expect(row.timeMs).toBeGreaterThanOrEqual(timeMs)
    for (const flow of row.flows) {
      expect(flow.timeMs).toBeGreaterThanOrEqual(timeMs)
      expect(flow.timeMs).toBeLessThanOrEqual(row.timeMs)
      expect(Math.abs(-flow.sizeCoin * flow.priceCoin - flow.feeCoin - flow.cashCoin)).toBeLessThan(1e-12 * gross)
      cashCoin += flow.cashCoin
      const left = Math.round(((sizes.get(flow.symbol) ?? 0) + flow.sizeCoin) * 1e8) / 1e8
      if (left === 0) sizes.delete(flow.symbol)
      else sizes.set(flow.symbol, left)
    }
    timeMs = row.timeMs
    expect(Math.abs(cashCoin - row.cashCoin)).toBeLessThan(1e-12 * gross)
    expect(new Map(row.options.map(({ symbol, sizeCoin }) => [symbol, sizeCoin]))).toEqual(sizes)
    const valueCoin = row.options.reduce((sum, { sizeCoin, markCoin }) => sum + sizeCoin * markCoin, 0)
    expect(row.optionsCoin).toBe(valueCoin)
  }
}

function positionOf(symbol: string): AccountSnapshot['positions'][number] {
  return {
    ...{ symbol, kind: 'option', sizeCoin: -1, averagePriceCoin: 0.01, markPriceCoin: 0.01, deltaCoin: -0.3 },
    ...{ initialMarginCoin: 0.1, maintenanceMarginCoin: 0.1 },
  }
}
