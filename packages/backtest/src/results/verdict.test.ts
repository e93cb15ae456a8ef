import { describe, expect, it } from 'vitest'
import type { Overfit } from './result.js'
import { autoregressive } from './series.fixture.js'
import { edgeOf, type VerdictInput, verdictOf } from './verdict.js'

const TRUSTED: Overfit = { trials: 12, psr: 0.999, dsr: 0.97, pbo: 0.1 }
const input: VerdictInput = {
  ...{ currency: 'BTC', objective: 'coin', overlay: Array(150).fill(0.001), sales: 21, overfit: TRUSTED },
  ...{ edge: { value: 0.124, low: 0.031, high: 0.197 }, history: 'recorded' },
}
const loss: Partial<VerdictInput> = {
  ...{ edge: { value: -0.2, low: -0.31, high: -0.04 }, overfit: { trials: 12, psr: 0.001, dsr: 0, pbo: 0.6 } },
}

describe('verdictOf', () => {
  it('says that selling helped when every test holds, each with its numbers', () => {
    expect(verdictOf(input)).toEqual({
      evidence: 'for',
      sentence: 'Selling calls helped here: it earned 12.4 % of the deposit a year in BTC more than holding.',
      reasons: [
        'The 95 % interval of the yearly result, 3.10 % to 19.7 % of the deposit, lies above 0.',
        '21 calls were sold.',
        'The deflated Sharpe ratio of the calls is 0.970 with 12 strategies tried, at least 0.95.',
        'The probability that the best of those tried is overfitted is 0.10.',
      ],
      objective: 'coin',
      edge: input.edge,
    })
  })

  it.each<{ why: string; change: Partial<VerdictInput>; evidence: string; reason: string }>([
    {
      why: 'an interval that includes 0',
      change: { edge: { value: 0.05, low: -0.01, high: 0.1 } },
      evidence: 'none',
      reason: 'The 95 % interval of the yearly result, −1.00 % to 10.0 % of the deposit, includes 0.',
    },
    {
      why: 'an interval that begins at 0',
      change: { edge: { value: 0.05, low: 0, high: 0.1 } },
      evidence: 'none',
      reason: 'The 95 % interval of the yearly result, 0.00 % to 10.0 % of the deposit, includes 0.',
    },
    {
      why: 'no interval',
      change: { edge: { value: 0.05, low: null, high: null } },
      evidence: 'none',
      reason: 'The 150 days vary too little for an interval of the yearly result.',
    },
    {
      why: 'no interval, of a single day',
      change: { overlay: [0.01], edge: { value: null, low: null, high: null } },
      evidence: 'none',
      reason: '1 day is too few for an interval of the yearly result.',
    },
    {
      why: 'one call too few',
      change: { sales: 19 },
      evidence: 'none',
      reason: '19 calls were sold: a verdict takes at least 20.',
    },
    {
      why: 'one day too few',
      change: { overlay: Array(89).fill(0.001) },
      evidence: 'none',
      reason: 'The run has 89 days: a verdict takes at least 90.',
    },
    {
      why: 'a Sharpe ratio that luck explains, by a hair',
      change: { overfit: { ...TRUSTED, dsr: 0.9499 } },
      evidence: 'none',
      reason: 'The deflated Sharpe ratio of the calls is 0.949 with 12 strategies tried, below 0.95.',
    },
    {
      why: 'no deflated Sharpe ratio',
      change: { overfit: { trials: 1, psr: null, dsr: null, pbo: null } },
      evidence: 'none',
      reason: 'The deflated Sharpe ratio cannot be stated, with a single strategy tried.',
    },
    {
      why: 'a choice as good as a coin toss',
      change: { overfit: { ...TRUSTED, pbo: 0.5 } },
      evidence: 'none',
      reason:
        'The probability that the best of those tried is overfitted is 0.50: choosing among them is no better than a coin toss.',
    },
    {
      why: 'a single strategy that was tried',
      change: { overfit: { trials: 1, psr: 0.96, dsr: 0.96, pbo: null } },
      evidence: 'for',
      reason: 'The deflated Sharpe ratio of the calls is 0.960 with a single strategy tried, at least 0.95.',
    },
    {
      why: 'a sure loss',
      change: loss,
      evidence: 'against',
      reason: 'The 95 % interval of the yearly result, −31.0 % to −4.00 % of the deposit, lies below 0.',
    },
    {
      why: 'a sure loss on few calls',
      change: { ...loss, sales: 5 },
      evidence: 'none',
      reason: '5 calls were sold: a verdict takes at least 20.',
    },
  ])('is $evidence for $why', ({ change, evidence, reason }) => {
    const verdict = verdictOf({ ...input, ...change })
    expect(verdict.evidence).toBe(evidence)
    expect(verdict.reasons).toContain(reason)
  })

  it.each<{ change: Partial<VerdictInput>; sentence: string }>([
    {
      change: loss,
      sentence: 'Selling calls harmed here: it cost 20.0 % of the deposit a year in BTC against holding.',
    },
    {
      change: { sales: 4 },
      sentence:
        'No evidence that selling calls helped here: it earned 12.4 % of the deposit a year in BTC against holding, which may be chance.',
    },
    {
      change: { ...loss, sales: 4, objective: 'usd' },
      sentence:
        'No evidence that selling calls helped here: it cost 20.0 % of the deposit a year in USD against holding, which may be chance.',
    },
    {
      change: { edge: { value: null, low: null, high: null }, overlay: [] },
      sentence: 'No evidence that selling calls helped here: the run is too short to say.',
    },
    { change: { sales: 0 }, sentence: 'No evidence that selling calls helped here: no call was sold.' },
    {
      change: { history: 'synthetic' },
      sentence:
        'Selling calls helped in this synthetic world: it earned 12.4 % of the deposit a year in BTC more than holding.',
    },
    {
      change: { history: 'reconstructed' },
      sentence:
        'Selling calls helped on these reconstructed quotes: it earned 12.4 % of the deposit a year in BTC more than holding.',
    },
  ])('says: $sentence', ({ change, sentence }) => {
    expect(verdictOf({ ...input, ...change }).sentence).toBe(sentence)
  })

  it('adds what a modelled history is worth', () => {
    expect(verdictOf({ ...input, history: 'synthetic' }).reasons.at(-1)).toMatch(/says nothing about a market/)
    expect(verdictOf({ ...input, history: 'reconstructed' }).reasons.at(-1)).toMatch(/as good as that model/)
  })
})

describe('edgeOf', () => {
  it('is the mean day times 365, inside its interval', () => {
    const overlay = autoregressive(0, 120, 8).map((value) => value / 100 + 0.0002)
    const edge = edgeOf(overlay, { seed: 1 })
    expect(edge.value).toBeCloseTo((365 * overlay.reduce((sum, value) => sum + value, 0)) / 120, 12)
    expect(edge.low!).toBeLessThan(edge.value!)
    expect(edge.high!).toBeGreaterThan(edge.value!)
  })

  it('is not stated of fewer than 30 days', () => {
    expect(edgeOf(Array(29).fill(0.01), { seed: 1 })).toEqual({ value: null, low: null, high: null })
  })
})
