import { CcError } from '@cc/models'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CoveredCallEnv } from './covered-call-env.js'
import { OBSERVATION_WIDTH } from './observation.js'
import { createRandom } from './seeding.js'
import { createSyntheticWorld } from './synthetic-world.js'

const world = createSyntheticWorld({ seed: 1, days: 40, tenorsDays: [1, 7], deltas: [0.2, 0.4] })
const SLOTS = 4

function codeOf(action: () => unknown): string | undefined {
  try {
    action()
  } catch (error) {
    return CcError.isInstance(error) ? error.code : String(error)
  }
  return undefined
}

/** Everything an episode of masked random actions tells. */
function episode(env: CoveredCallEnv, seed: number): unknown[] {
  const random = createRandom(seed)
  const told: unknown[] = []
  let { obs, info } = env.reset({ seed })
  told.push(obs, info)
  for (;;) {
    const allowed = [...info.action_mask.keys()].filter((action) => info.action_mask[action] === 1)
    const step = env.step(allowed[random.integer(allowed.length)]!)
    ;({ obs, info } = step)
    told.push(step)
    if (step.terminated || step.truncated) return told
  }
}

describe('CoveredCallEnv', () => {
  it('tells the same of the same seed, in a new environment or in one that was used before', () => {
    const used = new CoveredCallEnv(world, { steps: 50 })
    episode(used, 9)
    expect(episode(used, 5)).toEqual(episode(new CoveredCallEnv(world, { steps: 50 }), 5))
  })

  it('begins elsewhere with another seed, and goes on drawing without one', () => {
    const env = new CoveredCallEnv(world, { steps: 30 })
    const starts = Array.from({ length: 20 }, (_, seed) => env.reset({ seed }).info.timeMs)
    expect(new Set(starts).size).toBeGreaterThan(10)
    const drawn = Array.from({ length: 20 }, () => env.reset().info.timeMs)
    expect(new Set(drawn).size).toBeGreaterThan(10)
  })

  it('shows observations of its space', () => {
    fc.assert(
      fc.property(fc.nat(1000), (seed) => {
        const env = new CoveredCallEnv(world, { steps: 40 })
        for (const part of episode(env, seed)) {
          const obs = (part as { obs?: unknown }).obs ?? part
          if (Array.isArray(obs)) expect(env.observationSpace.contains(obs)).toBe(true)
        }
      }),
      { numRuns: 30 },
    )
    expect(new CoveredCallEnv(world).reset().obs).toHaveLength(OBSERVATION_WIDTH)
  })

  it('is truncated after its steps and terminated with the last delivery of the world', () => {
    const env = new CoveredCallEnv(world)
    env.reset({ options: { startMs: world.timeMs[3], steps: 2 } })
    expect(env.step(0)).toMatchObject({ terminated: false, truncated: false })
    expect(env.step(0)).toMatchObject({ terminated: false, truncated: true })
    env.reset({ options: { startMs: world.timeMs[world.lastSettlement - 1], steps: 100 } })
    expect(env.step(0)).toMatchObject({ terminated: true, truncated: false })
  })

  it('takes start, steps and deposit, and refuses what it does not know', () => {
    const env = new CoveredCallEnv(world)
    const { info } = env.reset({ options: { startMs: world.timeMs[7], depositCoin: 2.5 } })
    expect([info.timeMs, info.cashCoin]).toEqual([world.timeMs[7], 2.5])
    expect(() => env.reset({ options: { start: 1 } })).toThrow('options has no start')
    expect(() => env.reset({ options: { startMs: 5 } })).toThrow('options.startMs must be from')
    expect(() => env.reset({ options: { steps: 0 } })).toThrow('options.steps must be an integer')
    expect(() => env.reset({ options: { depositCoin: 0.01 } })).toThrow('options.depositCoin must be from 0.1')
    expect(() => env.reset({ seed: -1 })).toThrow('seed')
  })

  it('goes on with its episode where a reset was refused', () => {
    const env = new CoveredCallEnv(world)
    const before = env.reset({ seed: 4 }).info.timeMs
    expect(() => env.reset({ seed: 5, options: { steps: -1 } })).toThrow(RangeError)
    expect(env.step(0).info.timeMs).toBeGreaterThan(before)
  })

  it('says what must come first', () => {
    const env = new CoveredCallEnv(world, { steps: 1 })
    expect(codeOf(() => env.step(0))).toBe('backtest/reset-needed')
    env.reset()
    env.step(0)
    expect(codeOf(() => env.step(0))).toBe('backtest/reset-needed')
    env.close()
    env.close()
    expect(codeOf(() => env.step(0))).toBe('backtest/env-closed')
    expect(codeOf(() => env.reset())).toBe('backtest/env-closed')
  })

  it.each([-1, 2 * SLOTS + 2, 1.5, Number.NaN, '1', null])('refuses the action %s and stays where it is', (action) => {
    const env = new CoveredCallEnv(world)
    const { timeMs } = env.reset({ seed: 1 }).info
    expect(() => env.step(action as number)).toThrow(RangeError)
    expect(env.step(0).info.timeMs).toBe(world.timeMs[[...world.timeMs].indexOf(timeMs) + 1])
  })

  it('rewards in coin or in USD and tells both', () => {
    const coin = new CoveredCallEnv(world)
    const usd = new CoveredCallEnv(world, { objective: 'usd' })
    coin.reset({ seed: 2 })
    usd.reset({ seed: 2 })
    const [a, b] = [coin.step(1), usd.step(1)]
    expect(a.info).toEqual(b.info)
    expect([a.reward, b.reward]).toEqual([a.info.rewardCoin, a.info.rewardUsd])
    expect(a.info.events).toEqual(['sold'])
    expect(a.info.position).toMatchObject({ sizeCoin: 10 })
  })

  it('takes the specification’s actions: the nearest expiry, then the nearest delta', () => {
    const env = new CoveredCallEnv(world, { actions: 'specification' })
    const menu = new CoveredCallEnv(world)
    const options = { startMs: world.timeMs[0] }
    for (const [days, delta, slot] of [
      [1, 0.19, 1],
      [1.4, 0.45, 2],
      [9, 0.1, 3],
      [14, 0.9, 4],
    ] as const) {
      env.reset({ options })
      menu.reset({ options })
      expect(env.step({ action: 1, params: [delta, days, 1] }).info.position).toEqual(menu.step(slot).info.position)
    }
    env.reset({ options })
    expect(env.step({ action: 1, params: [0.2, 7, 0.55] }).info.position?.sizeCoin).toBe(5.5)
    expect(env.step({ action: 2, params: [0.4, 7, 1] }).info.events).toEqual(['sold', 'bought-back'])
    expect(env.step({ action: 3, params: [0, 0, 0] }).info.events).toEqual(['bought-back'])
    expect(() => env.step({ action: 4, params: [0, 0, 0] })).toThrow(RangeError)
    expect(() => env.step({ action: 1, params: [0.2, 7] })).toThrow(RangeError)
  })
})
