import { createDict, type ValueOf } from './composite-space.js'
import type { Env, EnvInfo } from './env.js'
import { createBox, createDiscrete, type FlatNumbers } from './space.js'
import { createToyEnv, TOY_LENGTH } from './toy-env.fixture.js'

const observationSpace = () =>
  createDict({ position: createBox({ low: [0], high: [1] }), step: createDiscrete(TOY_LENGTH + 1) })
export type PartsObservation = ValueOf<ReturnType<typeof observationSpace>>
export type PartsEnv = Env<PartsObservation, FlatNumbers>

/** The toy with an observation of two parts, pushed by a number between −1 and 1; `read` is handed each action. */
export function createPartsEnv(read: (action: FlatNumbers) => number = ([push]) => push as number): PartsEnv {
  const toy = createToyEnv()
  const actionSpace = createBox({ low: [-1], high: [1] })
  const partsOf = (obs: readonly number[]): PartsObservation => ({
    position: obs.slice(0, 1),
    step: Math.round((obs[1] as number) * TOY_LENGTH),
  })
  return {
    ...toy,
    observationSpace: observationSpace(),
    actionSpace,
    reset(request) {
      const { obs, info } = toy.reset(request)
      return { obs: partsOf(obs), info: unmasked(info) }
    },
    step(action) {
      if (!actionSpace.contains(action)) throw new RangeError('step: action must be one number from −1 to 1')
      const push = read(action)
      const { obs, info, ...rest } = toy.step(push > 0.3 ? 2 : push < -0.3 ? 1 : 0)
      return { ...rest, obs: partsOf(obs), info: unmasked(info) }
    },
  }
}

/** There is no mask of numbers. */
function unmasked({ action_mask: _, ...info }: EnvInfo): EnvInfo {
  return info
}
