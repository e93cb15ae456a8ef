import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { REFERENCE_ROWS } from '../test/black76-reference.js'
import { type Black76Value, black76 } from './black76.js'
import { anyRow, type ChainRow, listedRow, numbersOf, optionColumns, stressChain } from './chain.fixture.js'
import { ROW_OUTCOMES } from './chain-columns.js'
import type { ChainEngine } from './kernel/engine.js'
import { createPriceColumns, type PriceColumns, priceChain } from './price-chain.js'

const engines: ChainEngine[] = ['webassembly', 'typescript']
const fields = ['priceUsd', 'priceCoin', 'delta', 'gamma', 'vega', 'theta', 'rho', 'netDelta'] as const

const weekly: ChainRow = { forwardUsd: 60_000, strikeUsd: 66_000, expiryYears: 7 / 365, number: 0.55, flag: 1 }
const volatility = fc.double({ min: 0.05, max: 4, noNaN: true })

function priced(rows: readonly ChainRow[], engine?: ChainEngine) {
  const result = createPriceColumns(rows.length)
  const summary = priceChain({ ...optionColumns(rows), iv: numbersOf(rows) }, result, { engine })
  return { result, summary }
}

function rowOf(result: PriceColumns, row: number): Black76Value {
  return Object.fromEntries(fields.map((field) => [field, result[field][row]])) as Black76Value
}

function scalar({ number: iv, flag, ...option }: ChainRow): Black76Value {
  return black76({ ...option, iv, kind: flag === 1 ? 'call' : 'put' })
}

