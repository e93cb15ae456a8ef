import { describe, expect, it } from 'vitest'
import { EMPTY_MEMORY } from './memory.js'
import type { MarginQuote } from './order.js'
import { decisionIdOf, logEntrySchema, type OutcomeRecord, RECORD_SCHEMA_VERSION } from './record.js'
import type { AgentState } from './state.js'

const state: AgentState = {
  timeMs: 1,
  source: { kind: 'synthetic', description: 'synthetic market, seed 1' },
  underlyings: [],
  memory: EMPTY_MEMORY,
}
const basis = { state, proposal: { action: 'DO_NOTHING', params: {}, reasoning: '' }, nowMs: 2, margins: [] } as const
type Basis = Parameters<typeof decisionIdOf>[0]
const margin: MarginQuote = {
  symbol: 'BTC-30JAN26-100000-C',
  side: 'sell',
  sizeCoin: 1,
  priceCoin: 0.01,
  initialMarginCoin: 0.1,
  minPriceCoin: 0.0001,
  maxPriceCoin: 0.05,
}

describe('decisionIdOf', () => {
  it('is 64 hex digits, the same for the same basis, also after a trip through JSON', () => {
    const id = decisionIdOf(basis)
    expect(id).toMatch(/^[0-9a-f]{64}$/)
    expect(decisionIdOf(JSON.parse(JSON.stringify(basis)))).toBe(id)
  })

  it.each<[string, Basis, Basis?]>([
    ['time', { ...basis, nowMs: 3 }],
    ['proposal', { ...basis, proposal: { ...basis.proposal, reasoning: 'other' } }],
    ['state', { ...basis, state: { ...state, timeMs: 2 } }],
    ['margins', { ...basis, margins: [margin] }],
    ['numbers of a margin', { ...basis, margins: [{ ...margin, sizeCoin: 2 }] }, { ...basis, margins: [margin] }],
  ])('changes with the %s', (_, changed, before = basis) => {
    expect(decisionIdOf(changed)).not.toBe(decisionIdOf(before))
  })
})

describe('outcomeRecordSchema', () => {
  const outcome: OutcomeRecord = {
    kind: 'outcome',
    schemaVersion: RECORD_SCHEMA_VERSION,
    runId: '0123456789abcdef',
    decisionId: decisionIdOf(basis),
    cycle: 0,
    currency: 'BTC',
    expiryMs: Date.UTC(2026, 0, 30, 8),
    deliveryUsd: 125_000,
    knownMs: Date.UTC(2026, 0, 30, 9),
    calls: [{ symbol: 'BTC-30JAN26-100000-C', netCoin: -0.19045, netUsd: -23_806.25 }],
  }

  it('is an entry of the log', () => {
    expect(logEntrySchema.parse(outcome)).toEqual(outcome)
  })

  it.each([
    ['no call', { calls: [] }],
    ['no delivery price', { deliveryUsd: 0 }],
    ['no decision', { decisionId: null }],
    ['another version', { schemaVersion: 1 }],
  ])('refuses one of %s', (_, changes) => {
    expect(logEntrySchema.safeParse({ ...outcome, ...changes }).success).toBe(false)
  })
})
