import type { Logger, Store } from '@cc/models'
import { createMemoryStore } from '@cc/models/testing'
import { describe, expect, it } from 'vitest'
import type { FallbackReason } from './fallback-reason.js'
import { type Admitted, createGuard, type Guard, type Refused } from './guard.js'
import { GUARD_KEY } from './guard-store.js'
import { type LlmOptionsInput, llmOptionsSchema } from './options.js'
import type { Provider } from './provider.js'

const START_MS = Date.UTC(2026, 0, 2, 12)
const HOUR_MS = 3_600_000

const provider: Provider = {
  name: 'openai',
  baseUrl: 'https://api.openai.com/v1',
  host: 'api.openai.com',
  apiKey: () => 'sk-canary-4Gq8',
}

/** A guard with a clock that a test moves, over a store that outlives it. */
function world({ store = createMemoryStore() as Store, nowMs = START_MS } = {}) {
  const told: { level: string; message: string; facts: unknown }[] = []
  const tell = (level: keyof Logger) => (message: string, facts?: unknown) => void told.push({ level, message, facts })
  const time = { nowMs }
  const clock = { now: () => time.nowMs, sleep: async () => {}, hold: <T>(work: () => Promise<T>) => work() }
  const logger: Logger = { debug: tell('debug'), info: tell('info'), warn: tell('warn'), error: tell('error') }
  const bounded = <T>(_: string, work: () => Promise<T>) => work()
  const guard = (options: LlmOptionsInput = {}, whom: Partial<Provider> = {}) =>
    createGuard(llmOptionsSchema.parse(options), { ...provider, ...whom }, { store, clock, logger, bounded })
  return { store, told, time, guard }
}

const worst = (usd: number | null) => () => usd

/** Makes a call that ends so; the reason where it was not admitted. */
async function call(guard: Guard, failure: FallbackReason | null, costUsd: number | null = 0.001) {
  const admitted: Admitted | Refused = await guard.admit(worst(0.01))
  if ('reason' in admitted) return admitted.reason
  await admitted.settle({ requests: 1, costUsd, failure })
  return 'made'
}

describe('a guard', () => {
  it('opens after failures, lets a probe through in time, and says so once', async () => {
    const { guard: make, told, time } = world()
    const guard = make()
    expect([await call(guard, 'server'), await call(guard, 'server'), await call(guard, 'server')]).toEqual(
      Array(3).fill('made'),
    )
    expect([await call(guard, null), await call(guard, null)]).toEqual(['breaker-open', 'breaker-open'])
    expect(told.filter(({ level }) => level === 'warn')).toHaveLength(1)
    time.nowMs += 600_000
    expect([await call(guard, null), await call(guard, null)]).toEqual(['made', 'made'])
  })

  it('says what failed and until when it is not asked', async () => {
    const { guard: make, told, time } = world()
    const untilMs = time.nowMs + 7_200_000
    expect(await call(make(), 'auth')).toBe('made')
    expect(told.filter(({ level }) => level === 'warn')).toMatchObject([
      {
        message: expect.stringContaining('the provider does not take the key'),
        facts: { failure: 'auth', until: new Date(untilMs).toISOString() },
      },
    ])
  })

  it('is as it was after a restart', async () => {
    const { guard: make } = world()
    for (let count = 0; count < 3; count += 1) await call(make(), 'server')
    expect(await call(make(), null)).toBe('breaker-open')
    const dear = { budget: { usdPerDay: 0.02, usdPerCall: 0.02 } }
    const { guard: other } = world()
    expect(await call(other(dear), null, 0.015)).toBe('made')
    expect(await call(other(dear), null)).toBe('budget')
  })

  it.each<{ why: string; options: LlmOptionsInput; whom: Partial<Provider> }>([
    { why: 'another model', options: { model: 'gpt-4.1-mini' }, whom: {} },
    { why: 'another provider', options: {}, whom: { host: 'localhost:1106' } },
    { why: 'another key', options: {}, whom: { apiKey: () => 'sk-new' } },
  ])('begins anew with $why, while budgets stay', async ({ options, whom }) => {
    const { guard: make } = world()
    const rails = { budget: { callsPerHour: 2 } }
    expect(await call(make(rails), 'auth')).toBe('made')
    expect(await call(make(rails), null)).toBe('breaker-open')
    expect(await call(make({ ...rails, ...options }, whom), null)).toBe('made')
    expect(await call(make({ ...rails, ...options }, whom), null)).toBe('budget')
  })

  it('keeps nothing of the key but one way', async () => {
    const { guard: make, store } = world()
    await call(make(), 'auth')
    expect(JSON.stringify(await store.load(GUARD_KEY))).not.toContain('canary')
  })

  it('books a call at the most that it can take before it is made', async () => {
    const { guard: make } = world()
    const rails: LlmOptionsInput = { budget: { usdPerDay: 0.1 } }
    // Never settled: as after a crash.
    expect(await make(rails).admit(worst(0.05))).toMatchObject({ attempts: 2 })
    expect(await make(rails).admit(worst(0.05))).toMatchObject({ attempts: 2 })
    expect(await make(rails).admit(worst(0.05))).toMatchObject({ reason: 'budget' })
  })

  it('allows as many requests as the hour has left', async () => {
    const { guard: make, time } = world()
    const guard = make({ budget: { callsPerHour: 3 } })
    const asked: number[] = []
    const admit = async () => {
      const admitted = await guard.admit((attempts) => {
        asked.push(attempts)
        return null
      })
      if ('reason' in admitted) return admitted.reason
      await admitted.settle({ requests: admitted.attempts, costUsd: null, failure: null })
      return admitted.attempts
    }
    expect([await admit(), await admit(), await admit()]).toEqual([2, 1, 'budget'])
    expect(asked).toEqual([2, 1, 1])
    time.nowMs += HOUR_MS
    expect(await admit()).toBe(2)
  })

  it('lets a call that was stopped say nothing of the provider', async () => {
    const { guard: make, time } = world()
    const guard = make()
    for (let count = 0; count < 3; count += 1) await call(guard, 'server')
    time.nowMs += 600_000
    expect([await call(guard, 'stopped'), await call(guard, null)]).toEqual(['made', 'made'])
  })

  it('counts a cost that nobody knows as the most that it can be', async () => {
    const { guard: make } = world()
    const guard = make({ budget: { usdPerDay: 0.015, usdPerCall: 0.01 } })
    expect([await call(guard, null, null), await call(guard, null)]).toEqual(['made', 'budget'])
  })
})

