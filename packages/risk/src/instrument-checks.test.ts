import { expect, it } from 'vitest'
import { CALL, candidateOf, instrumentOf, open, stateOf } from '../test/agent-state.js'
import { checkActionAllowed } from './index.js'

it.each([
  ['is unknown', 'BTC-23JAN26-101000-C', {}, 'symbol-unknown'],
  ['is a put', CALL, { kind: 'put' as const }, 'not-a-call'],
  ['does not trade', CALL, { state: 'halted' as const }, 'instrument-not-open'],
])('what %s is told even on numbers that are none', (_, symbol, changes, code) => {
  const state = stateOf({ candidates: [candidateOf(CALL, { instrument: instrumentOf(CALL, changes) })] })
  const verdict = checkActionAllowed(state, open(symbol, Number.NaN))
  const codes = verdict.allowed ? [] : verdict.breaches.map((breach) => breach.code)
  expect(codes).toContain('state-incomplete')
  expect(codes).toContain(code)
})
