import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decisionSchema, proposedActionSchema } from './action.js'

const open = { action: 'OPEN_COVERED_CALL', params: { symbol: 'BTC-27MAR26-100000-C', size: 0.5 }, reasoning: 'edge' }

describe('proposedActionSchema', () => {
  it.each([
    open,
    { action: 'DO_NOTHING', params: {}, reasoning: '' },
    { action: 'ROLL_COVERED_CALL', params: { fromSymbol: 'a', toSymbol: 'b', size: 1 }, reasoning: '' },
    { action: 'CLOSE_COVERED_CALL', params: { symbol: 'a', size: 1 }, reasoning: '' },
  ])('takes $action', (proposal) => {
    expect(proposedActionSchema.parse(proposal)).toEqual(proposal)
  })

  it.each<[string, unknown]>([
    ['an action of another spelling', { ...open, action: 'open_covered_call' }],
    ['an action of another trade', { ...open, action: 'SELL' }],
    ['a key too many', { ...open, leverage: 2 }],
    ['a parameter too many', { ...open, params: { ...open.params, price: 0.01 } }],
    ['DO_NOTHING with a size', { action: 'DO_NOTHING', params: { size: 1 }, reasoning: '' }],
    ['size zero', { ...open, params: { ...open.params, size: 0 } }],
    ['a size below zero', { ...open, params: { ...open.params, size: -1 } }],
    ['a size in text', { ...open, params: { ...open.params, size: '0.5' } }],
    ['a size without end', { ...open, params: { ...open.params, size: Number.POSITIVE_INFINITY } }],
    ['no symbol', { ...open, params: { size: 1 } }],
    ['no reasoning', { action: 'DO_NOTHING', params: {} }],
    ['reasoning without end', { ...open, reasoning: 'x'.repeat(4_001) }],
    ['a list of actions', [open]],
  ])('refuses %s', (_, proposal) => {
    expect(proposedActionSchema.safeParse(proposal).success).toBe(false)
  })

  it('answers any JSON with a proposal or an error value, never with a throw', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(typeof proposedActionSchema.safeParse(value).success).toBe('boolean')
      }),
    )
  })
})

describe('decisionSchema', () => {
  const modelCall = {
    provider: 'openai',
    model: 'a',
    promptHash: 'a'.repeat(64),
    answerHash: null,
    attempts: 1,
    inputTokens: 900,
    cachedTokens: 0,
    outputTokens: null,
    costUsd: null,
    fallback: 'no answer in time',
  }
  const decision = { proposal: open, alternatives: [{ proposal: open, probability: 0.25 }], modelCall }

  it('takes what a policy drew from, and the facts of a model call', () => {
    expect(decisionSchema.parse(decision)).toEqual(decision)
  })

  it.each([
    ['a probability above 1', { alternatives: [{ proposal: open, probability: 1.01 }] }],
    ['a probability below 0', { alternatives: [{ proposal: open, probability: -0.01 }] }],
    ['a hash that is none', { modelCall: { ...modelCall, promptHash: 'the prompt itself' } }],
    ['an answer in place of its hash', { modelCall: { ...modelCall, answerHash: 'DO_NOTHING' } }],
    ['a call that was never made', { modelCall: { ...modelCall, attempts: 0 } }],
    ['tokens below 0', { modelCall: { ...modelCall, cachedTokens: -1 } }],
    ['a cost below 0', { modelCall: { ...modelCall, costUsd: -0.01 } }],
  ])('refuses %s', (_, changes) => {
    expect(decisionSchema.safeParse({ ...decision, ...changes }).success).toBe(false)
  })
})
