import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IMPLIED_VOLATILITY_ROWS } from '../test/implied-volatility-reference.js'
import { black76 } from './black76.js'
import { anyRow, type ChainRow, listedRow, numbersOf, optionColumns, stressChain } from './chain.fixture.js'
import { ROW_OUTCOMES } from './chain-columns.js'
import { createImpliedVolColumns, impliedVolChain } from './implied-vol-chain.js'
import { impliedVolatility } from './implied-volatility.js'
import { type ChainEngine, kernelsOf } from './kernel/engine.js'
import { createPriceColumns, priceChain } from './price-chain.js'

const engines: ChainEngine[] = ['webassembly', 'typescript']

const NO_VOLATILITY = ROW_OUTCOMES.indexOf('no-volatility')
const weekly: ChainRow = { forwardUsd: 60_000, strikeUsd: 66_000, expiryYears: 7 / 365, number: 200, flag: 1 }
/** Rows with the price at a volatility. */
const quoted = listedRow(fc.double({ min: 0.05, max: 4, noNaN: true })).map((row) => ({
  ...row,
  number: black76({ ...row, iv: row.number, kind: row.flag === 1 ? 'call' : 'put' }).priceUsd,
}))

function implied(rows: readonly ChainRow[], engine?: ChainEngine) {
  const result = createImpliedVolColumns(rows.length)
  const summary = impliedVolChain({ ...optionColumns(rows), priceUsd: numbersOf(rows) }, result, { engine })
  return { result, summary }
}

/** max(1e-13, 2 ulp(price)/vega), vega per volatility point. */
function errorBound(priceUsd: number, vega: number): number {
  return Math.max(1e-13, (2 * 2 ** (Math.floor(Math.log2(priceUsd)) - 52)) / (100 * vega))
}

describe.each(engines)('impliedVolChain by %s', (engine) => {
  it.each(IMPLIED_VOLATILITY_ROWS)('is exact: $why', ({ input, iv }) => {
    const flag = input.kind === 'call' ? 1 : 0
    const { result, summary } = implied([weekly, { ...input, number: input.priceUsd, flag }], engine)
    expect(summary).toEqual({ rows: 2, computed: 2, noVolatility: 0, bad: 0 })
    const bound = errorBound(input.priceUsd, black76({ ...input, iv }).vega)
    expect(Math.abs((result.iv[1] as number) - iv)).toBeLessThanOrEqual(bound)
  })

  it('has the bits of impliedVolatility, row for row', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof({ weight: 4, arbitrary: quoted }, anyRow), { maxLength: 9 }), (rows) => {
        const { result } = implied(rows, engine)
        rows.forEach(({ number: priceUsd, flag, ...option }, row) => {
          if ((result.outcome[row] as number) > NO_VOLATILITY) return
          const iv = impliedVolatility({ ...option, priceUsd, kind: flag === 1 ? 'call' : 'put' })
          expect(result.iv[row]).toBe(iv ?? Number.NaN)
          expect(result.outcome[row]).toBe(iv === null ? NO_VOLATILITY : 0)
        })
      }),
      { numRuns: 2000 },
    )
  })

  it('gives back the volatilities of a million out-of-the-money prices, and no NaN', () => {
    const rows = 1_000_000
    const chain = stressChain(rows, 3)
    for (let row = 0; row < rows; row++) {
      chain.isCall[row] = (chain.strikeUsd[row] as number) >= (chain.forwardUsd[row] as number) ? 1 : 0
    }
    const prices = createPriceColumns(rows)
    priceChain(chain, prices, { engine })
    const result = createImpliedVolColumns(rows)
    impliedVolChain({ ...chain, priceUsd: prices.priceUsd }, result, { engine })

    let missing = 0
    let worst = 0
    for (let row = 0; row < rows; row++) {
      const priceUsd = prices.priceUsd[row] as number
      if (priceUsd < 1e-200 * (chain.forwardUsd[row] as number)) continue
      const error = Math.abs((result.iv[row] as number) - (chain.iv[row] as number))
      if (Number.isNaN(error)) missing++
      else worst = Math.max(worst, error / errorBound(priceUsd, prices.vega[row] as number))
    }
    expect(missing).toBe(0)
    expect(worst).toBeLessThanOrEqual(1)
  })

  it.each<{ change: Partial<ChainRow>; outcome: string; bad: number }>([
    { change: { number: 0 }, outcome: 'no-volatility', bad: 0 },
    { change: { number: 60_000 }, outcome: 'no-volatility', bad: 0 },
    { change: { strikeUsd: 48_000, number: 12_000 }, outcome: 'no-volatility', bad: 0 },
    { change: { strikeUsd: 48_000, number: 11_000 }, outcome: 'no-volatility', bad: 0 },
    { change: { expiryYears: 0 }, outcome: 'no-volatility', bad: 0 },
    { change: { forwardUsd: Number.NaN }, outcome: 'bad-forward', bad: 1 },
    { change: { strikeUsd: -1 }, outcome: 'bad-strike', bad: 1 },
    { change: { expiryYears: Infinity }, outcome: 'bad-expiry', bad: 1 },
    { change: { number: Number.NaN }, outcome: 'bad-price', bad: 1 },
    { change: { number: -0.5 }, outcome: 'bad-price', bad: 1 },
    { change: { flag: 255 }, outcome: 'bad-kind', bad: 1 },
    { change: { expiryYears: 5e-324, number: 59_999 }, outcome: 'computed', bad: 0 },
  ])('names $outcome for $change and spares the other rows', ({ change, outcome, bad }) => {
    const rows = Array.from({ length: 700 }, () => weekly)
    rows[600] = { ...weekly, ...change }
    const { result, summary } = implied(rows, engine)
    const missing = outcome === 'computed' ? 0 : 1
    expect(summary).toEqual({ rows: 700, computed: 700 - missing, noVolatility: missing - bad, bad })
    expect(ROW_OUTCOMES[result.outcome[600] as number]).toBe(outcome)
    expect(result.iv.filter(Number.isNaN)).toHaveLength(missing)
    expect(Number.isNaN(result.iv[600])).toBe(missing === 1)
  })

  it('forgets the results and outcomes of its last run', () => {
    const result = createImpliedVolColumns(1)
    const run = (row: ChainRow) =>
      impliedVolChain({ ...optionColumns([row]), priceUsd: numbersOf([row]) }, result, { engine })
    run({ ...weekly, strikeUsd: Number.NaN })
    expect(result.iv[0]).toBeNaN()
    run(weekly)
    expect(result).toEqual(implied([weekly], engine).result)
  })

  it('is a positive number or has a reason, for any input', () => {
    fc.assert(
      fc.property(fc.array(anyRow, { maxLength: 9 }), (rows) => {
        const { result, summary } = implied(rows, engine)
        const isSolved = Array.from(result.iv, (iv) => iv > 0 && iv < Infinity)
        expect(isSolved).toEqual(Array.from(result.outcome, (code) => code === 0))
        expect(Array.from(result.iv, Number.isNaN)).toEqual(isSolved.map((solved) => !solved))
        expect(summary.computed + summary.noVolatility + summary.bad).toBe(rows.length)
      }),
      { numRuns: 500 },
    )
  })
})

