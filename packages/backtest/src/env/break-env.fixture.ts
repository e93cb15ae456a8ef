import type { Env, EnvInfo, EnvStart, EnvStep, ResetRequest } from './env.js'
import { createRandom } from './seeding.js'
import type { BoxSpace } from './space.js'

/** Any environment that shows numbers. */
export type NumbersEnv<A> = Env<readonly number[], A>

/** Whatever a broken part returns goes where the contract has something else. */
export function onStep<A>(env: NumbersEnv<A>, change: (step: EnvStep<readonly number[]>) => unknown): NumbersEnv<A> {
  return { ...env, step: (action) => change(env.step(action)) as EnvStep<readonly number[]> }
}

export function onReset<A>(env: NumbersEnv<A>, change: (start: EnvStart<readonly number[]>) => unknown): NumbersEnv<A> {
  return { ...env, reset: (request?: ResetRequest) => change(env.reset(request)) as EnvStart<readonly number[]> }
}

export function replaced(obs: readonly number[], at: number, value: number): number[] {
  return obs.map((number, i) => (i === at ? value : number))
}

/** The first number of an observation that has an upper bound. */
export function boundedIn<A>({ observationSpace }: NumbersEnv<A>): number {
  return (observationSpace as BoxSpace).high.findIndex(Number.isFinite)
}

export function allOf<A>({ actionSpace }: NumbersEnv<A>): Uint8Array {
  return new Uint8Array((actionSpace as unknown as { count: number }).count).fill(1)
}

/** A bad seed is still refused, so that only what is told of the stream is wrong. */
export function requireSound<A>(env: NumbersEnv<A>, seed: number): number {
  if (!(Number.isSafeInteger(seed) && seed >= 0)) env.reset({ seed })
  return 1
}

export function sharesObservations<A>(env: NumbersEnv<A>): NumbersEnv<A> {
  const shared: number[] = []
  const share = (obs: readonly number[]) => {
    shared.splice(0, shared.length, ...obs)
    return shared
  }
  const sharing = onReset(env, (start) => ({ ...start, obs: share(start.obs) }))
  return onStep(sharing, (step) => ({ ...step, obs: share(step.obs) }))
}

export function sharesInfos<A>(env: NumbersEnv<A>): NumbersEnv<A> {
  const shared: EnvInfo = {}
  const share = (info: EnvInfo) => Object.assign(shared, info)
  const sharing = onReset(env, (start) => ({ ...start, info: share(start.info) }))
  return onStep(sharing, (step) => ({ ...step, info: share(step.info) }))
}

let chance = createRandom(0)

/** Seeded as it should be, and drawn from by whoever comes. */
export function sharesItsChance<A>(env: NumbersEnv<A>): NumbersEnv<A> {
  const drawing = onStep(env, (step) => ({ ...step, reward: step.reward + chance.uniform() }))
  return {
    ...drawing,
    reset(request) {
      const start = env.reset(request)
      if (request?.seed !== undefined) chance = createRandom(request.seed)
      return start
    },
  }
}

/** As if the array were the state of the world: whoever writes into it changes what comes. */
export function readsItsObservations<A>(env: NumbersEnv<A>): NumbersEnv<A> {
  let last: readonly number[] = []
  let was = ''
  const reading = onReset(env, (start) => {
    last = start.obs
    was = last.join()
    return start
  })
  return onStep(reading, (step) => {
    const isChanged = last.join() !== was
    last = step.obs
    was = last.join()
    return { ...step, reward: step.reward + (isChanged ? 1 : 0) }
  })
}

/** The first episode is right, and so is every seeded start: the trouble comes later. */
export function paysMoreEachEpisode<A>(env: NumbersEnv<A>): NumbersEnv<A> {
  let episodes = 0
  const counting = onReset(env, (start) => {
    episodes += 1
    return start
  })
  return onStep(counting, (step) => ({ ...step, reward: step.reward + episodes }))
}

export function goesOnAfterTheEnd<A>(env: NumbersEnv<A>): NumbersEnv<A> {
  let last: EnvStep<readonly number[]> | undefined
  return {
    ...env,
    reset(request) {
      last = undefined
      return env.reset(request)
    },
    step(action) {
      if (last?.terminated || last?.truncated) return last
      last = env.step(action)
      return last
    },
  }
}
