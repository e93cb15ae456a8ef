import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { black76 } from './black76.js'
import { shortCallMargin } from './margin.js'
import { callMarginBreach, stressedCallMargin } from './margin-stress.js'

const shortCall = { sizeCoin: 2, strikeUsd: 110_000, forwardUsd: 101_000, expiryYears: 30 / 365, iv: 0.5 }
const longer = { sizeCoin: 1, strikeUsd: 120_000, forwardUsd: 103_000, expiryYears: 90 / 365, iv: 0.55 }
const book = { calls: [shortCall, longer], marginBalanceCoin: 3.05, indexUsd: 100_000 }
const calm = { indexMove: 0, ivMove: 0 }
const sizes = fc.integer({ min: 0, max: 100 }).map((steps) => steps / 10)
const callOf = fc.record({
  sizeCoin: sizes,
  strikeUsd: fc.double({ min: 50_000, max: 300_000, noNaN: true }),
  forwardUsd: fc.double({ min: 80_000, max: 120_000, noNaN: true }),
  expiryYears: fc.double({ min: 0, max: 1, noNaN: true }),
  iv: fc.double({ min: 0, max: 1.5, noNaN: true }),
})
const books = fc
  .array(callOf, { maxLength: 5 })
  .map((calls) => ({ calls, marginBalanceCoin: calls.reduce((sum, call) => sum + call.sizeCoin, 0), indexUsd: 1e5 }))
const moves = fc.double({ min: -0.9, max: 9, noNaN: true })

