import {
  type AccountSnapshot,
  CcError,
  type ChainQuote,
  type Currency,
  EMPTY_MEMORY,
  type VenuePosition,
} from '@cc/models'
import { describe, expect, it } from 'vitest'
import {
  DAY_MS,
  ethWorld,
  fakeVenue,
  HOUR_MS,
  hourly,
  NOW_MS,
  position,
  restingOrder,
  world,
} from '../test/fake-venue.js'
import { buildAgentState } from './observe.js'
import { candleDaysOf } from './realised.js'

const BTC_ONLY = { underlyings: ['BTC'] } as const
const CALL = world().instruments[10]?.symbol ?? ''

describe('what is read', () => {
  it('is asked for in stages: accounts, market, tickers, accounts', async () => {
    const venue = fakeVenue({ BTC: world(), ETH: ethWorld() })
    const state = await buildAgentState(venue, EMPTY_MEMORY)
    const tickers = state.underlyings.map(({ candidates }) =>
      candidates.map(({ instrument: { symbol, currency } }) => `quote ${symbol} of ${currency}`),
    )
    const market = (currency: string) =>
      ['chain', 'instruments', 'index', 'candles', 'dvol', 'dvolDays'].map((what) => `${what} ${currency}`)
    expect(venue.calls).toEqual([
      'status',
      'account BTC',
      'account ETH',
      ...market('BTC'),
      ...market('ETH'),
      ...tickers.flat(),
      'account BTC',
      'account ETH',
    ])
    expect(tickers.map(({ length }) => length)).toEqual([expect.any(Number), tickers[0]?.length])
    expect(tickers[0]?.length).toBeGreaterThan(2)
  })

  it('is one chain of each currency, and no ticker of what is not on the shortlist', async () => {
    const venue = fakeVenue({ BTC: world(), ETH: ethWorld() })
    await buildAgentState(venue, EMPTY_MEMORY, { maxCandidates: 2 })
    expect(venue.calls.filter((call) => call.startsWith('chain'))).toEqual(['chain BTC', 'chain ETH'])
    expect(venue.calls.filter((call) => call.startsWith('quote'))).toHaveLength(4)
  })

  it('is begun in one tick, so that a client can join what one request answers', async () => {
    const venue = fakeVenue({ BTC: world(), ETH: ethWorld() })
    let ticks = 0
    const tickOf = new Map<string, number>()
    for (const name of ['chain', 'instruments', 'indexPrice', 'history'] as const) {
      const read = venue.market[name] as (currency: string, ...rest: unknown[]) => Promise<never>
      venue.market[name] = (currency: string, ...rest: unknown[]) => {
        if (tickOf.size === 0) void Promise.resolve().then(() => (ticks += 1))
        tickOf.set(`${name} ${currency}`, ticks)
        return read(currency, ...rest)
      }
    }
    await buildAgentState(venue, EMPTY_MEMORY)
    expect([...tickOf]).toHaveLength(8)
    expect(new Set(tickOf.values())).toEqual(new Set([0]))
    expect(ticks).toBe(1)
  })

  it('is of no currency that was not asked for', async () => {
    const venue = fakeVenue({ BTC: world() })
    await buildAgentState(venue, EMPTY_MEMORY, BTC_ONLY)
    expect(venue.calls.filter((call) => !call.endsWith(' BTC'))).toEqual(['status'])
  })

  it('is no ticker at all where the options say so', async () => {
    const venue = fakeVenue({ BTC: world() })
    const state = await buildAgentState(venue, EMPTY_MEMORY, { ...BTC_ONLY, readTickers: false })
    expect(venue.calls.filter((call) => call.startsWith('quote'))).toEqual([])
    expect(state.underlyings[0]?.parts.tickers).toBeNull()
    expect(new Set(state.underlyings[0]?.candidates.map(({ quotedBy }) => quotedBy))).toEqual(new Set(['chain']))
  })

  it('is history as far back as volatility needs it', async () => {
    const asked: unknown[] = []
    const history = async (_: unknown, request: { kind: 'candles' | 'dvol' }) => {
      asked.push(request)
      return hourly([], { kind: request.kind })
    }
    await buildAgentState(fakeVenue({ BTC: world() }, { history }), EMPTY_MEMORY, { ...BTC_ONLY, volHorizonDays: 7 })
    const request = (kind: string, days: number, resolutionMs: number) => ({
      kind,
      fromMs: NOW_MS - days * DAY_MS,
      toMs: NOW_MS,
      resolutionMs,
    })
    expect(asked).toEqual([
      request('candles', candleDaysOf(7), HOUR_MS),
      request('dvol', 2, HOUR_MS),
      request('dvol', 366, DAY_MS),
    ])
  })
})

