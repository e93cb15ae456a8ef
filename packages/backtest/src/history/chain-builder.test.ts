import { CcError, formatSymbol, parseSymbol } from '@cc/models'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBadRows } from './bad-rows.js'
import { createChainBuilder } from './chain-builder.js'
import type { ChainRow } from './chain-row.js'

const TIME_MS = Date.UTC(2026, 0, 2, 9)
const EXPIRY_MS = Date.UTC(2026, 0, 9, 8)

function rowForTest(changes: Partial<ChainRow> = {}): ChainRow {
  return {
    ...{
      file: 'chains.csv',
      row: 1,
      timeMs: TIME_MS,
      indexUsd: 88_000,
      expiryMs: EXPIRY_MS,
      strikeUsd: 90_000,
      isPut: 0,
    },
    ...{ bidCoin: 0.01, askCoin: 0.011, markCoin: 0.0105, iv: 0.45, forwardUsd: 88_100 },
    ...{ bidSizeCoin: Number.NaN, askSizeCoin: Number.NaN, openInterestCoin: 0, volumeCoin: 0, ...changes },
  }
}

function build(rows: readonly ChainRow[], policy: 'refuse' | 'skip' = 'refuse') {
  const badRows = createBadRows(policy)
  const builder = createChainBuilder('BTC', { badRows })
  for (const row of rows) builder.add(row)
  return { columns: builder.finish(), bad: badRows.counted() }
}

function refusalOf(rows: readonly ChainRow[]) {
  try {
    build(rows)
  } catch (error) {
    if (CcError.isInstance(error)) return error
    throw error
  }
  throw new Error('It was taken.')
}

describe('a chain of rows', () => {
  it('lays the rows of a snapshot side by side, under its index', () => {
    const { columns } = build([
      rowForTest(),
      rowForTest({ isPut: 1 }),
      rowForTest({ timeMs: TIME_MS + 1, indexUsd: 87_000 }),
    ])
    expect([...columns.timeMs]).toEqual([TIME_MS, TIME_MS + 1])
    expect([...columns.indexUsd]).toEqual([88_000, 87_000])
    expect([...columns.firstRow]).toEqual([0, 2, 3])
    expect([...columns.isPut]).toEqual([0, 1, 0])
  })

  it('keeps what is missing missing', () => {
    const none = Number.NaN
    const { columns } = build([
      rowForTest({ bidCoin: none, askCoin: none, markCoin: none, iv: none, volumeCoin: none }),
    ])
    expect([columns.bidCoin[0], columns.markCoin[0], columns.iv[0], columns.volumeCoin[0]]).toEqual([
      none,
      none,
      none,
      none,
    ])
  })

  it.each<[changes: Partial<ChainRow>, why: string]>([
    [{ bidCoin: 0.02 }, 'a bid above its ask is data'],
    [{ bidCoin: 0.00873 }, 'a price between ticks is data'],
    [{ markCoin: 0 }, 'far options are worth nothing'],
    [{ isPut: 1 as const, askCoin: 15 }, 'asks of 15 coin keep the side of a put open'],
    [{ iv: 3.49 }, 'short options have such IVs'],
  ])('takes %o: %s', (changes) => {
    expect(build([rowForTest(changes)]).columns.strikeUsd).toHaveLength(1)
  })

  it('has no snapshot without a row', () => {
    const { columns } = build([])
    expect([columns.timeMs.length, [...columns.firstRow]]).toEqual([0, [0]])
  })

  it('lies in memory that threads share where asked for', () => {
    const builder = createChainBuilder('BTC', { badRows: createBadRows('refuse') })
    builder.add(rowForTest())
    const columns = builder.finish({ shared: true })
    expect(columns.bidCoin.buffer).toBeInstanceOf(SharedArrayBuffer)
    expect(columns.isPut.buffer).toBeInstanceOf(SharedArrayBuffer)
  })

  it('joins any number of rows in order, however many were expected', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 65_000, max: 140_000 }),
        fc.integer({ min: 0, max: 200_000 }),
        (count, expectedRows) => {
          const badRows = createBadRows('refuse')
          const builder = createChainBuilder('ETH', { badRows, expectedRows })
          const row = rowForTest()
          for (let i = 0; i < count; i++) {
            row.timeMs = TIME_MS + Math.floor(i / 1000)
            row.strikeUsd = 1000 + (i % 1000)
            builder.add(row)
          }
          const { strikeUsd, firstRow, timeMs } = builder.finish()
          expect(strikeUsd).toHaveLength(count)
          expect(firstRow).toHaveLength(Math.ceil(count / 1000) + 1)
          expect(strikeUsd.every((strike, i) => strike === 1000 + (i % 1000))).toBe(true)
          expect(timeMs.at(-1)).toBe(TIME_MS + Math.ceil(count / 1000) - 1)
        },
      ),
      { numRuns: 8 },
    )
  })
})