describe('a store that does not do its part', () => {
  it.each([
    ['a text', 'open'],
    ['an object of something else', { version: 2 }],
    ['a breaker without numbers', { version: 1, fingerprint: '', breaker: {}, budget: {} }],
    ['null', null],
  ])('has the hour and the day used up where it holds %s', async (_, value) => {
    const store = createMemoryStore({ [GUARD_KEY]: value })
    const { guard: make, told, time } = world({ store })
    const guard = make()
    expect([await call(guard, null), await call(guard, null)]).toEqual(['budget', 'budget'])
    expect(told.filter(({ level }) => level === 'warn')).toHaveLength(1)
    // Not from the start again with each life.
    expect(await call(make(), null)).toBe('budget')
    time.nowMs = Date.UTC(2026, 0, 3)
    expect(await call(make(), null)).toBe('made')
  })

  it('has no call made while it cannot be read', async () => {
    let broken = true
    const memory = createMemoryStore()
    const load = async (key: string) => (broken ? Promise.reject(new Error('no disk')) : memory.load(key))
    const { guard: make } = world({ store: { ...memory, load } })
    const guard = make()
    expect(await call(guard, null)).toBe('budget')
    broken = false
    expect(await call(guard, null)).toBe('made')
  })

  it('has no call made that it cannot keep', async () => {
    let broken = true
    const memory = createMemoryStore()
    const save = async (key: string, value: unknown) =>
      broken ? Promise.reject(new Error('disk full')) : memory.save(key, value)
    const { guard: make } = world({ store: { ...memory, save } })
    const guard = make({ budget: { callsPerHour: 2 } })
    expect([await call(guard, null), await call(guard, null), await call(guard, null)]).toEqual(Array(3).fill('budget'))
    broken = false
    expect([await call(guard, null), await call(guard, null)]).toEqual(['made', 'made'])
  })

  it('leaves a call booked at the most where its end cannot be kept', async () => {
    const memory = createMemoryStore()
    let saves = 0
    const save = async (key: string, value: unknown) => {
      saves += 1
      if (saves === 2) throw new Error('disk full')
      await memory.save(key, value)
    }
    const { guard: make } = world({ store: { ...memory, save } })
    const rails: LlmOptionsInput = { budget: { usdPerDay: 0.015, usdPerCall: 0.01 } }
    expect(await call(make(rails), null)).toBe('made')
    expect(await call(make(rails), null)).toBe('budget')
  })
})
