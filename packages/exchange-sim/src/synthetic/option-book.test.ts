import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { black76, isOnStep, isOnTick, yearsBetween } from '@cc/pricing'
import fc from 'fast-check'
import { describe, expect, inject, it } from 'vitest'
import { listOption } from '../contract-terms.js'
import { quoteBook, usualSpreads } from './option-book.js'
import { hash32 } from './seeded-noise.js'

const NOW_MS = Date.UTC(2026, 0, 2)
const EXPIRY_MS = Date.UTC(2026, 0, 30, 8)

function book(option: {
  currency: 'BTC' | 'ETH'
  kind: 'call' | 'put'
  moneyness: number
  days: number
  iv: number
  noise: number
}) {
  const { currency, kind, moneyness, days, iv, noise } = option
  const forwardUsd = currency === 'BTC' ? 88_000 : 2_950
  const strikeUsd = Math.max(1, Math.round(forwardUsd * Math.exp(moneyness * iv * Math.sqrt(days / 365))))
  const expiryYears = days / 365
  const instrument = listOption({ currency, kind, strikeUsd, expiryMs: EXPIRY_MS })
  const fair = black76({ forwardUsd, strikeUsd, expiryYears, iv, kind })
  const spreadCoin = usualSpreads(currency, days)({ delta: fair.delta, vegaCoin: fair.vega / forwardUsd })
  return { instrument, fair, forwardUsd, ...quoteBook({ instrument, fair, spreadCoin, atMs: NOW_MS, noise }) }
}

const option = fc.record({
  currency: fc.constantFrom('BTC' as const, 'ETH' as const),
  kind: fc.constantFrom('call' as const, 'put' as const),
  moneyness: fc.double({ min: -4, max: 4, noNaN: true }),
  days: fc.double({ min: 1 / 1440, max: 380, noNaN: true }),
  iv: fc.double({ min: 0.1, max: 2, noNaN: true }),
  noise: fc.nat(2 ** 32 - 1),
})

it('quotes bids below asks, on ticks, in sizes one can trade', () => {
  fc.assert(
    fc.property(option, (given) => {
      const { instrument, bidPriceCoin, bidSizeCoin, askPriceCoin, askSizeCoin } = book(given)
      expect(bidPriceCoin === null).toBe(bidSizeCoin === null)
      if (bidPriceCoin !== null) {
        expect(bidPriceCoin).toBeGreaterThan(0)
        expect(bidPriceCoin).toBeLessThan(askPriceCoin!)
        expect(isOnTick(bidPriceCoin, instrument)).toBe(true)
      }
      expect(isOnTick(askPriceCoin!, instrument)).toBe(true)
      expect(askPriceCoin!).toBeGreaterThan(0)
      for (const size of [bidSizeCoin, askSizeCoin]) {
        if (size === null) continue
        expect(size).toBeGreaterThanOrEqual(instrument.minSizeCoin)
        expect(isOnStep(size, instrument.sizeStepCoin)).toBe(true)
      }
    }),
    { numRuns: 500 },
  )
})

it('has no bid where the option is worth nothing', () => {
  const { bidPriceCoin, askPriceCoin } = book({
    currency: 'BTC',
    kind: 'call',
    moneyness: 6,
    days: 7,
    iv: 0.4,
    noise: 5,
  })
  expect(bidPriceCoin).toBeNull()
  expect(askPriceCoin).toBe(0.0001)
})

describe('spreads of calls', () => {
  const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!

  it.each([
    { currency: 'BTC', days: 7, delta: 0.25, moneyness: 0.66, volPoints: 1.9 },
    { currency: 'BTC', days: 7, delta: 0.48, moneyness: 0.03, volPoints: 1.7 },
    { currency: 'BTC', days: 30, delta: 0.25, moneyness: 0.66, volPoints: 1 },
    { currency: 'BTC', days: 30, delta: 0.11, moneyness: 1.2, volPoints: 0.9 },
    { currency: 'ETH', days: 7, delta: 0.25, moneyness: 0.66, volPoints: 2.1 },
    { currency: 'ETH', days: 30, delta: 0.48, moneyness: 0.03, volPoints: 1 },
  ] as const)('is about $volPoints vol points for $currency, $days days, delta $delta', (cell) => {
    const { currency, days, delta, moneyness, volPoints } = cell
    const iv = currency === 'BTC' ? 0.44 : 0.62
    const spreads = Array.from({ length: 400 }, (_, i) => {
      const given = { currency, kind: 'call' as const, moneyness: moneyness + (i % 20) / 400, days, iv }
      const { fair, forwardUsd, bidPriceCoin, askPriceCoin } = book({ ...given, noise: hash32(i) })
      expect(Math.abs(fair.delta - delta)).toBeLessThan(0.05)
      return ((askPriceCoin! - bidPriceCoin!) * forwardUsd) / fair.vega
    })
    expect(median(spreads) / volPoints).toBeGreaterThan(0.6)
    expect(median(spreads) / volPoints).toBeLessThan(1.4)
  })
})

