import { CcError, type Recovery } from '@cc/models'
import { expect, it } from 'vitest'
import { exitCodeOf, exitCodeOfFailure, exitCodeOfOnce, exitCodeOfRun, exitCodeOfStop } from './failure.js'

const NEVER = new AbortController().signal

it.each([
  ['agent/usage', 2],
  ['agent/not-in-this-version', 2],
  ['agent/locked', 3],
  ['agent/halted', 4],
  ['agent/log-folder', 6],
  ['agent/account-mismatch', 5],
  ['deribit/forbidden-host', 2],
  ['deribit/invalid-credentials', 5],
  ['deribit/scope-mismatch', 5],
  ['deribit/forbidden', 5],
  ['deribit/margin-model', 5],
  ['deribit/country-is-banned', 5],
  ['deribit/auth-loop', 5],
  ['deribit/wrong-network', 5],
  ['deribit/untrusted-host', 7],
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
  ['deribit/unreachable', 'retry', 7],
  ['deribit/outcome-unknown', 'reconcile', 7],
  ['models/deadline-passed', 'skip', 7],
  ['engine/unresolved', 'reconcile', 7],
  ['exec/sweep-incomplete', 'retry', 7],
  ['engine/invalid-decision', 'skip', 1],
  ['engine/unexpected', 'halt', 1],
  ['exec/unexpected', 'halt', 1],
  ['engine/stopped', 'skip', 4],
  ['exec/reply-mismatch', 'halt', 4],
  ['logging/append-failed', 'halt', 6],
  ['engine/memory-unreadable', 'halt', 6],
] as const)('ends one cycle that failed with %s (%s) with %i', (code, recovery, exitCode) => {
  const failure = { code, recovery, message: 'no', facts: {} }
  expect(exitCodeOfOnce({ failure }, { stop: NEVER, halted: recovery === 'halt' })).toBe(exitCode)
})

it('takes a failure that halts, and did not, for a bug', () => {
  expect(exitCodeOfFailure({ code: 'exec/duplicate-label', recovery: 'halt' }, { halted: false })).toBe(1)
})

it('ends one cycle that was stopped with the code of the signal, but where an order may be left', () => {
  const stop = AbortSignal.abort('SIGTERM')
  const failed = (code: string, recovery: Recovery) => ({ failure: { code, recovery, message: 'no', facts: {} } })
  expect(exitCodeOfOnce({ failure: null }, { stop: NEVER, halted: false })).toBe(0)
  expect(exitCodeOfOnce({ failure: null }, { stop, halted: false })).toBe(143)
  expect(exitCodeOfOnce(failed('engine/stopped', 'skip'), { stop, halted: false })).toBe(143)
  expect(exitCodeOfOnce(failed('engine/unresolved', 'reconcile'), { stop, halted: false })).toBe(7)
})

it.each([
  ['finished', undefined, 0],
  ['finished', ['deribit/unreachable', 'retry'], 0],
  ['stopped', undefined, 143],
  ['halted', undefined, 4],
  ['halted', ['exec/duplicate-label', 'halt'], 4],
  ['halted', ['deribit/unreachable', 'retry'], 4],
  ['halted', ['logging/append-failed', 'halt'], 6],
  ['halted', ['deribit/invalid-credentials', 'halt'], 5],
  ['failed', ['engine/unexpected', 'halt'], 1],
  ['failed', ['deribit/unreachable', 'retry'], 7],
  ['failed', ['exec/sweep-incomplete', 'retry'], 7],
  ['failed', ['engine/unresolved', 'reconcile'], 7],
  ['failed', ['exec/duplicate-label', 'halt'], 1],
] as const)('ends a run that %s, lastly after %j, with %i', (reason, failure, exitCode) => {
  const [code, recovery] = failure ?? []
  const lastFailure = code && recovery && { code, recovery, message: 'no', facts: {} }
  const outcome = { reason, cycles: 1, ...(lastFailure ? { lastFailure } : {}) }
  expect(exitCodeOfRun(outcome, { stop: AbortSignal.abort('SIGTERM'), succeeded: true })).toBe(exitCode)
})

it('ends a run of which no cycle succeeded as its last failure would', () => {
  const lastFailure = { code: 'deribit/unreachable', recovery: 'retry', message: 'no', facts: {} } as const
  const how = { stop: new AbortController().signal, succeeded: false }
  expect(exitCodeOfRun({ reason: 'finished', cycles: 9, lastFailure }, how)).toBe(7)
  expect(exitCodeOfRun({ reason: 'finished', cycles: 0 }, how)).toBe(0)
})
