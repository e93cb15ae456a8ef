import { CcError, optionInstrumentSchema, optionQuoteSchema, parseSymbol } from '@cc/models'
import { black76, payoutCoin, yearsBetween } from '@cc/pricing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSyntheticMarket } from './synthetic-market.js'

const START_MS = Date.UTC(2026, 0, 2)
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const HALF_HOUR_MS = 30 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const currencies = ['BTC', 'ETH'] as const
const market = createSyntheticMarket({ seed: 7, startMs: START_MS })
const moments = fc.integer({ min: 0, max: 60 * 24 * 60 }).map((minute) => START_MS + minute * MINUTE_MS)

describe('one seed is one world', () => {
  const times = [0, 3.2, 40, 11.7, 0.1].map((days) => START_MS + Math.round(days * DAY_MS))

  it('whatever is asked of it in whatever order', () => {
    const forwards = createSyntheticMarket({ seed: 11, startMs: START_MS })
    const backwards = createSyntheticMarket({ seed: 11, startMs: START_MS })
    const there = times.map((atMs) => currencies.map((currency) => forwards.chain(currency, atMs)))
    backwards.deliveryUsd('ETH', START_MS + 100 * DAY_MS, START_MS + 101 * DAY_MS)
    const back = times.toReversed().map((atMs) => currencies.toReversed().map((c) => backwards.chain(c, atMs)))
    expect(back.toReversed().map((chains) => chains.toReversed())).toEqual(there)
  })

  it('whether both currencies are served or one', () => {
    const one = createSyntheticMarket({ seed: 7, startMs: START_MS, currencies: ['ETH'] })
    expect(one.chain('ETH', times[1]!)).toEqual(market.chain('ETH', times[1]!))
    expect(one.quote('BTC-30JAN26-90000-C', START_MS)).toBeUndefined()
    for (const ask of [() => one.chain('BTC', START_MS), () => one.indexUsd('BTC', START_MS)]) {
      expect(ask).toThrowError(expect.toSatisfy(CcError.isInstance) as Error)
    }
  })

  it('and another seed another', () => {
    const other = createSyntheticMarket({ seed: 8, startMs: START_MS })
    const later = START_MS + DAY_MS
    expect(other.indexUsd('BTC', later)).not.toBe(market.indexUsd('BTC', later))
    expect(other.chain('BTC', later)).not.toEqual(market.chain('BTC', later))
  })

  it.each([1.5, Number.NaN, 2 ** 60])('refuses the seed %d', (seed) => {
    expect(() => createSyntheticMarket({ seed, startMs: START_MS })).toThrow(RangeError)
  })
})

it('says in the rows of a chain what it says in its quotes', () => {
  fc.assert(
    fc.property(moments, fc.constantFrom(...currencies), (atMs, currency) => {
      const rows = market.chain(currency, atMs).map((quote) => {
        const { symbol, bidPriceCoin, askPriceCoin, markPriceCoin, markIv, forwardUsd } = quote
        const { openInterestCoin, volumeCoin } = quote
        const prices = { bidPriceCoin, askPriceCoin, markPriceCoin, markIv, forwardUsd }
        return { symbol, ...prices, openInterestCoin, volumeCoin }
      })
      expect(market.chainRows?.(currency, atMs)).toEqual(rows)
    }),
    { numRuns: 40 },
  )
  // In the half hour in which an expiry settles, too.
  const settling = START_MS + DAY_MS + 7.8 * HOUR_MS
  const rows = market.chainRows?.('BTC', settling) ?? []
  const quotes = new Map(market.chain('BTC', settling).map((quote) => [quote.symbol, quote]))
  for (const row of rows) expect(quotes.get(row.symbol)).toMatchObject(row)
  expect(rows).toHaveLength(quotes.size)
})

