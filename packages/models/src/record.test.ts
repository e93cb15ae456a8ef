import { describe, expect, it } from 'vitest'
import { EMPTY_MEMORY } from './memory.js'
import { decisionIdOf } from './record.js'
import type { AgentState } from './state.js'

const state: AgentState = {
  timeMs: 1,
  source: { kind: 'synthetic', description: 'synthetic market, seed 1' },
  underlyings: [],
  memory: EMPTY_MEMORY,
}
const basis = { state, proposal: { action: 'DO_NOTHING', params: {}, reasoning: '' }, nowMs: 2, margins: [] } as const

describe('decisionIdOf', () => {
  it('is 64 hex digits, the same for the same basis, also after a trip through JSON', () => {
    const id = decisionIdOf(basis)
    expect(id).toMatch(/^[0-9a-f]{64}$/)
    expect(decisionIdOf(JSON.parse(JSON.stringify(basis)))).toBe(id)
  })

  it.each([
    ['time', { ...basis, nowMs: 3 }],
    ['proposal', { ...basis, proposal: { ...basis.proposal, reasoning: 'other' } }],
    ['state', { ...basis, state: { ...state, timeMs: 2 } }],
  ])('changes with the %s', (_, changed) => {
    expect(decisionIdOf(changed)).not.toBe(decisionIdOf(basis))
  })
})
