import { describe, expect, it } from 'vitest'
import { agentMemorySchema, EMPTY_MEMORY } from './memory.js'
import type { MarginQuote } from './order.js'
import {
  decisionIdOf,
  logEntrySchema,
  type OperatorRecord,
  type OutcomeRecord,
  RECORD_SCHEMA_VERSION,
  writtenStateOf,
} from './record.js'
import type { AgentState } from './state.js'

const state: AgentState = {
  timeMs: 1,
  source: { kind: 'synthetic', description: 'synthetic market, seed 1' },
  venue: { testnet: true, locked: [], clockErrorMs: 0 },
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
    ['venue', { ...basis, state: { ...state, venue: { ...state.venue, locked: ['BTC'] } } }],
    ['memory', { ...basis, state: { ...state, memory: { ...EMPTY_MEMORY, rejectsInARow: 1 } } }],
    ['margins', { ...basis, margins: [margin] }],
    ['numbers of a margin', { ...basis, margins: [{ ...margin, sizeCoin: 2 }] }, { ...basis, margins: [margin] }],
  ])('changes with the %s', (_, changed, before = basis) => {
    expect(decisionIdOf(changed)).not.toBe(decisionIdOf(before))
  })
})

it('writtenStateOf gives the text that the id was last taken over, and nothing of other states', () => {
  const own = structuredClone(basis)
  expect(writtenStateOf(own.state)).toBeUndefined()
  decisionIdOf(own)
  expect(writtenStateOf(own.state)).toBe(JSON.stringify(state))
  decisionIdOf({ ...own, state: Object.assign(own.state, { timeMs: 7 }) })
  expect(writtenStateOf(own.state)).toBe(JSON.stringify({ ...state, timeMs: 7 }))
  expect(writtenStateOf({ ...own.state })).toBeUndefined()
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

describe('operatorRecordSchema', () => {
  const pause: OperatorRecord = {
    kind: 'operator',
    schemaVersion: RECORD_SCHEMA_VERSION,
    runId: '0123456789abcdef',
    timeMs: Date.UTC(2026, 0, 2),
    command: 'pause',
    symbol: null,
    reason: 'Away for the weekend.',
  }

  it.each<[string, Partial<OperatorRecord>]>([
    ['a pause', {}],
    ['its end', { command: 'resume', reason: '' }],
    ['the close of one call', { command: 'close', symbol: 'BTC-30JAN26-100000-C' }],
    ['the close of all', { command: 'close', symbol: 'all' }],
  ])('is an entry of the log: %s', (_, changes) => {
    expect(logEntrySchema.parse({ ...pause, ...changes })).toEqual({ ...pause, ...changes })
  })

  it.each([
    ['a command that nobody obeys between two cycles', { command: 'kill' }],
    ['no reason', { reason: null }],
    ['a time that is none', { timeMs: 0.5 }],
    ['an earlier version, which had no commands', { schemaVersion: 2 }],
  ])('refuses %s', (_, changes) => {
    expect(logEntrySchema.safeParse({ ...pause, ...changes }).success).toBe(false)
  })
})

describe('what an agent remembers', () => {
  it('is nothing at its first start', () => {
    expect(agentMemorySchema.parse(EMPTY_MEMORY)).toEqual(EMPTY_MEMORY)
    expect(JSON.parse(JSON.stringify(EMPTY_MEMORY))).toEqual(EMPTY_MEMORY)
  })

  it.each([
    [
      'an open that is no action',
      { recentOpens: [{ decisionId: '', action: 'CLOSE_COVERED_CALL', symbol: '', timeMs: 0 }] },
    ],
    ['less than no reject', { rejectsInARow: -1 }],
    ['a latch of no reason', { guards: { latched: { code: 'halted', sinceMs: 0 }, crashedMs: {} } }],
    ['a currency that there is not', { explained: { SOL: { balanceCoin: 1, positions: [] } } }],
    ['no guards', { guards: undefined }],
  ])('is refused with %s', (_, changes) => {
    expect(agentMemorySchema.safeParse({ ...EMPTY_MEMORY, ...changes }).success).toBe(false)
  })
})
