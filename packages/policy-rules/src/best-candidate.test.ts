import { describe, expect, it } from 'vitest'
import { candidate } from '../test/agent-state.js'
import { bestCandidate, scoreOf } from './best-candidate.js'
import { rulesOptionsSchema } from './options.js'

const options = rulesOptionsSchema.parse({})

describe('the score', () => {
  it('is the yield less half the spread on both targets', () => {
    const onTarget = candidate({ delta: 0.22, dte: 14, bidPriceCoin: 0.012, askPriceCoin: 0.013 })
    expect(scoreOf(onTarget, options)).toBeCloseTo(onTarget.annualisedYieldPct * (1 - 0.04), 12)
  })

  it.each([
    { why: '0.05 above the delta target', terms: { delta: 0.27 } },
    { why: '0.05 below it', terms: { delta: 0.17 } },
    { why: 'half as long again', terms: { dte: 21 } },
    { why: 'a third shorter', terms: { dte: 14 / 1.5 } },
  ])('falls to 1/e $why', ({ terms }) => {
    const apart = candidate({ ...terms, annualisedYieldPct: 30 })
    const onTarget = candidate({ annualisedYieldPct: 30 })
    expect(scoreOf(apart, options) / scoreOf(onTarget, options)).toBeCloseTo(Math.exp(-1), 12)
  })
})

describe('the best candidate', () => {
  it.each([
    {
      why: 'on target, though the shortest call nearest the money yields far more',
      best: candidate({ strikeUsd: 100_000, delta: 0.22, dte: 14, bidPriceCoin: 0.012 }),
      other: candidate({ strikeUsd: 92_000, delta: 0.35, dte: 5, bidPriceCoin: 0.018 }),
    },
    {
      why: 'the one that pays more, of two that are equally near',
      best: candidate({ strikeUsd: 99_000, bidPriceCoin: 0.0125 }),
      other: candidate({ strikeUsd: 100_000, bidPriceCoin: 0.012 }),
    },
    {
      why: 'the one with the tighter spread, of two that pay the same',
      best: candidate({ strikeUsd: 99_000, askPriceCoin: 0.0125 }),
      other: candidate({ strikeUsd: 100_000, askPriceCoin: 0.018 }),
    },
    {
      why: 'one that is offered too, before one with a bid alone',
      best: candidate({ strikeUsd: 99_000, delta: 0.12 }),
      other: candidate({ strikeUsd: 100_000, askPriceCoin: null }),
    },
    {
      why: 'the first symbol, of equals',
      best: candidate({ strikeUsd: 100_000 }),
      other: candidate({ strikeUsd: 99_000 }),
    },
  ])('is $why', ({ best, other }) => {
    expect(bestCandidate([best, other], options)?.candidate).toBe(best)
    expect(bestCandidate([other, best], options)?.candidate).toBe(best)
  })

  it('is none of none', () => {
    expect(bestCandidate([], options)).toBeUndefined()
  })
})
