import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, inject, it } from 'vitest'
import { IMPLIED_VOLATILITY_ROWS } from '../test/implied-volatility-reference.js'
import { black76, type OptionKind } from './black76.js'
import { type ImpliedVolatilityInput, impliedVolatility } from './implied-volatility.js'
import { yearsBetween } from './time.js'

const recordings = inject('recordings')

const weekly: ImpliedVolatilityInput = {
  forwardUsd: 60_000,
  strikeUsd: 66_000,
  expiryYears: 7 / 365,
  priceUsd: 250,
  kind: 'call',
}

/** The box in which the error is promised. */
const market = fc
  .record({
    forwardUsd: fc.double({ min: 100, max: 200_000, noNaN: true }),
    strikeRatio: fc.double({ min: 0.2, max: 5, noNaN: true }),
    expiryYears: fc.double({ min: 1 / 8_760, max: 2, noNaN: true }),
    iv: fc.double({ min: 0.05, max: 4, noNaN: true }),
    kind: fc.constantFrom<OptionKind>('call', 'put'),
  })
  .map(({ strikeRatio, ...rest }) => ({ ...rest, strikeUsd: rest.forwardUsd * strikeRatio }))

describe('impliedVolatility', () => {
  // The price as the double it is: what it lost when it was rounded is not asked for.
  it.each(IMPLIED_VOLATILITY_ROWS)('is exact: $why', ({ input, iv }) => {
    expect(Math.abs((impliedVolatility(input) ?? Number.NaN) - iv)).toBeLessThanOrEqual(1e-13)
  })

  it('gives back the volatility that a price was made with', () => {
    fc.assert(
      fc.property(market, ({ iv, ...option }) => {
        const { priceUsd, vega } = black76({ ...option, iv })
        const gapUsd = Math.abs(option.forwardUsd - option.strikeUsd)
        const isInTheMoney = option.strikeUsd < option.forwardUsd === (option.kind === 'call')
        fc.pre(isInTheMoney ? priceUsd > gapUsd : priceUsd > 1e-290)
        const implied = impliedVolatility({ ...option, priceUsd })
        expect(Math.abs((implied ?? Number.NaN) - iv)).toBeLessThanOrEqual(errorBound(priceUsd, vega))
      }),
      { numRuns: 2_000 },
    )
  })

  it('gives back the price it was asked about, from any price inside the bounds', () => {
    const share = fc.oneof(
      fc.double({ min: 1e-12, max: 1 - 1e-12, noNaN: true }),
      fc.double({ min: 1, max: 290, noNaN: true }).map((digits) => 10 ** -digits),
    )
    const gap = fc.oneof(
      fc.constant(0),
      fc.double({ min: -12, max: 0.6, noNaN: true }).map((digits) => 10 ** digits),
    )
    fc.assert(
      fc.property(share, gap, fc.boolean(), (value, distance, isCall) => {
        const [lowerUsd, upperUsd] = [60_000, 60_000 * (1 + distance)]
        const option = isCall
          ? { forwardUsd: lowerUsd, strikeUsd: upperUsd, kind: 'call' as const }
          : { forwardUsd: upperUsd, strikeUsd: lowerUsd, kind: 'put' as const }
        const priceUsd = value * lowerUsd
        const iv = impliedVolatility({ ...option, expiryYears: 1, priceUsd }) ?? Number.NaN
        const back = black76({ ...option, expiryYears: 1, iv })
        // A rounding of the volatility alone moves the price by half an ulp(iv) times the vega.
        const bound = 1e-13 * priceUsd + 100 * back.vega * iv * 4 * Number.EPSILON
        expect(Math.abs(back.priceUsd - priceUsd)).toBeLessThanOrEqual(bound)
      }),
      { numRuns: 2_000 },
    )
  })

  it('rises with the price', () => {
    fc.assert(
      fc.property(market, fc.double({ min: 1e-6, max: 0.5, noNaN: true }), ({ iv, ...option }, share) => {
        const low = impliedVolatility({ ...option, priceUsd: black76({ ...option, iv }).priceUsd })
        const { priceUsd } = black76({ ...option, iv: iv * (1 + share) })
        fc.pre(low !== null)
        const high = impliedVolatility({ ...option, priceUsd }) ?? Number.NaN
        expect(high).toBeGreaterThanOrEqual(low as number)
      }),
    )
  })

  it('is the same for a call and the put of the same strike, as far as their prices carry it', () => {
    for (const strikeUsd of [48_000, 59_000, 61_000, 70_000]) {
      const [call, put] = (['call', 'put'] as const).map((kind) => {
        const priceUsd = black76({ ...weekly, strikeUsd, kind, iv: 0.8 }).priceUsd
        return impliedVolatility({ ...weekly, strikeUsd, kind, priceUsd })
      })
      expect(Math.abs((call ?? Number.NaN) - (put ?? Number.NaN))).toBeLessThan(1e-10)
    }
  })

  it.each<{ why: string; change: Partial<ImpliedVolatilityInput> }>([
    { why: 'no price', change: { priceUsd: 0 } },
    { why: 'no time left', change: { expiryYears: 0 } },
    { why: 'a call at its intrinsic value', change: { strikeUsd: 48_000, priceUsd: 12_000 } },
    { why: 'a call below it', change: { strikeUsd: 48_000, priceUsd: 11_999 } },
    { why: 'a put at its intrinsic value', change: { kind: 'put', priceUsd: 6_000 } },
    { why: 'a put below it', change: { kind: 'put', priceUsd: 5_900 } },
    {
      why: 'an intrinsic value that rounding made larger',
      change: { forwardUsd: 3000.1, strikeUsd: 700.3, priceUsd: 3000.1 - 700.3 },
    },
    { why: 'a call that costs its forward', change: { priceUsd: 60_000 } },
    { why: 'a call in the money that costs more', change: { strikeUsd: 48_000, priceUsd: 60_001 } },
    { why: 'a put that costs its strike', change: { kind: 'put', priceUsd: 66_000 } },
    { why: 'a put out of the money that costs more', change: { kind: 'put', strikeUsd: 48_000, priceUsd: 48_001 } },
    { why: 'a price whose digits are gone', change: { priceUsd: 1e-310 } },
    { why: 'a volatility too small for a double', change: { strikeUsd: 60_000, expiryYears: 1e60, priceUsd: 1e-295 } },
  ])('knows none of $why', ({ change }) => {
    expect(impliedVolatility({ ...weekly, ...change })).toBeNull()
  })

  it('is a finite positive number or null for any finite input', () => {
    const positive = fc.double({ min: Number.MIN_VALUE, max: Number.MAX_VALUE, noNaN: true })
    const near = fc.double({ min: 0.5, max: 2, noNaN: true })
    fc.assert(
      fc.property(
        fc.record({ forwardUsd: positive, strikeUsd: positive, expiryYears: positive, priceUsd: positive }),
        fc.record({ forwardUsd: near, strikeUsd: near, expiryYears: positive, priceUsd: fc.oneof(near, positive) }),
        fc.constantFrom<OptionKind>('call', 'put'),
        (any, close, kind) => {
          for (const input of [any, close]) {
            const iv = impliedVolatility({ ...input, kind })
            expect(iv === null || (iv > 0 && iv < Infinity)).toBe(true)
          }
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it.each<{ change: object; message: string }>([
    { change: { priceUsd: Number.NaN }, message: 'priceUsd must be a finite number >= 0, got NaN' },
    { change: { priceUsd: -1 }, message: 'priceUsd must be a finite number >= 0, got -1' },
    { change: { expiryYears: -1 }, message: 'expiryYears must be a finite number >= 0, got -1' },
    { change: { forwardUsd: 0 }, message: 'forwardUsd must be a finite number > 0, got 0' },
    { change: { strikeUsd: undefined }, message: 'strikeUsd must be a finite number > 0, got undefined' },
    { change: { kind: 'C' }, message: "kind must be 'call' or 'put', got C" },
  ])('refuses $change', ({ change, message }) => {
    expect(() => impliedVolatility({ ...weekly, ...change })).toThrow(new RangeError(`impliedVolatility: ${message}`))
  })
})

describe.skipIf(recordings === null)('impliedVolatility on recorded data', () => {
  const folder = recordings ?? ''
  const read = (path: string) => JSON.parse(readFileSync(join(folder, path), 'utf8'))

  it('gives back the volatilities of the 60-digit vectors', () => {
    const { rows } = read('vectors/quant.json').black76_mpmath60
    expect(rows.length).toBeGreaterThan(0)
    for (const row of rows) {
      const priceUsd = Number(row.usd)
      const option = { forwardUsd: row.F, strikeUsd: row.K, expiryYears: row.days / 365, kind: kindOf(row.type) }
      const implied = impliedVolatility({ ...option, priceUsd }) ?? Number.NaN
      const { vega } = black76({ ...option, iv: row.iv })
      expect(Math.abs(implied - row.iv)).toBeLessThanOrEqual(errorBound(priceUsd, vega))
    }
  })

  it("shows the mark IV of Deribit's tickers, as far as the rounded marks carry it", () => {
    for (const row of read('vectors/quant.json').deribit_tickers.rows) {
      const ticker = { instrument_name: row.name, timestamp: row.timestamp, underlying_price: row.F }
      const decimals = (String(row.mark).split('.')[1] ?? '').length
      const { iv, vega } = impliedOf(ticker, row.mark)
      const rounding = 5e-5 + (0.5 * row.F * 10 ** -Math.max(4, decimals) + 0.005) / (100 * vega)
      expect(Math.abs((iv ?? Number.NaN) - row.markIv / 100), row.name).toBeLessThanOrEqual(rounding)
    }
  })

  it('shows the bid and ask IV of tickers of 2026', () => {
    const tickers: Ticker[] = [
      read('fixtures/testnet-2026/ws_ticker_option_testnet.json').params.data,
      read('fixtures/testnet-2026/ws_ticker_option_mainnet_2026-09-30.json').params.data,
      read('fixtures/mainnet-2026-10/ticker_BTC-25DEC26-90000-C.json').result,
    ]
    for (const ticker of tickers) {
      expect(shown(impliedOf(ticker, ticker.best_bid_price).iv)).toBe(ticker.bid_iv)
      expect(shown(impliedOf(ticker, ticker.best_ask_price).iv)).toBe(ticker.ask_iv)
    }
  })

  it('shows the bid and ask IV of a whole chain, 0 where there is none', () => {
    const rows: Ticker[] = read('fixtures/testnet-2021/order_book_chain_BTC_sweep1.json').result
    const sides = [
      { quotes: rows.map((row) => ({ row, priceCoin: row.best_bid_price, ivPercent: row.bid_iv })), toTheDigit: 0.95 },
      { quotes: rows.map((row) => ({ row, priceCoin: row.best_ask_price, ivPercent: row.ask_iv })), toTheDigit: 0.6 },
    ]
    for (const { quotes, toTheDigit } of sides) {
      const live = quotes.filter(({ priceCoin }) => priceCoin > 0)
      const differences = live.map(({ row, priceCoin, ivPercent }) => {
        const { iv, vega } = impliedOf(row, priceCoin)
        // Deribit shows no more than 500 %, and that for what no volatility can cost.
        const missing = priceCoin > 1 ? 5 : 0
        const difference = Math.abs(Math.min(iv ?? missing, 5) - ivPercent / 100)
        return { difference, isExact: difference <= 5e-5 + (iv === null ? 0 : 0.005 / (100 * vega)) }
      })
      expect(live.length).toBeGreaterThan(200)
      // The forward moves between a quote and the snapshot of its row.
      expect(Math.max(...differences.map(({ difference }) => difference))).toBeLessThan(1.5e-3)
      expect(differences.filter(({ isExact }) => isExact).length / live.length).toBeGreaterThan(toTheDigit)
    }
  })
})

type Ticker = {
  instrument_name: string
  timestamp: number
  underlying_price: number
  best_bid_price: number
  best_ask_price: number
  bid_iv: number
  ask_iv: number
}

/** max(1e-13, 2 ulp(price)/vega), with the vega of `black76`, which is per volatility point. */
function errorBound(priceUsd: number, vega: number): number {
  const ulp = 2 ** (Math.floor(Math.log2(priceUsd)) - 52)
  return Math.max(1e-13, (2 * ulp) / (100 * vega))
}

function impliedOf(
  ticker: Pick<Ticker, 'instrument_name' | 'timestamp' | 'underlying_price'>,
  priceCoin: number,
): { iv: number | null; vega: number } {
  const [, date, strike, letter] = ticker.instrument_name.split('-') as [string, string, string, string]
  const [, day, month, year] = /^(\d+)([A-Z]{3})(\d\d)$/.exec(date) as unknown as [string, string, string, string]
  const expiryMs = Date.parse(`${day} ${month} 20${year} 08:00 UTC`)
  const option = {
    forwardUsd: ticker.underlying_price,
    strikeUsd: Number(strike),
    expiryYears: yearsBetween(ticker.timestamp, expiryMs),
    kind: kindOf(letter),
  }
  const iv = impliedVolatility({ ...option, priceUsd: priceCoin * ticker.underlying_price })
  return { iv, vega: iv === null ? Number.NaN : black76({ ...option, iv }).vega }
}

function kindOf(letter: string): OptionKind {
  return letter === 'C' ? 'call' : 'put'
}

function shown(iv: number | null): number {
  return iv === null ? 0 : Math.round(iv * 1e4) / 100
}