describe('stressedCallMargin', () => {
  it('without a shock is the sum of what each call asks at its mark', () => {
    const [now] = stressedCallMargin(book, [calm])
    const asked = book.calls.map((call) => {
      const { priceCoin: markCoin } = black76({ ...call, kind: 'call' })
      return {
        markCoin,
        sizeCoin: call.sizeCoin,
        ...shortCallMargin({ ...call, underlyingUsd: call.forwardUsd, markCoin }),
      }
    })
    const sum = (of: (call: (typeof asked)[number]) => number) => asked.reduce((total, call) => total + of(call), 0)
    expect(now?.initialMarginCoin).toBeCloseTo(
      sum((call) => call.initialMarginCoin),
      14,
    )
    expect(now?.maintenanceMarginCoin).toBeCloseTo(
      sum((call) => call.maintenanceMarginCoin),
      14,
    )
    expect(now?.optionsValueCoin).toBeCloseTo(-sum((call) => call.sizeCoin * call.markCoin), 14)
    expect(now?.indexUsd).toBe(100_000)
    // Of the balance, not of the equity, which the calls have lowered already.
    expect(now?.availableFundsCoin).toBeCloseTo(3.05 - sum((call) => call.initialMarginCoin), 14)
    expect(now?.equityCoin).toBeCloseTo(3.05 - sum((call) => call.sizeCoin * call.markCoin), 14)
  })

  it('moves every forward and volatility, and values the margins at the moved index', () => {
    const [shocked] = stressedCallMargin(book, [{ indexMove: 0.3, ivMove: 0.2 }])
    const moved = book.calls.map((call) => ({ ...call, forwardUsd: call.forwardUsd * 1.3, iv: call.iv + 0.2 }))
    const [same] = stressedCallMargin({ ...book, calls: moved, indexUsd: 130_000 }, [calm])
    expect(shocked).toEqual(same)
    expect(shocked?.maintenanceMarginUsd).toBe((shocked?.maintenanceMarginCoin ?? 0) * 130_000)
    expect(shocked?.initialMarginUsd).toBe((shocked?.initialMarginCoin ?? 0) * 130_000)
    expect(shocked?.equityUsd).toBe((shocked?.equityCoin ?? 0) * 130_000)
  })

  it('answers every shock in order', () => {
    const shocks = [-0.5, 0, 0.5].map((indexMove) => ({ indexMove, ivMove: 0 }))
    expect(stressedCallMargin(book, shocks).map(({ indexUsd }) => indexUsd)).toEqual([50_000, 100_000, 150_000])
  })

  it('takes a volatility that a shock would make negative for 0', () => {
    const [flat] = stressedCallMargin(book, [{ indexMove: 0, ivMove: -2 }])
    expect(flat?.optionsValueCoin).toBe(0)
    expect(flat?.equityCoin).toBe(3.05)
  })

  it('of an empty book asks nothing', () => {
    const [empty] = stressedCallMargin({ ...book, calls: [] }, [calm])
    expect(empty).toMatchObject({ initialMarginCoin: 0, maintenanceMarginCoin: 0, optionsValueCoin: 0 })
    expect(empty?.availableFundsCoin).toBe(3.05)
  })

  it('leaves equity less 0.075 coin per call above maintenance: the mark weighs on both alike', () => {
    fc.assert(
      fc.property(books, moves, (calls, indexMove) => {
        const [after] = stressedCallMargin(calls, [{ indexMove, ivMove: 0.1 }])
        const sizeCoin = calls.marginBalanceCoin
        expect(after?.maintenanceExcessCoin).toBeCloseTo((after?.equityCoin ?? Number.NaN) - 0.075 * sizeCoin, 12)
        expect(after?.availableFundsCoin).toBeLessThanOrEqual(after?.maintenanceExcessCoin ?? Number.NaN)
        // A covered book owes its coins at most.
        expect(after?.equityCoin).toBeGreaterThanOrEqual(-1e-12)
      }),
    )
  })

  it('asks more the higher the index', () => {
    fc.assert(
      fc.property(books, moves, moves, (calls, a, b) => {
        const shocks = [Math.min(a, b), Math.max(a, b)].map((indexMove) => ({ indexMove, ivMove: 0 }))
        const [low, high] = stressedCallMargin(calls, shocks)
        const atLeast = (value: number | undefined) => (value ?? Number.NaN) - 1e-12
        expect(high?.initialMarginCoin).toBeGreaterThanOrEqual(atLeast(low?.initialMarginCoin))
        expect(high?.maintenanceMarginCoin).toBeGreaterThanOrEqual(atLeast(low?.maintenanceMarginCoin))
      }),
    )
  })

  const wrong = (field: string, value: number) => ({ ...shortCall, [field]: value })
  it.each([
    {
      call: () => stressedCallMargin({ ...book, indexUsd: 0 }, []),
      message: 'indexUsd must be a finite number > 0, got 0',
    },
    {
      call: () => stressedCallMargin({ ...book, marginBalanceCoin: Number.NaN }, []),
      message: 'marginBalanceCoin must be a finite number, got NaN',
    },
    {
      call: () => stressedCallMargin(book, [{ indexMove: -1, ivMove: 0 }]),
      message: '1 + indexMove must be a finite number > 0, got 0',
    },
    {
      call: () => stressedCallMargin(book, [{ indexMove: 0, ivMove: Number.NaN }]),
      message: 'ivMove must be a finite number, got NaN',
    },
    ...[
      { field: 'sizeCoin', value: -1, expected: '>= 0' },
      { field: 'strikeUsd', value: 0, expected: '> 0' },
      { field: 'forwardUsd', value: Number.NaN, expected: '> 0' },
      { field: 'expiryYears', value: -1, expected: '>= 0' },
      { field: 'iv', value: Infinity, expected: '>= 0' },
    ].map(({ field, value, expected }) => ({
      call: () => stressedCallMargin({ ...book, calls: [wrong(field, value)] }, [calm]),
      message: `${field} must be a finite number ${expected}, got ${value}`,
    })),
  ])('refuses: $message', ({ call, message }) => {
    expect(call).toThrow(`stressedCallMargin: ${message}`)
  })
})

