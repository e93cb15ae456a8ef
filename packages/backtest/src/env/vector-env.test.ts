import { createHash } from 'node:crypto'
import { CcError } from '@cc/models'
import { describe, expect, it } from 'vitest'
import { CoveredCallEnv } from './covered-call-env.js'
import type { AutoresetMode } from './env.js'
import { OBSERVATION_WIDTH } from './observation.js'
import { createRandom } from './seeding.js'
import { createSyntheticWorld } from './synthetic-world.js'
import { createVectorEnv } from './vector-env.js'

const world = createSyntheticWorld({ seed: 1, days: 40, tenorsDays: [1, 7], deltas: [0.2, 0.4] })
const COUNT = 7
const ACTIONS = 10

function hashOf(rows: readonly (ArrayLike<number> | readonly number[])[]): string {
  const hash = createHash('sha256')
  for (const row of rows) hash.update(Float64Array.from(row))
  return hash.digest('hex')
}

/** Any actions, allowed or not. */
function randomActions(steps: number): Int32Array[] {
  const random = createRandom(99)
  return Array.from({ length: steps }, () => Int32Array.from({ length: COUNT }, () => random.integer(ACTIONS)))
}

describe('createVectorEnv', () => {
  it('does to the last bit what as many single environments do', () => {
    const vector = createVectorEnv(world, { numEnvs: COUNT, steps: 40 })
    const singles = Array.from({ length: COUNT }, (_, i) => new CoveredCallEnv(world, { steps: 40, seed: 3 + i }))
    const seen: Float64Array[] = [vector.reset({ seed: 3 }).obs.slice()]
    const told: (readonly number[])[] = [singles.flatMap((env) => env.reset().obs)]
    const isOver = new Uint8Array(COUNT)
    for (const actions of randomActions(150)) {
      const { obs, rewards, terminated, truncated, infos } = vector.step(actions)
      seen.push(obs.slice(), rewards.slice(), Float64Array.from(infos.action_mask), infos.columns.cashCoin.slice())
      const steps = singles.map((env, i) => {
        if (isOver[i] === 1) {
          isOver[i] = 0
          return { ...env.reset(), reward: 0, terminated: false, truncated: false }
        }
        const step = env.step(actions[i]!)
        isOver[i] = step.terminated || step.truncated ? 1 : 0
        return step
      })
      told.push(
        steps.flatMap(({ obs }) => obs),
        steps.map(({ reward }) => reward),
        steps.flatMap(({ info }) => [...info.action_mask]),
        steps.map(({ info }) => info.cashCoin),
      )
      expect([...terminated, ...truncated]).toEqual(
        [...steps.map(({ terminated }) => terminated), ...steps.map(({ truncated }) => truncated)].map(Number),
      )
      expect([...infos.illegal_action]).toEqual(steps.map(({ info }) => Number(info.illegal_action)))
    }
    expect(hashOf(seen)).toBe(hashOf(told))
  })

  it('does the same with the specification’s actions', () => {
    const vector = createVectorEnv(world, { numEnvs: 2, actions: 'specification', steps: 20 })
    const single = new CoveredCallEnv(world, { actions: 'specification', steps: 20, seed: 6 })
    vector.reset({ seed: 5 })
    single.reset()
    for (let i = 0; i < 20; i++) {
      const action = { action: i % 4, params: [0.1 * (i % 5), i % 14, 1] }
      const { obs, rewards } = vector.step([action, action])
      const step = single.step(action)
      expect([...obs.subarray(OBSERVATION_WIDTH)]).toEqual([...step.obs])
      expect(rewards[1]).toBe(step.reward)
    }
  })

  it.each(['next-step', 'same-step', 'disabled'] as AutoresetMode[])('ends episodes the way of %s', (autoresetMode) => {
    const vector = createVectorEnv(world, { numEnvs: 2, steps: 2, autoresetMode })
    const hold = [0, 0]
    const first = vector.reset({ seed: 1 }).infos.columns.time.slice()
    vector.step(hold)
    const last = vector.step(hold)
    expect([...last.truncated]).toEqual([1, 1])
    const lastTime = last.infos.columns.time.slice()
    if (autoresetMode === 'same-step') {
      expect(last.infos.final_info?.map((info) => info?.timeMs)).toEqual(
        [...first].map((time) => world.timeMs[time + 2]),
      )
      expect([...last.infos.final_obs!.subarray(0, 9)]).not.toEqual([...last.obs.subarray(0, 9)])
      expect(vector.step(hold).infos.final_obs).toBeUndefined()
      return
    }
    expect([...lastTime]).toEqual([...first].map((time) => time + 2))
    expect(last.infos.final_obs).toBeUndefined()
    if (autoresetMode === 'disabled') {
      const thrown = expectThrown(() => vector.step(hold))
      expect(CcError.isInstance(thrown) && thrown.code).toBe('backtest/reset-needed')
      vector.reset({ mask: new Uint8Array([1, 1]) })
      expect([...vector.step(hold).truncated]).toEqual([0, 0])
      return
    }
    const fresh = vector.step([1, 1])
    expect([...fresh.rewards, ...fresh.terminated, ...fresh.truncated]).toEqual([0, 0, 0, 0, 0, 0])
    expect([...fresh.infos.columns.sizeCoin]).toEqual([0, 0])
  })

  it('resets those of a mask and leaves the others', () => {
    const vector = createVectorEnv(world, { numEnvs: 3 })
    vector.reset({ seed: 1 })
    const { columns } = vector.step([1, 1, 1]).infos
    const before = columns.time.slice()
    vector.reset({ mask: new Uint8Array([0, 1, 0]), seed: [8, 8, 8] })
    expect([columns.time[0], columns.time[2]]).toEqual([before[0], before[2]])
    expect([...columns.sizeCoin]).toEqual([10, 0, 10])
  })

  it('does nothing at all where one action is not in the space', () => {
    const vector = createVectorEnv(world, { numEnvs: 2 })
    const { columns } = vector.reset({ seed: 1 }).infos
    const before = [...columns.time]
    expect(() => vector.step([1, 99])).toThrow('environment 1')
    expect(() => vector.step([1])).toThrow('2 actions')
    expect([...columns.time]).toEqual(before)
  })

  it.each([
    { why: 'no environment', call: () => createVectorEnv(world, { numEnvs: 0 }) },
    { why: 'too few seeds', call: () => createVectorEnv(world, { numEnvs: 2 }).reset({ seed: [1] }) },
    { why: 'a mask too short', call: () => createVectorEnv(world, { numEnvs: 2 }).reset({ mask: new Uint8Array(1) }) },
  ])('refuses $why', ({ call }) => {
    expect(call).toThrow(RangeError)
  })
})

function expectThrown(action: () => unknown): unknown {
  try {
    action()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}