describe('chain', () => {
  it('says that it is synthetic and starts at the levels of early 2026', () => {
    expect(market.source).toEqual({ kind: 'synthetic', description: 'synthetic market, seed 7' })
    expect(market.indexUsd('BTC', START_MS)).toBe(88_000)
    expect(market.indexUsd('ETH', START_MS)).toBe(2_950)
    for (const currency of currencies) {
      const { length } = market.chain(currency, START_MS)
      expect(length).toBeGreaterThan(500)
      expect(length).toBeLessThan(1_200)
    }
  })

  it('quotes every listed option once, in symbol order, as the schemas say', () => {
    for (const currency of currencies) {
      const instruments = market.instruments(currency, START_MS)
      const symbols = instruments.map(({ symbol }) => symbol)
      expect(symbols).toEqual([...new Set(symbols)].sort())
      expect(market.chain(currency, START_MS).map(({ symbol }) => symbol)).toEqual(symbols)
      for (const instrument of instruments) {
        const { symbol, kind, strikeUsd, expiryMs } = optionInstrumentSchema.parse(instrument)
        expect(parseSymbol(symbol)).toEqual({ currency, kind, strikeUsd, expiryMs })
      }
      for (const quote of market.chain(currency, START_MS)) optionQuoteSchema.parse(quote)
    }
  })

  it('marks with Black-76 on its own forward and IV, to four decimals', () => {
    for (const { symbol, forwardUsd, markIv, markPriceCoin, greeks, timestampMs } of market.chain('ETH', START_MS)) {
      const { strikeUsd, expiryMs, kind } = parseSymbol(symbol)!
      const expiryYears = yearsBetween(timestampMs, expiryMs)
      const value = black76({ forwardUsd, strikeUsd, expiryYears, iv: markIv!, kind })
      expect(Math.abs(markPriceCoin - value.priceCoin)).toBeLessThanOrEqual(0.5e-4 + 1e-12)
      expect(greeks!.delta).toBe(value.delta)
    }
  })

  it('is free of silly shapes at any time', () => {
    fc.assert(
      fc.property(fc.constantFrom(...currencies), moments, (currency, atMs) => {
        const calls = new Map<number, { strikeUsd: number; markPriceCoin: number }[]>()
        for (const quote of market.chain(currency, atMs)) {
          const { bidPriceCoin, askPriceCoin, markIv, markPriceCoin, minPriceCoin, maxPriceCoin } = quote
          const { kind, strikeUsd, expiryMs } = parseSymbol(quote.symbol)!
          // In the settlement window IV runs out.
          expect(markIv).toBeGreaterThan(expiryMs - atMs < HALF_HOUR_MS ? 0 : 0.1)
          expect(markIv).toBeLessThan(3)
          if (bidPriceCoin !== null) {
            expect(bidPriceCoin).toBeGreaterThan(0)
            expect(bidPriceCoin).toBeLessThan(askPriceCoin!)
            expect(bidPriceCoin).toBeGreaterThanOrEqual(minPriceCoin!)
          }
          expect(askPriceCoin!).toBeLessThanOrEqual(maxPriceCoin!)
          if (kind === 'call') calls.set(expiryMs, [...(calls.get(expiryMs) ?? []), { strikeUsd, markPriceCoin }])
        }
        for (const row of calls.values()) {
          row.sort((a, b) => a.strikeUsd - b.strikeUsd)
          row.slice(1).forEach(({ markPriceCoin }, i) => {
            expect(markPriceCoin).toBeLessThanOrEqual(row[i]!.markPriceCoin)
          })
        }
      }),
      { numRuns: 40 },
    )
  })

  it.each([
    { currency: 'BTC', share: 0.16, within: 0.04 },
    { currency: 'ETH', share: 0.07, within: 0.03 },
  ] as const)('marks about $share of the calls one sells above their ask: $currency', ({ currency, share, within }) => {
    let sold = 0
    let aboveAsk = 0
    for (const seed of [1, 2, 3]) {
      const world = createSyntheticMarket({ seed, startMs: START_MS, currencies: [currency] })
      for (let moment = 0; moment < 20; moment++) {
        for (const quote of world.chain(currency, START_MS + moment * 31 * HOUR_MS)) {
          const { symbol, greeks, timestampMs, markPriceCoin, askPriceCoin } = quote
          const { kind, expiryMs } = parseSymbol(symbol)!
          const days = (expiryMs - timestampMs) / DAY_MS
          if (kind === 'put' || greeks!.delta < 0.08 || greeks!.delta > 0.4 || days < 4 || days > 45) continue
          sold++
          if (markPriceCoin > askPriceCoin!) aboveAsk++
        }
      }
    }
    expect(sold).toBeGreaterThan(1_000)
    expect(Math.abs(aboveAsk / sold - share)).toBeLessThan(within)
  })

  it('leaves far wings without a bid', () => {
    const quotes = Array.from({ length: 20 }, (_, i) => market.chain('BTC', START_MS + i * 31 * HOUR_MS)).flat()
    const noBid = quotes.filter(({ bidPriceCoin }) => bidPriceCoin === null)
    expect(noBid.length / quotes.length).toBeGreaterThan(0.02)
    expect(noBid.length / quotes.length).toBeLessThan(0.15)
  })

  it('answers one option as the chain does, and an unlisted one not at all', () => {
    const atMs = START_MS + 5 * HOUR_MS + 17_000
    const chain = market.chain('BTC', atMs)
    for (const quote of chain.slice(0, 50)) expect(market.quote(quote.symbol, atMs)).toEqual(quote)
    expect(chain[0]?.timestampMs).toBe(START_MS + 5 * HOUR_MS)
    for (const symbol of ['BTC-1JAN20-5000-C', 'BTC-30JAN26-90001-C', 'SOL-30JAN26-100-C', 'nonsense']) {
      expect(market.quote(symbol, atMs)).toBeUndefined()
    }
  })

  it('keeps quotes within a minute and moves them between minutes', () => {
    const [first] = market.chain('BTC', START_MS).filter(({ bidPriceCoin }) => (bidPriceCoin ?? 0) > 0.02)
    const at = (ms: number) => market.quote(first!.symbol, START_MS + ms)
    expect(at(59_999)).toEqual(first)
    const bids = new Set(Array.from({ length: 60 }, (_, minute) => at(minute * MINUTE_MS)?.bidPriceCoin))
    expect(bids.size).toBeGreaterThan(3)
  })
})