describe('impliedVolChain', () => {
  it('gives the same bits by either engine', () => {
    const row = fc.oneof({ weight: 4, arbitrary: quoted }, anyRow)
    fc.assert(
      fc.property(fc.array(row, { maxLength: 40 }), (rows) => {
        expect(implied(rows, 'webassembly')).toEqual(implied(rows, 'typescript'))
      }),
      { numRuns: 1000 },
    )
  })

  it('settles nearly all of a listed chain without the scalar solver', () => {
    const days = [1, 2, 7, 14, 30, 60, 90, 180, 270]
    const listed = days.flatMap((day) =>
      Array.from({ length: 50 }, (_, i) => {
        const option = { forwardUsd: 60_000, strikeUsd: 30_000 + 1200 * i, expiryYears: day / 365 }
        const iv = 0.4 + 0.008 * Math.abs(i - 25)
        const kind = option.strikeUsd < 60_000 ? 'put' : 'call'
        return { ...option, number: black76({ ...option, iv, kind }).priceUsd, flag: kind === 'call' ? 1 : 0 }
      }),
    )
    const rows = listed.filter(({ number }) => number > 0.01)
    for (const engine of engines) {
      const kernel = kernelsOf('test', { engine }).imply
      const columns = optionColumns(rows)
      let settled = 0
      for (let start = 0; start < rows.length; start += 100) {
        const end = Math.min(start + 100, rows.length)
        for (const name of ['forwardUsd', 'strikeUsd', 'expiryYears', 'isCall'] as const) {
          kernel.block[name].set(columns[name].subarray(start, end))
        }
        kernel.block.priceUsd.set(numbersOf(rows).subarray(start, end))
        settled += kernel.run(end - start)
      }
      expect(settled / rows.length, engine).toBeGreaterThan(0.95)
    }
  })

  it('refuses columns of different lengths and names the first that differs', () => {
    const input = { ...optionColumns([weekly]), priceUsd: new Float64Array(2) }
    expect(() => impliedVolChain(input, createImpliedVolColumns(1))).toThrow(
      new RangeError('impliedVolChain: priceUsd must have 1 rows like forwardUsd, got 2'),
    )
  })
})
