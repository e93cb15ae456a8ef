import { EventEmitter } from 'node:events'
import { expect, it, onTestFinished, vi } from 'vitest'
import { type Emergency, endOnCrash } from './crash-guard.js'

/** A process that is watched instead of ended. */
function watchedHost() {
  const events = new EventEmitter()
  let text = ''
  let exit = (_: number) => {}
  const exitCode = new Promise<number>((resolve) => {
    exit = resolve
  })
  const exits: number[] = []
  return {
    host: {
      on: (event: string, listener: (error: unknown) => void) => events.on(event, listener),
      exit(code: number) {
        exits.push(code)
        exit(code)
      },
      stderr: {
        write(more: string) {
          text += more
        },
      },
    },
    break: (error: unknown, event = 'uncaughtException') => events.emit(event, error),
    exitCode,
    exits,
    said: () => text,
  }
}

const HALTS: Emergency = { halt: () => true, cancelOwn: async () => 2 }
const plain = (text: string) => text

it.each(['uncaughtException', 'unhandledRejection'])('ends with 1 after an %s where no agent runs', async (event) => {
  const { host, exitCode, said, ...process } = watchedHost()
  endOnCrash(plain, host)
  process.break(new TypeError('x is undefined'), event)
  expect(await exitCode).toBe(1)
  expect(said()).toMatch(/^ccagent: a bug: TypeError: x is undefined\n +at /)
})

it('halts, cancels and ends with 4 while an agent runs; what it says is redacted', async () => {
  const { host, exitCode, said, ...process } = watchedHost()
  const reasons: string[] = []
  const guard = endOnCrash((text) => text.replaceAll('canary', '[redacted]'), host)
  guard.arm({
    ...HALTS,
    halt(reason) {
      reasons.push(reason)
      return true
    },
  })
  process.break(new Error('the key is canary'))
  expect(await exitCode).toBe(4)
  expect(reasons).toEqual(['a bug: Error: the key is [redacted]'])
  expect(said()).toContain('the key is [redacted]')
  expect(said()).not.toContain('canary')
  expect(said()).toContain('own resting orders cancelled: 2.')
})

it('ends with 1 where the halt could not be written, and cancels all the same', async () => {
  const { host, exitCode, said, ...process } = watchedHost()
  const guard = endOnCrash(plain, host)
  guard.arm({
    ...HALTS,
    halt() {
      throw new Error('no disk')
    },
  })
  process.break('a word')
  expect(await exitCode).toBe(1)
  expect(said()).toContain('a bug: a word')
  expect(said()).toContain('HALT could not be written: Error: no disk')
  expect(said()).toContain('cancelled: 2')
})

it('waits for 5 s at most, tells the sweep to end, and says what that means', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const { host, exits, said, ...process } = watchedHost()
  let told: AbortSignal | undefined
  endOnCrash(plain, host).arm({
    ...HALTS,
    cancelOwn(signal) {
      told = signal
      return new Promise(() => {})
    },
  })
  process.break(new Error('x'))
  await vi.advanceTimersByTimeAsync(4_999)
  expect(exits).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(exits).toEqual([4])
  expect(told?.aborted).toBe(true)
  expect(said()).toContain('orders may be left at the exchange')
})

it('tells what breaks on the way out, and goes its way once', async () => {
  const { host, exits, exitCode, said, ...process } = watchedHost()
  endOnCrash(plain, host).arm({
    ...HALTS,
    async cancelOwn() {
      process.break(new Error('second'), 'unhandledRejection')
      throw new Error('no exchange')
    },
  })
  process.break(new Error('first'))
  await exitCode
  expect(exits).toEqual([4])
  expect(said()).toMatch(/first.*second.*orders may be left at the exchange: no exchange/s)
})

it('does nothing for an agent that has ended', async () => {
  const { host, exitCode, ...process } = watchedHost()
  const cancelOwn = vi.fn(HALTS.cancelOwn)
  endOnCrash(plain, host).arm({ ...HALTS, cancelOwn })()
  process.break(new Error('x'))
  expect(await exitCode).toBe(1)
  expect(cancelOwn).not.toHaveBeenCalled()
})