describe('listing', () => {
  it('only adds strikes until the expiry, at which the options leave', () => {
    for (const currency of currencies) {
      let last = new Set(market.instruments(currency, START_MS).map(({ symbol }) => symbol))
      let added = 0
      for (let day = 1; day <= 40; day++) {
        const atMs = START_MS + day * DAY_MS
        const now = new Set(market.instruments(currency, atMs).map(({ symbol }) => symbol))
        for (const symbol of last) {
          expect(now.has(symbol), symbol).toBe(parseSymbol(symbol)!.expiryMs > atMs)
        }
        const known = new Set([...last].map((symbol) => parseSymbol(symbol)!.expiryMs))
        added += [...now].filter((symbol) => !last.has(symbol) && known.has(parseSymbol(symbol)!.expiryMs)).length
        last = now
      }
      expect(added).toBeGreaterThan(20)
    }
  })

  it('drops an expiry at its very millisecond', () => {
    const expiryMs = START_MS + 8 * HOUR_MS
    const listsIt = (atMs: number) => market.instruments('BTC', atMs).some((option) => option.expiryMs === expiryMs)
    expect(listsIt(expiryMs - 1)).toBe(true)
    expect(listsIt(expiryMs)).toBe(false)
  })
})

describe('history', () => {
  const history = (kind: 'candles' | 'dvol', fromMs: number, toMs: number, resolutionMs = HOUR_MS, nowMs = toMs) =>
    market.history('BTC', { kind, fromMs, toMs, resolutionMs, nowMs })

  it('reaches 400 days back and shows closed bars only', () => {
    const candles = history('candles', 0, START_MS + DAY_MS, DAY_MS, START_MS + DAY_MS - 1)
    expect(candles.openMs).toHaveLength(400)
    expect(candles.openMs.at(-1)).toBe(START_MS - DAY_MS)
  })

  it('folds the very index that the market showed', () => {
    const { openMs, open, high, low, close } = history('candles', START_MS, START_MS + 5 * HOUR_MS)
    openMs.forEach((startMs, i) => {
      const minutes = Array.from({ length: 60 }, (_, minute) => market.indexUsd('BTC', startMs + minute * MINUTE_MS))
      expect([open[i], high[i], low[i], close[i]]).toEqual([
        minutes[0],
        Math.max(...minutes),
        Math.min(...minutes),
        minutes[59],
      ])
    })
  })

  it.each([
    ['BTC', 0.95],
    ['ETH', 0.96],
  ] as const)('shows a DVOL of %s that the 30-day at-the-money IV is %d of', (currency, share) => {
    const request = { kind: 'dvol', fromMs: START_MS, toMs: START_MS + MINUTE_MS, resolutionMs: MINUTE_MS } as const
    const { close } = market.history(currency, { ...request, nowMs: START_MS + MINUTE_MS })
    const { forwardUsd, markIv } = market
      .chain(currency, START_MS)
      .filter(({ symbol }) => symbol.includes('-30JAN26-'))
      .reduce((a, b) => (distance(a) < distance(b) ? a : b))
    function distance(quote: { symbol: string; forwardUsd: number }) {
      return Math.abs(parseSymbol(quote.symbol)!.strikeUsd / quote.forwardUsd - 1)
    }
    expect(forwardUsd / market.indexUsd(currency, START_MS)).toBeCloseTo(1, 1)
    // 28 days, and a strike beside the forward.
    expect(Math.abs(markIv! / close[0]! - share)).toBeLessThan(0.02)
  })
})