describe('callMarginBreach', () => {
  const covered = { sizeCoin: 1, strikeUsd: 100_000, expiryYears: 0, iv: 0.5, marginBalanceCoin: 1 }

  it('of a covered call without time value lies at 6.7 strikes to open and 13.3 to hold', () => {
    const breach = callMarginBreach(covered)
    expect(breach.initialUsd).toBeCloseTo(100_000 / 0.15, 6)
    expect(breach.maintenanceUsd).toBeCloseTo(100_000 / 0.075, 6)
  })

  it('moves away as a premium backs the call', () => {
    const breach = callMarginBreach({ ...covered, marginBalanceCoin: 1.05 })
    expect(breach.initialUsd).toBeCloseTo(1e6, 5)
    expect(breach.maintenanceUsd).toBeCloseTo(4e6, 4)
  })

  it('does not exist once the balance covers a mark of a whole coin and the rate on top', () => {
    expect(callMarginBreach({ ...covered, marginBalanceCoin: 1.08 }).maintenanceUsd).toBeNull()
    expect(callMarginBreach({ ...covered, marginBalanceCoin: 1.12 }).initialUsd).toBeCloseTo(100_000 / 0.03, 4)
    expect(callMarginBreach({ ...covered, marginBalanceCoin: 1.15 }).initialUsd).toBeNull()
    expect(callMarginBreach({ ...covered, marginBalanceCoin: 1.2 })).toEqual({ initialUsd: null, maintenanceUsd: null })
  })

  it('is 0 when the balance is short of the margin of a worthless call', () => {
    const bare = { ...covered, expiryYears: 30 / 365 }
    expect(callMarginBreach({ ...bare, marginBalanceCoin: 0.05 })).toEqual({ initialUsd: 0, maintenanceUsd: 0 })
    expect(callMarginBreach({ ...bare, marginBalanceCoin: 0.09 }).initialUsd).toBe(0)
    expect(callMarginBreach({ ...bare, marginBalanceCoin: 0.09 }).maintenanceUsd).toBeGreaterThan(80_000)
  })

  const inputs = fc.record({
    sizeCoin: fc.constantFrom(0.1, 1, 7),
    strikeUsd: fc.double({ min: 100, max: 1e6, noNaN: true }),
    expiryYears: fc.double({ min: 0.003, max: 1, noNaN: true }),
    iv: fc.double({ min: 0.2, max: 1.5, noNaN: true }),
    share: fc.double({ min: 0.11, max: 1.06, noNaN: true }),
  })

  it('is where the margins at the Black-76 mark equal the balance, no later than without time value', () => {
    fc.assert(
      fc.property(inputs, ({ share, ...call }) => {
        const marginBalanceCoin = share * call.sizeCoin
        const { initialUsd, maintenanceUsd } = callMarginBreach({ ...call, marginBalanceCoin })
        const marginAt = (forwardUsd: number | null) =>
          shortCallMargin({
            sizeCoin: 1,
            strikeUsd: call.strikeUsd,
            underlyingUsd: forwardUsd ?? Number.NaN,
            markCoin: black76({ ...call, forwardUsd: forwardUsd ?? Number.NaN, kind: 'call' }).priceCoin,
          })
        expect(marginAt(initialUsd).initialMarginCoin).toBeCloseTo(share, 12)
        expect(marginAt(maintenanceUsd).maintenanceMarginCoin).toBeCloseTo(share, 12)
        expect(initialUsd).toBeLessThanOrEqual((call.strikeUsd / (1.15 - share)) * (1 + 1e-12))
        expect(initialUsd).toBeLessThanOrEqual(maintenanceUsd ?? Number.NaN)
        expect(maintenanceUsd).toBeLessThanOrEqual((call.strikeUsd / (1.075 - share)) * (1 + 1e-12))
      }),
    )
  })

  it('agrees with the stress that moves the market there', () => {
    const at = callMarginBreach({ ...covered, expiryYears: 0.25 }).maintenanceUsd ?? Number.NaN
    const call = { sizeCoin: 1, strikeUsd: 100_000, forwardUsd: 90_000, expiryYears: 0.25, iv: 0.5 }
    const [after] = stressedCallMargin({ calls: [call], marginBalanceCoin: 1, indexUsd: 90_000 }, [
      { indexMove: at / 90_000 - 1, ivMove: 0 },
    ])
    expect(after?.maintenanceExcessCoin).toBeCloseTo(0, 12)
  })

  it.each([
    { field: 'sizeCoin', value: 0, expected: '> 0' },
    { field: 'strikeUsd', value: Number.NaN, expected: '> 0' },
    { field: 'expiryYears', value: -1, expected: '>= 0' },
    { field: 'iv', value: Infinity, expected: '>= 0' },
    { field: 'marginBalanceCoin', value: -0.1, expected: '>= 0' },
  ])('refuses a $field of $value', ({ field, value, expected }) => {
    expect(() => callMarginBreach({ ...covered, [field]: value })).toThrow(
      `callMarginBreach: ${field} must be a finite number ${expected}, got ${value}`,
    )
  })
})
