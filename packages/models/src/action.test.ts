import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decisionSchema, menuEntrySchema, modelCallSchema, proposedActionSchema } from './action.js'

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

const sale = { id: 'k3', action: 'OPEN_COVERED_CALL', symbol: open.params.symbol, toSymbol: null, sizeCoin: 0.5 }
const hold = { id: 'q8', action: 'DO_NOTHING', symbol: null, toSymbol: null, sizeCoin: null }

const modelCall = {
  provider: 'openai',
  model: 'a',
  mode: 'act',
  promptHash: 'a'.repeat(64),
  inputHash: 'b'.repeat(64),
  answerHash: null,
  menu: [hold, sale],
  choice: null,
  confidence: null,
  reasonCodes: [],
  attempts: 1,
  inputTokens: 900,
  cachedTokens: 0,
  outputTokens: null,
  costUsd: null,
  fallback: 'deadline',
}

describe('modelCallSchema', () => {
  it.each([
    { why: 'a call without an answer', changes: {} },
    { why: 'a call that was not made', changes: { attempts: 0, inputHash: null, costUsd: 0, fallback: 'disabled' } },
    {
      why: 'a choice that is followed',
      changes: { answerHash: 'c'.repeat(64), choice: 'k3', confidence: 'low', reasonCodes: ['edge'], fallback: null },
    },
    { why: 'a model that only speaks', changes: { mode: 'shadow' } },
  ])('takes $why', ({ changes }) => {
    expect(modelCallSchema.parse({ ...modelCall, ...changes })).toEqual({ ...modelCall, ...changes })
  })

  it.each([
    { why: 'a hash that is none', changes: { promptHash: 'the prompt itself' } },
    { why: 'a prompt in place of its hash', changes: { inputHash: '{"objective":"coin"}' } },
    { why: 'an answer in place of its hash', changes: { answerHash: 'DO_NOTHING' } },
    { why: 'a mode that is none', changes: { mode: 'veto' } },
    { why: 'a confidence in figures', changes: { confidence: 0.7 } },
    { why: 'less than no request', changes: { attempts: -1 } },
    { why: 'half a request', changes: { attempts: 1.5 } },
    { why: 'tokens below 0', changes: { cachedTokens: -1 } },
    { why: 'a cost below 0', changes: { costUsd: -0.01 } },
    { why: 'a cost that is no number', changes: { costUsd: Number.NaN } },
    { why: 'no menu', changes: { menu: undefined } },
  ])('refuses $why', ({ changes }) => {
    expect(modelCallSchema.safeParse({ ...modelCall, ...changes }).success).toBe(false)
  })
})

describe('menuEntrySchema', () => {
  it('takes a trade with its symbols and size, and doing nothing with none', () => {
    const roll = { id: 'z1', action: 'ROLL_COVERED_CALL', symbol: 'a', toSymbol: 'b', sizeCoin: 1 }
    for (const entry of [sale, hold, roll]) expect(menuEntrySchema.parse(entry)).toEqual(entry)
  })

  it.each([
    { why: 'an action of another spelling', changes: { action: 'HOLD' } },
    { why: 'size zero', changes: { sizeCoin: 0 } },
    { why: 'no id', changes: { id: undefined } },
    { why: 'a symbol that is left out', changes: { symbol: undefined } },
  ])('refuses $why', ({ changes }) => {
    expect(menuEntrySchema.safeParse({ ...sale, ...changes }).success).toBe(false)
  })
})

describe('decisionSchema', () => {
  const decision = { proposal: open, alternatives: [{ proposal: open, probability: 0.25 }], modelCall }

  it('takes what a policy drew from, and the facts of a model call', () => {
    expect(decisionSchema.parse(decision)).toEqual(decision)
  })

  it.each([
    ['a probability above 1', { alternatives: [{ proposal: open, probability: 1.01 }] }],
    ['a probability below 0', { alternatives: [{ proposal: open, probability: -0.01 }] }],
    ['a model call that is none', { modelCall: { ...modelCall, mode: 'veto' } }],
  ])('refuses %s', (_, changes) => {
    expect(decisionSchema.safeParse({ ...decision, ...changes }).success).toBe(false)
  })
})