describe('delivery', () => {
  const expiryMs = START_MS + 8 * HOUR_MS

  it('is not known before the expiry', () => {
    expect(market.deliveryUsd('BTC', expiryMs, expiryMs - 1)).toBeUndefined()
    expect(market.deliveryUsd('BTC', expiryMs, expiryMs)).toBeGreaterThan(0)
  })

  it('averages the index of the last half hour', () => {
    const minutes = Array.from({ length: 31 }, (_, i) => market.indexUsd('BTC', expiryMs - (30 - i) * MINUTE_MS))
    const trapezoid = minutes.slice(1).reduce((sum, to, i) => sum + (minutes[i]! + to) / 2, 0) / 30
    // Samples at the ends of their 4 s: off the trapezoid by half a sample of the whole move.
    const tilt = (minutes[30]! - minutes[0]!) / 900
    expect(market.deliveryUsd('BTC', expiryMs, expiryMs)).toBeCloseTo(trapezoid + tilt, 1)
  })

  const daily = (world: ReturnType<typeof createSyntheticMarket>, currency: 'BTC' | 'ETH', atMs: number, day: number) =>
    world.chain(currency, atMs).filter(({ symbol }) => parseSymbol(symbol)!.expiryMs === expiryMs + day * DAY_MS)

  it('is what the last minute marks, within two ticks', () => {
    let inTheMoney = 0
    for (let seed = 1; seed <= 8; seed++) {
      const world = createSyntheticMarket({ seed, startMs: START_MS })
      for (const currency of currencies) {
        for (let day = 0; day < 5; day++) {
          const deliveredMs = expiryMs + day * DAY_MS
          const deliveryUsd = world.deliveryUsd(currency, deliveredMs, deliveredMs)!
          for (const { symbol, markPriceCoin } of daily(world, currency, deliveredMs - MINUTE_MS, day)) {
            const { kind, strikeUsd } = parseSymbol(symbol)!
            const payout = payoutCoin({ kind, strikeUsd, deliveryUsd })
            if (payout > 0) inTheMoney++
            expect(Math.abs(markPriceCoin - payout), symbol).toBeLessThan(0.0002)
          }
        }
      }
    }
    expect(inTheMoney).toBeGreaterThan(500)
  })

  it('is known in part through its window: the forward goes over from the index to the mean so far', () => {
    for (const minutes of [29, 15, 1]) {
      const atMs = expiryMs - minutes * MINUTE_MS
      const known = Array.from({ length: (30 - minutes) * 15 }, (_, sample) => {
        const sampleMs = expiryMs - HALF_HOUR_MS + (sample + 1) * 4_000
        const fromMs = Math.floor(sampleMs / MINUTE_MS) * MINUTE_MS
        const from = market.indexUsd('BTC', fromMs)
        return from + ((sampleMs - fromMs) / MINUTE_MS) * (market.indexUsd('BTC', fromMs + MINUTE_MS) - from)
      })
      const open = Array.from({ length: minutes * 15 }, () => market.indexUsd('BTC', atMs))
      const mean = [...known, ...open].reduce((sum, value) => sum + value, 0) / 450
      const quotes = daily(market, 'BTC', atMs, 0)
      for (const { forwardUsd } of quotes) expect(Math.abs(forwardUsd - mean)).toBeLessThan(0.5)
      const deltas = quotes.map(({ greeks }) => greeks!.delta)
      expect(Math.max(...deltas)).toBeLessThanOrEqual(minutes / 30)
      expect(Math.max(...deltas)).toBeGreaterThan(0.9 * (minutes / 30))
    }
  })

  it('takes the variance of the mean into IV without a jump as its window opens', () => {
    const ivs = [33, 32, 31, 30, 29, 28, 27].map((minutes) => {
      const atTheMoney = daily(market, 'BTC', expiryMs - minutes * MINUTE_MS, 0).reduce((a, b) =>
        distance(a) < distance(b) ? a : b,
      )
      return atTheMoney.markIv!
    })
    function distance({ symbol, forwardUsd }: { symbol: string; forwardUsd: number }) {
      return Math.abs(parseSymbol(symbol)!.strikeUsd / forwardUsd - 1)
    }
    ivs.slice(1).forEach((iv, i) => {
      expect(iv / ivs[i]!).toBeGreaterThan(0.93)
      expect(iv / ivs[i]!).toBeLessThan(1.01)
    })
  })
})
