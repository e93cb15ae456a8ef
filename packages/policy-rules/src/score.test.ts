import type { CandidateOption } from '@cc/models'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { candidate } from '../test/agent-state.js'
import { rankByScore } from './score.js'

const target = { delta: 0.22, dte: 14 }
const rank = (...candidates: CandidateOption[]) => rankByScore(candidates, target)
const scoreOf = (one: CandidateOption) => rank(one)[0]!.score

describe('the score', () => {
  it('is the edge less half the spread, per margin and day, in percent a year, times what the spread leaves', () => {
    const onTarget = candidate({ bidPriceCoin: 0.012, askPriceCoin: 0.013, edgeCoin: 0.0014, initialMarginCoin: 0.12 })
    // (0.0014 − 0.0005) / (0.12 × 14) a day, and a spread of 8 % of the middle.
    expect(scoreOf(onTarget)).toBeCloseTo((0.0009 / (0.12 * 14)) * 36_500 * 0.96, 9)
  })

  it('divides an edge below nothing by the same, so that nearer and more liquid is better there too', () => {
    const loss = candidate({ bidPriceCoin: 0.012, askPriceCoin: 0.013, edgeCoin: -0.0014, initialMarginCoin: 0.12 })
    expect(scoreOf(loss)).toBeCloseTo(((-0.0019 / (0.12 * 14)) * 36_500) / 0.96, 9)
  })

  it.each([
    { why: '0.05 above the delta target', terms: { delta: 0.27 } },
    { why: '0.05 below it', terms: { delta: 0.17 } },
    { why: 'half as long again', terms: { dte: 21 } },
    { why: 'a third shorter', terms: { dte: 14 / 1.5 } },
  ])('of an edge falls to 1/e $why, and that of a loss to e times as much', ({ terms }) => {
    // Margin such that the value a day is the same at any number of days.
    const of = (edgeCoin: number, { dte = 14, ...more }: { dte?: number; delta?: number }) =>
      scoreOf(candidate({ ...more, dte, edgeCoin, initialMarginCoin: 1.4 / dte }))
    expect(of(0.002, terms) / of(0.002, {})).toBeCloseTo(Math.exp(-1), 12)
    expect(of(-0.002, terms) / of(-0.002, {})).toBeCloseTo(Math.E, 12)
  })

  it('takes the net premium for the edge of all where one call has none', () => {
    const known = candidate({ strikeUsd: 99_000, edgeCoin: 0.5 })
    const unknown = candidate({ strikeUsd: 100_000, edgeCoin: null, bidPriceCoin: 0.0125 })
    const ranked = rank(known, unknown)
    expect(ranked.map(({ basis }) => basis)).toEqual(['net-premium', 'net-premium'])
    expect(ranked[0]!.candidate).toBe(unknown)
    expect(ranked[0]!.valueCoin).toBeCloseTo(unknown.netPremiumCoin - 0.00025, 12)
    expect(rank(known)[0]).toMatchObject({ basis: 'edge', candidate: known })
  })
})

describe('the best of two', () => {
  it.each([
    {
      why: 'on target, though the shortest call nearest the money earns far more a day',
      best: candidate({ strikeUsd: 100_000, delta: 0.22, dte: 14, edgeCoin: 0.0008 }),
      other: candidate({ strikeUsd: 92_000, delta: 0.35, dte: 5, edgeCoin: 0.002 }),
    },
    {
      why: 'the one with the larger edge, of two that are equally near',
      best: candidate({ strikeUsd: 99_000, edgeCoin: 0.0012 }),
      other: candidate({ strikeUsd: 100_000, edgeCoin: 0.0011 }),
    },
    {
      why: 'the one that loses less, of two that are equally near, though it pays less',
      best: candidate({ strikeUsd: 99_000, edgeCoin: -0.0011 }),
      other: candidate({ strikeUsd: 100_000, bidPriceCoin: 0.0125, edgeCoin: -0.0012 }),
    },
    {
      why: 'the nearer one, of two that lose the same',
      best: candidate({ strikeUsd: 99_000, edgeCoin: -0.001, delta: 0.24 }),
      other: candidate({ strikeUsd: 100_000, edgeCoin: -0.001, delta: 0.26 }),
    },
    {
      why: 'the one that ties up less margin',
      best: candidate({ strikeUsd: 99_000, edgeCoin: 0.001, initialMarginCoin: 0.11 }),
      other: candidate({ strikeUsd: 100_000, edgeCoin: 0.001, initialMarginCoin: 0.12 }),
    },
    {
      why: 'any that earns, before one that loses',
      best: candidate({ strikeUsd: 99_000, edgeCoin: 0.001, delta: 0.9 }),
      other: candidate({ strikeUsd: 100_000, edgeCoin: -0.001 }),
    },
    {
      why: 'the one with the tighter spread, of two that pay the same',
      best: candidate({ strikeUsd: 99_000, askPriceCoin: 0.0125 }),
      other: candidate({ strikeUsd: 100_000, askPriceCoin: 0.018 }),
    },
    {
      why: 'one that is offered too, before one with a bid alone',
      best: candidate({ strikeUsd: 99_000, delta: 0.12, edgeCoin: -0.001 }),
      other: candidate({ strikeUsd: 100_000, askPriceCoin: null, edgeCoin: 0.01 }),
    },
    {
      why: 'the nearer one, of two so far that both count for nothing',
      best: candidate({ strikeUsd: 99_000, delta: 0.9, dte: 1_000, edgeCoin: 0 }),
      other: candidate({ strikeUsd: 100_000, delta: 0.95, dte: 1_000, edgeCoin: 0, spreadPct: 200 }),
    },
    {
      why: 'the first symbol, of equals',
      best: candidate({ strikeUsd: 100_000 }),
      other: candidate({ strikeUsd: 99_000 }),
    },
  ])('is $why', ({ best, other }) => {
    expect(rank(best, other)[0]?.candidate).toBe(best)
    expect(rank(other, best)[0]?.candidate).toBe(best)
  })
})

it('ranks none of none', () => {
  expect(rank()).toEqual([])
})

it('is finite, and one order, at any number that a candidate may hold', () => {
  const any = fc.double({ noNaN: true, noDefaultInfinity: true })
  const positive = any.map((value) => Math.abs(value) || Number.MIN_VALUE)
  const wild = fc.record({
    edgeCoin: fc.option(any),
    delta: fc.double({ min: 0, max: 1, noNaN: true }),
    initialMarginCoin: positive,
    netPremiumCoin: any,
    askPriceCoin: fc.option(positive),
    bidPriceCoin: positive,
    spreadPct: fc.option(any.map(Math.abs)),
    dte: positive,
  })
  fc.assert(
    fc.property(fc.array(wild, { minLength: 1, maxLength: 6 }), (rows) => {
      const calls = rows.map((terms, at) => ({ ...candidate({ strikeUsd: 90_000 + at }), ...terms }))
      const ranked = rank(...calls)
      for (const { score } of ranked) expect(Number.isFinite(score)).toBe(true)
      expect(rank(...calls.toReversed()).map(({ candidate }) => candidate)).toEqual(
        ranked.map(({ candidate }) => candidate),
      )
    }),
  )
})