describe('a row that cannot be taken', () => {
  it.each<[changes: Partial<ChainRow>, field: string, value: string, why: string]>([
    [{ timeMs: Number.NaN }, 'ts', '', 'no time'],
    [{ timeMs: 0 }, 'ts', '0', 'zero'],
    [{ timeMs: 1e16 }, 'ts', '10000000000000000', 'a time no date holds'],
    [{ timeMs: TIME_MS / 1000 }, 'ts', String(TIME_MS / 1000), 'seconds for milliseconds'],
    [{ timeMs: TIME_MS * 1000 }, 'ts', String(TIME_MS * 1000), 'microseconds for milliseconds'],
    [{ expiryMs: EXPIRY_MS + 3_600_000 }, 'expiry', '2026-01-09T09:00:00.000Z', 'nothing expires at nine'],
    [{ expiryMs: Date.UTC(2126, 0, 9, 8) }, 'expiry', String(Date.UTC(2126, 0, 9, 8)), 'its symbol says 2026'],
    [{ strikeUsd: 90_000.5 }, 'strike', '90000.5', 'no symbol can name it'],
    [{ strikeUsd: 1e22 }, 'strike', '1e+22', 'no symbol can name it'],
    [{ expiryMs: Number.NaN }, 'expiry', '', 'no expiry'],
    [{ expiryMs: TIME_MS - 3_600_000 }, 'expiry', '2026-01-02T08:00:00.000Z', 'it has expired'],
    [{ strikeUsd: 0 }, 'strike', '0', 'zero'],
    [{ strikeUsd: -90_000 }, 'strike', '-90000', 'negative'],
    [{ strikeUsd: Number.POSITIVE_INFINITY }, 'strike', 'Infinity', 'infinite'],
    [{ indexUsd: Number.NaN }, 'index', '', 'no index'],
    [{ indexUsd: 0 }, 'index', '0', 'zero'],
    [{ indexUsd: Number.POSITIVE_INFINITY }, 'index', 'Infinity', 'infinite'],
    [{ forwardUsd: Number.NaN }, 'fwd', '', 'no forward'],
    [{ forwardUsd: 3_000 }, 'fwd', '3000', 'the forward of another coin'],
    [{ bidCoin: 0 }, 'bid', '0', 'zero is no price'],
    [{ bidCoin: -0.01 }, 'bid', '-0.01', 'negative'],
    [{ bidCoin: 950 }, 'bid', '950', 'a price in USD'],
    [{ askCoin: 0 }, 'ask', '0', 'zero is no price'],
    [{ askCoin: 1.5 }, 'ask', '1.5', 'a call is worth less than its coin'],
    [{ isPut: 1, askCoin: 2_000 }, 'ask', '2000', 'a price of a put in USD'],
    [{ markCoin: -0.1 }, 'mark', '-0.1', 'negative'],
    [{ iv: 0 }, 'iv', '0', 'zero is no IV'],
    [{ iv: 45 }, 'iv', '45', 'an IV in percent'],
    [{ bidSizeCoin: 0 }, 'bid_size', '0', 'zero is no size'],
    [{ askSizeCoin: Number.POSITIVE_INFINITY }, 'ask_size', 'Infinity', 'infinite'],
    [{ openInterestCoin: -1 }, 'oi', '-1', 'negative'],
    [{ volumeCoin: Number.POSITIVE_INFINITY }, 'vol', 'Infinity', 'infinite'],
  ])('is refused with its place: %o', (changes, field, value) => {
    const error = refusalOf([
      rowForTest(),
      rowForTest({ row: 2, isPut: 1 }),
      rowForTest({ row: 3, strikeUsd: 91_000, ...changes }),
    ])
    expect(error).toMatchObject({ code: 'backtest/bad-row', recovery: 'halt' })
    expect(error.facts).toMatchObject({ file: 'chains.csv', row: 3, field, value })
    expect(error.message).toMatch(/^chains\.csv row 3 \w+: expected .+, got .+\.$/)
  })

  it.each<[changes: Partial<ChainRow>, field: string, why: string]>([
    [{}, 'cp', 'the same option twice'],
    [{ timeMs: TIME_MS - 1 }, 'ts', 'an earlier snapshot'],
    [{ isPut: 1, indexUsd: 88_001 }, 'index', 'another index than its snapshot has'],
    [{ expiryMs: EXPIRY_MS - 86_400_000 }, 'expiry', 'an earlier expiry'],
    [{ strikeUsd: 89_000 }, 'strike', 'a lower strike'],
  ])('is refused out of order: %o', (changes, field) => {
    expect(refusalOf([rowForTest(), rowForTest({ row: 2, ...changes })]).facts).toMatchObject({ row: 2, field })
  })

  it('is refused where a put stands before its call', () => {
    expect(refusalOf([rowForTest({ isPut: 1 }), rowForTest({ row: 2 })]).facts).toMatchObject({
      field: 'cp',
      value: 'C',
    })
  })

  it('is left out and counted where the user allows it, and the first twenty are told', () => {
    const bad = Array.from({ length: 30 }, (_, i) => rowForTest({ row: i + 2, strikeUsd: -1 }))
    const { columns, bad: told } = build([rowForTest(), ...bad, rowForTest({ row: 99, isPut: 1 })], 'skip')
    expect(columns.strikeUsd).toHaveLength(2)
    expect(told.count).toBe(30)
    expect(told.first.map(({ row }) => row)).toEqual(Array.from({ length: 20 }, (_, i) => i + 2))
  })

  it('takes no garbage: whatever the numbers, the rows kept are in order and sane', () => {
    const any = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, 0, -1, 0.01, 1, 88_000))
    const time = fc.oneof(
      any,
      fc.integer({ min: 0, max: 3 }).map((step) => TIME_MS + step),
      fc.integer({ min: -1, max: 2 }).map((days) => EXPIRY_MS + days * 86_400_000),
    )
    const row = fc.record({
      ...{
        file: fc.constant('x.csv'),
        row: fc.constant(1),
        timeMs: time,
        indexUsd: any,
        expiryMs: time,
        strikeUsd: any,
      },
      ...{ isPut: fc.constantFrom<0 | 1>(0, 1), bidCoin: any, askCoin: any, markCoin: any, iv: any, forwardUsd: any },
      ...{ bidSizeCoin: any, askSizeCoin: any, openInterestCoin: any, volumeCoin: any },
    })
    const mostlySane = fc
      .tuple(row, fc.subarray(Object.keys(rowForTest()) as (keyof ChainRow)[], { maxLength: 2 }))
      .map(
        ([wild, keys]) => ({ ...rowForTest(), ...Object.fromEntries(keys.map((key) => [key, wild[key]])) }) as ChainRow,
      )
    fc.assert(
      fc.property(fc.array(fc.oneof(row, mostlySane), { maxLength: 20 }), (rows) => {
        const { columns, bad } = build(rows, 'skip')
        expect(columns.strikeUsd.length + bad.count).toBe(rows.length)
        expect([...columns.timeMs].every((timeMs, i, all) => i === 0 || timeMs > (all[i - 1] as number))).toBe(true)
        expect([...columns.strikeUsd].every((strike) => strike > 0 && strike < Number.POSITIVE_INFINITY)).toBe(true)
        for (const [place, expiryMs] of columns.expiryMs.entries()) {
          const kind = columns.isPut[place] === 1 ? 'put' : 'call'
          const option = { currency: 'BTC', expiryMs, strikeUsd: columns.strikeUsd[place] as number, kind } as const
          expect(parseSymbol(formatSymbol(option))).toEqual(option)
        }
        expect([...columns.bidCoin].every((bid) => Number.isNaN(bid) || bid > 0)).toBe(true)
        expect([...columns.iv].every((iv) => Number.isNaN(iv) || (iv >= 0.05 && iv <= 10))).toBe(true)
      }),
    )
  })
})
