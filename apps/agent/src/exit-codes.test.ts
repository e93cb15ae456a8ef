import { CcError } from '@cc/models'
import { expect, it } from 'vitest'
import { exitCodeOf, exitCodeOfRun, exitCodeOfStop } from './exit-codes.js'

it.each([
  ['agent/usage', 2],
  ['agent/not-in-this-version', 2],
  ['agent/locked', 3],
  ['agent/halted', 4],
  ['agent/log-folder', 6],
  ['logging/append-failed', 6],
  ['engine/not-recorded', 6],
  ['exchange-sim/unknown-currency', 1],
])('ends with the code of %s', (code, exitCode) => {
  expect(exitCodeOf(new CcError('no', { code, recovery: 'halt' }))).toBe(exitCode)
})

it('takes everything else for a bug', () => {
  expect(exitCodeOf(new Error('no'))).toBe(1)
  expect(exitCodeOf(undefined)).toBe(1)
})

it('tells SIGINT from SIGTERM', () => {
  expect(exitCodeOfStop(AbortSignal.abort('SIGINT'))).toBe(130)
  expect(exitCodeOfStop(AbortSignal.abort('SIGTERM'))).toBe(143)
})

it.each([
  ['finished', undefined, 0],
  ['finished', 'deribit/unreachable', 0],
  ['stopped', undefined, 143],
  ['halted', undefined, 4],
  ['halted', 'exec/outcome-unknown', 4],
  ['halted', 'logging/append-failed', 6],
  ['failed', 'engine/unexpected', 1],
] as const)('ends a run that %s after %s with %i', (reason, code, exitCode) => {
  const lastFailure = code && ({ code, recovery: 'halt', message: 'no', facts: {} } as const)
  const outcome = { reason, cycles: 1, ...(lastFailure === undefined ? {} : { lastFailure }) }
  expect(exitCodeOfRun(outcome, AbortSignal.abort('SIGTERM'))).toBe(exitCode)
})