describe.each(engines)('priceChain by %s', (engine) => {
  it.each(REFERENCE_ROWS)('is exact for $why', ({ input, value }) => {
    const flag = input.kind === 'call' ? 1 : 0
    const { result, summary } = priced([weekly, { ...input, number: input.iv, flag }], engine)
    expect(summary).toEqual({ rows: 2, computed: 2, noVolatility: 0, bad: 0 })
    for (const field of fields) {
      const limit = field.startsWith('price') ? 1e-13 : 1e-12
      expect(Math.abs((result[field][1] as number) / value[field] - 1), field).toBeLessThanOrEqual(limit)
    }
  })

  it('has the bits of black76, row for row', () => {
    const row = fc.oneof({ weight: 4, arbitrary: listedRow(volatility) }, anyRow)
    fc.assert(
      fc.property(fc.array(row, { maxLength: 9 }), (rows) => {
        const { result } = priced(rows, engine)
        rows.forEach((option, index) => {
          if (result.outcome[index] === 0) expect(rowOf(result, index)).toEqual(scalar(option))
        })
      }),
      { numRuns: 2000 },
    )
  })

  it('gives a row the same bits wherever it stands', () => {
    fc.assert(
      fc.property(fc.array(listedRow(volatility), { minLength: 1, maxLength: 9 }), (rows) => {
        const { result } = priced(rows, engine)
        rows.forEach((row, index) => {
          expect(rowOf(priced([row], engine).result, 0)).toEqual(rowOf(result, index))
        })
      }),
    )
  })

  it('has the limits of black76 where no time or no volatility is left', () => {
    const rows = [
      { ...weekly, expiryYears: 0 },
      { ...weekly, number: 0, flag: 0 },
      { ...weekly, strikeUsd: 60_000, number: 0 },
      weekly,
    ]
    const { result, summary } = priced(rows, engine)
    expect(summary).toEqual({ rows: 4, computed: 4, noVolatility: 0, bad: 0 })
    for (const row of [0, 1, 2]) expect(rowOf(result, row)).toEqual(scalar(rows[row] as ChainRow))
  })

  it.each<{ change: Partial<ChainRow>; outcome: string }>([
    { change: { forwardUsd: Number.NaN }, outcome: 'bad-forward' },
    { change: { forwardUsd: 0, strikeUsd: 0 }, outcome: 'bad-forward' },
    { change: { forwardUsd: -60_000 }, outcome: 'bad-forward' },
    { change: { strikeUsd: Infinity }, outcome: 'bad-strike' },
    { change: { strikeUsd: 0 }, outcome: 'bad-strike' },
    { change: { expiryYears: -1e-9 }, outcome: 'bad-expiry' },
    { change: { expiryYears: Number.NaN }, outcome: 'bad-expiry' },
    { change: { number: -0.1 }, outcome: 'bad-iv' },
    { change: { number: Number.NaN }, outcome: 'bad-iv' },
    { change: { number: Infinity }, outcome: 'bad-iv' },
    { change: { flag: 2 }, outcome: 'bad-kind' },
    { change: { strikeUsd: 1e300, expiryYears: 1e300, flag: 0 }, outcome: 'beyond-doubles' },
  ])('names $outcome and spares the other rows', ({ change, outcome }) => {
    const rows = Array.from({ length: 700 }, () => weekly)
    rows[600] = { ...weekly, ...change }
    const { result, summary } = priced(rows, engine)
    expect(summary).toEqual({ rows: 700, computed: 699, noVolatility: 0, bad: 1 })
    expect(ROW_OUTCOMES[result.outcome[600] as number]).toBe(outcome)
    expect(fields.filter((field) => !Number.isNaN(result[field][600]))).toEqual([])
    expect(fields.filter((field) => result[field].filter(Number.isNaN).length !== 1)).toEqual([])
    expect(result.outcome.filter((code) => code !== 0)).toHaveLength(1)
  })

  it('is a number or has a reason, for any input', () => {
    fc.assert(
      fc.property(fc.array(anyRow, { maxLength: 9 }), (rows) => {
        const { result, summary } = priced(rows, engine)
        const isPriced = rows.map((_, row) => fields.every((field) => Number.isFinite(result[field][row])))
        const isMissing = rows.map((_, row) => fields.every((field) => Number.isNaN(result[field][row])))
        expect(isPriced).toEqual(rows.map((_, row) => result.outcome[row] === 0))
        expect(isMissing).toEqual(isPriced.map((whole) => !whole))
        expect(summary.bad).toBe(isMissing.filter(Boolean).length)
      }),
      { numRuns: 500 },
    )
  })

  it('prices a million options of the whole box without one NaN', () => {
    const chain = stressChain(1_000_000, 1)
    const result = createPriceColumns(1_000_000)
    expect(priceChain(chain, result, { engine })).toMatchObject({ computed: 1_000_000, bad: 0 })
    expect(fields.filter((field) => result[field].some(Number.isNaN))).toEqual([])
  })

  it('forgets the results and outcomes of its last run', () => {
    const result = createPriceColumns(1)
    const run = (row: ChainRow) => priceChain({ ...optionColumns([row]), iv: numbersOf([row]) }, result, { engine })
    run({ ...weekly, strikeUsd: Number.NaN })
    run(weekly)
    expect(result.outcome[0]).toBe(0)
    expect(rowOf(result, 0)).toEqual(rowOf(priced([weekly], engine).result, 0))
  })

  it('takes no rows at all', () => {
    expect(priced([], engine).summary).toEqual({ rows: 0, computed: 0, noVolatility: 0, bad: 0 })
  })
})

describe('priceChain', () => {
  it('gives the same bits by either engine', () => {
    const row = fc.oneof({ weight: 4, arbitrary: listedRow(volatility) }, anyRow)
    fc.assert(
      fc.property(fc.array(row, { maxLength: 40 }), (rows) => {
        expect(priced(rows, 'webassembly')).toEqual(priced(rows, 'typescript'))
      }),
      { numRuns: 1000 },
    )
    const chain = stressChain(100_003, 2)
    const [first, second] = engines.map((engine) => {
      const result = createPriceColumns(100_003)
      priceChain(chain, result, { engine })
      return result
    }) as [PriceColumns, PriceColumns]
    for (const field of fields) {
      expect(Buffer.compare(Buffer.from(first[field].buffer), Buffer.from(second[field].buffer)), field).toBe(0)
    }
  })

  it('refuses columns of different lengths and names the first that differs', () => {
    const input = { ...optionColumns([weekly, weekly]), iv: numbersOf([weekly]) }
    expect(() => priceChain(input, createPriceColumns(2))).toThrow(
      new RangeError('priceChain: iv must have 2 rows like forwardUsd, got 1'),
    )
    expect(() => priceChain({ ...input, iv: new Float64Array(2) }, createPriceColumns(3))).toThrow(
      new RangeError('priceChain: priceUsd must have 2 rows like forwardUsd, got 3'),
    )
  })
})
