import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { stopOnSignals } from './stop-on-signals.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function setUp() {
  const written: string[] = []
  const exits: number[] = []
  const host = Object.assign(new EventEmitter(), {
    exit: (code: number) => void exits.push(code),
    stderr: { write: (text: string) => written.push(text) },
  })
  return { signal: stopOnSignals(host), host, written, exits }
}

it.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('asks for a clean end at the first %s, and takes the second for an end at once', (name, exitCode) => {
  const { signal, host, exits } = setUp()
  expect(signal.aborted).toBe(false)
  host.emit(name)
  expect(signal.reason).toBe(name)
  expect(exits).toEqual([])
  host.emit(name)
  expect(exits).toEqual([exitCode])
})

it('tells who waits that the end is under way, once, and nobody else', () => {
  const { host, written } = setUp()
  vi.advanceTimersByTime(60_000)
  host.emit('SIGTERM')
  vi.advanceTimersByTime(2_000)
  expect(written).toEqual([])
  vi.advanceTimersByTime(60_000)
  expect(written).toEqual([expect.stringContaining('A second signal ends it at once.')])
})
