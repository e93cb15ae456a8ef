import { CcError } from '@cc/models'
import type { Env, EnvInfo, ResetRequest } from './env.js'
import { createRandom, type RandomState, randomOf } from './seeding.js'
import { createBox, createDiscrete } from './space.js'

export type ToyEnv = Env<number[], number>

export const TOY_LENGTH = 20

/**
 * A walk between 0 and 1 that keeps the whole contract: 0 stays, 1 goes down, 2 goes up and is forbidden near the top.
 * Pays where it stands, is over at the bottom, and cut off after {@link TOY_LENGTH} steps. `start` says where it begins.
 */
export function createToyEnv(): ToyEnv {
  let random = createRandom(0)
  let position = 0
  let step = 0
  let state: 'new' | 'open' | 'over' | 'closed' = 'new'
  const observationSpace = createBox({ low: [0, 0], high: [1, 1] })
  const actionSpace = createDiscrete(3)
  const seen = () => [position, step / TOY_LENGTH]
  const infoOf = (illegal: boolean): EnvInfo => ({ action_mask: maskOf(position), illegal_action: illegal })
  return {
    observationSpace,
    actionSpace,
    metadata: { name: 'toy', options: ['start'] },
    random: { state: () => random.state() },
    reset({ seed, options = {} }: ResetRequest = {}) {
      if (state === 'closed') throw failure('backtest/env-closed')
      const unknown = Object.keys(options).find((name) => name !== 'start')
      if (unknown !== undefined) throw new RangeError(`reset: ${unknown} is no option`)
      random = seed === undefined ? random : createRandom(seed)
      const drawn = 0.4 + 0.2 * random.uniform()
      position = (options.start as number | undefined) ?? drawn
      step = 0
      state = 'open'
      return { obs: seen(), info: infoOf(false) }
    },
    step(action) {
      if (state === 'closed') throw failure('backtest/env-closed')
      if (state !== 'open') throw failure('backtest/reset-needed')
      if (!actionSpace.contains(action)) throw new RangeError(`step: action must be 0, 1 or 2, got ${action}`)
      const illegal = maskOf(position)[action] === 0
      const push = illegal || action === 0 ? 0 : action === 1 ? -0.1 : 0.1
      position = Math.min(1, Math.max(0, position + push + 0.1 * (random.uniform() - 0.5)))
      step += 1
      const terminated = position === 0
      const truncated = !terminated && step === TOY_LENGTH
      if (terminated || truncated) state = 'over'
      return { obs: seen(), reward: position, terminated, truncated, info: infoOf(illegal) }
    },
    close() {
      state = 'closed'
    },
  }
}

function maskOf(position: number): Uint8Array {
  return Uint8Array.of(1, 1, position > 0.7 ? 0 : 1)
}

function failure(code: string): CcError {
  return new CcError('The toy cannot do that now.', { code, recovery: 'halt' })
}

/** Chance that no seed fixes, though every run of the tests draws the same. */
export const unseeded = createRandom(99)

/** A generator that stands still. */
export const stuck = { state: (): RandomState => randomOf([1, 2, 3, 4]).state() }