describe('one consistent read', () => {
  /** Accounts of one read of BTC after the other, the last for ever. */
  function moving(...reads: readonly (readonly VenuePosition[])[]) {
    return movingIn('BTC', reads)
  }
  function movingIn(coin: Currency, reads: readonly (readonly VenuePosition[])[]) {
    const venue = fakeVenue({ BTC: world(), ETH: ethWorld() })
    const read = venue.broker.account
    let at = 0
    venue.broker.account = async (currency) => {
      const snapshot: AccountSnapshot = await read(currency)
      if (currency !== coin) return snapshot
      const positions = reads[Math.min(at, reads.length - 1)] ?? []
      at += 1
      return { ...snapshot, balanceCoin: at, positions }
    }
    return venue
  }
  const sold = [position(CALL, -0.5)]
  const bought = [position(CALL, -0.4)]
  const countOf = (venue: ReturnType<typeof moving>, start: string) =>
    venue.calls.filter((call) => call.startsWith(start)).length

  it('takes the later account', async () => {
    const venue = moving(sold)
    const state = await buildAgentState(venue, EMPTY_MEMORY)
    expect(state.underlyings[0]?.portfolio.balanceCoin).toBe(2)
    expect(countOf(venue, 'chain')).toBe(2)
  })

  it.each([
    { why: 'a position appears', reads: [[], sold, sold], sizeCoin: -0.5 },
    { why: 'a size changes', reads: [sold, bought, bought], sizeCoin: -0.4 },
    { why: 'a position goes', reads: [[...sold, position('BTC-PERPETUAL', 1, 'future')], sold, sold], sizeCoin: -0.5 },
  ])('reads everything once more where $why', async ({ reads, sizeCoin }) => {
    const venue = moving(...reads)
    const state = await buildAgentState(venue, EMPTY_MEMORY)
    const { portfolio } = state.underlyings[0]!
    expect(portfolio.positions.map((held) => held.sizeCoin)).toEqual([sizeCoin])
    expect(portfolio.balanceCoin).toBe(3)
    expect(countOf(venue, 'status')).toBe(1)
    expect(countOf(venue, 'account BTC')).toBe(3)
    for (const what of ['chain', 'instruments', 'index', 'candles']) expect(countOf(venue, what)).toBe(4)
  })

  it('reads all currencies once more where one of them moved, whichever', async () => {
    const held = [position(CALL.replace('BTC', 'ETH'), -3)]
    const venue = movingIn('ETH', [[], held, held])
    const { underlyings } = await buildAgentState(venue, EMPTY_MEMORY)
    expect(underlyings.map(({ portfolio }) => portfolio.positions.map((each) => each.sizeCoin))).toEqual([[], [-3]])
    for (const coin of ['BTC', 'ETH']) {
      expect(countOf(venue, `account ${coin}`)).toBe(3)
      expect(countOf(venue, `chain ${coin}`)).toBe(2)
    }
  })

  it('takes market and tickers of the last round, never of the one before the move', async () => {
    const venue = moving([], sold, sold)
    const [before, after] = [world(), world({ indexUsd: 91_000 })]
    const [{ chain, quote, indexPrice }, moved] = [venue.market, fakeVenue({ BTC: after, ETH: ethWorld() }).market]
    const isMoved = () => countOf(venue, 'account BTC') > 1
    const dearer = (row: ChainQuote) => ({
      ...row,
      bidPriceCoin: row.bidPriceCoin === null ? null : row.bidPriceCoin * 1.01,
    })
    venue.market.chain = async (currency) => {
      const read = await chain(currency)
      return isMoved() ? { ...read, quotes: read.quotes.map(dearer) } : read
    }
    venue.market.quote = async (symbol) => {
      const read = await quote(symbol)
      return isMoved() ? { ...read, ...dearer(read) } : read
    }
    venue.market.indexPrice = (currency) => (isMoved() ? moved : { indexPrice }).indexPrice(currency)
    const [btc] = (await buildAgentState(venue, EMPTY_MEMORY)).underlyings
    expect(btc?.spotUsd).toBe(91_000)
    expect(btc?.candidates.length).toBeGreaterThan(2)
    for (const { instrument, bidPriceCoin } of btc?.candidates ?? []) {
      const row = before.quotes.find(({ symbol }) => symbol === instrument.symbol)
      expect(bidPriceCoin).toBe((row?.bidPriceCoin as number) * 1.01)
    }
  })

  it('is not disturbed by orders that come and go: those of the later read count', async () => {
    const venue = moving(sold)
    const read = venue.broker.account
    let reads = 0
    venue.broker.account = async (currency) => {
      reads += 1
      const openOrders =
        reads <= 2 ? [restingOrder({ sizeCoin: 0.9 })] : [restingOrder({ orderId: '2', sizeCoin: 0.3 })]
      return { ...(await read(currency)), openOrders: currency === 'BTC' ? openOrders : [] }
    }
    const [btc] = (await buildAgentState(venue, EMPTY_MEMORY)).underlyings
    expect(btc?.portfolio.openOrders.map(({ orderId }) => orderId)).toEqual(['2'])
    expect(btc?.portfolio.coverage.committedCoin).toBeCloseTo(0.8, 12)
  })

  it('passes on what the account read of the second round fails with', async () => {
    const venue = moving([], sold, sold)
    const read = venue.broker.account
    venue.broker.account = async (currency) => {
      if (countOf(venue, 'account BTC') < 2) return read(currency)
      throw new CcError('No.', { code: 'venue/no', recovery: 'reconcile' })
    }
    await expect(buildAgentState(venue, EMPTY_MEMORY)).rejects.toMatchObject({
      code: 'venue/no',
      recovery: 'reconcile',
    })
  })

  it.each([
    { why: 'a flat position that lingers', reads: [[position(CALL, 0)], []] },
    {
      why: 'another order of them',
      reads: [
        [...sold, position('BTC-PERPETUAL', 1, 'future')],
        [position('BTC-PERPETUAL', 1, 'future'), ...sold],
      ],
    },
    { why: 'another mark', reads: [sold, sold.map((held) => ({ ...held, markPriceCoin: 0.5 }))] },
  ])('is not disturbed by $why', async ({ reads }) => {
    const venue = moving(...reads)
    await buildAgentState(venue, EMPTY_MEMORY)
    expect(countOf(venue, 'account BTC')).toBe(2)
  })

  it('leaves the cycle where they move again', async () => {
    await expect(buildAgentState(moving([], sold, bought), EMPTY_MEMORY)).rejects.toMatchObject({
      code: 'state/positions-moved',
      recovery: 'skip',
      facts: { currency: 'BTC', before: [`${CALL} -0.5`], after: [`${CALL} -0.4`] },
    })
  })
})