describe('usual spreads', () => {
  it('change steadily with delta, up to the deepest calls', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('BTC' as const, 'ETH' as const),
        fc.double({ min: 0.001, max: 380, noNaN: true }),
        (currency, days) => {
          const spread = usualSpreads(currency, days)
          const vegaAt = (delta: number) => 0.004 * delta * (1 - delta) * Math.sqrt(days)
          for (let delta = 0.02; delta < 1; delta += 0.001) {
            const [from, to] = [delta, delta + 0.001].map((each) => spread({ delta: each, vegaCoin: vegaAt(each) }))
            expect(Math.abs(to! - from!)).toBeLessThan(0.0008)
            expect(spread({ delta: -delta, vegaCoin: vegaAt(delta) })).toBe(from)
          }
        },
      ),
      { numRuns: 50 },
    )
  })
})

const recordings = inject('recordings')

describe.skipIf(recordings === null)('against what was measured in 2026', () => {
  it('lies between the quartiles of call spreads by delta and tenor', () => {
    const [header, ...lines] = readFileSync(`${recordings}/data/calibration/call_spreads_by_delta_tenor.csv`, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(','))
    const cells = lines.map((line) => Object.fromEntries(header!.map((column, i) => [column, line[i]])))
    let measured = 0
    for (const cell of cells.filter(({ period }) => period === '2026')) {
      const currency = cell.ccy === 'BTC' ? 'BTC' : 'ETH'
      const days = Math.sqrt(Number(cell.dte_lo) * Number(cell.dte_hi))
      const delta = (Number(cell.delta_lo) + Number(cell.delta_hi)) / 2
      const expiryYears = days / 365
      const iv = currency === 'BTC' ? 0.44 : 0.62
      let [low, high] = [0.2, 5]
      for (let i = 0; i < 50; i++) {
        const strikeUsd = (low + high) / 2
        if (black76({ forwardUsd: 1, strikeUsd, expiryYears, iv, kind: 'call' }).delta > delta) low = strikeUsd
        else high = strikeUsd
      }
      const { vega } = black76({ forwardUsd: 1, strikeUsd: low, expiryYears, iv, kind: 'call' })
      const spread = usualSpreads(currency, days)({ delta, vegaCoin: vega })
      const why = `${currency}, ${cell.dte_lo}-${cell.dte_hi} d, delta ${delta}: ${spread}`
      expect(spread, why).toBeGreaterThan(0.8 * Number(cell.spread_coin_p25))
      expect(spread, why).toBeLessThan(1.2 * Number(cell.spread_coin_p75))
      measured++
    }
    expect(measured).toBe(98)
  })

  it.each(['BTC', 'ETH'] as const)('lies between the quartiles of deep calls in recorded chains of %s', (currency) => {
    const buckets = new Map<string, { recorded: number[]; ours: number[] }>()
    const lines = ['01', '02', '03', '04', '05'].flatMap((month) => {
      const zipped = readFileSync(`${recordings}/data/deribit_chains_2026/${currency}-2026-${month}.csv.gz`)
      return gunzipSync(zipped).toString('utf8').split('\n').slice(1)
    })
    for (const line of lines) {
      const [ts, expiry = '', strike, cp, bid, ask, , iv, fwd] = line.split(',')
      if (cp !== 'C' || bid === '' || ask === '') continue
      const expiryMs = Date.UTC(Number(expiry.slice(0, 4)), Number(expiry.slice(4, 6)) - 1, Number(expiry.slice(6)), 8)
      const expiryYears = yearsBetween(Number(ts) * 1_000, expiryMs)
      const forwardUsd = Number(fwd)
      const option = { forwardUsd, strikeUsd: Number(strike), expiryYears, iv: Number(iv) / 100, kind: 'call' } as const
      const { delta, vega } = black76(option)
      if (delta < 0.75 || delta > 0.97) continue
      const days = expiryYears * 365
      const key = `${[0.25, 1.5, 4, 10, 21, 45, 100].findLast((from) => from <= days) ?? 0} d on, ${delta < 0.9 ? 0.75 : 0.9} delta on`
      const bucket = buckets.get(key) ?? { recorded: [], ours: [] }
      buckets.set(key, bucket)
      bucket.recorded.push(Number(ask) - Number(bid))
      bucket.ours.push(usualSpreads(currency, days)({ delta, vegaCoin: vega / forwardUsd }))
    }
    expect(buckets.size).toBeGreaterThan(12)
    for (const [key, { recorded, ours }] of buckets) {
      const quantile = (values: readonly number[], share: number) =>
        [...values].sort((a, b) => a - b)[Math.floor(share * values.length)]!
      const why = `${key}: ${quantile(ours, 0.5)}`
      expect(quantile(ours, 0.5), why).toBeGreaterThan(0.8 * quantile(recorded, 0.25))
      expect(quantile(ours, 0.5), why).toBeLessThan(1.2 * quantile(recorded, 0.75))
    }
  })
})
