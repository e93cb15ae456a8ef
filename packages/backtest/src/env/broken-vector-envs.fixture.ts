import type { EnvFindingCode } from './check-env-findings.js'
import type { AutoresetMode, VectorEnv, VectorStep } from './env.js'
import { createRandom } from './seeding.js'

/** A way to break many environments stepped as one, in a mode, and the finding that must name it. */
export type VectorBreakage = {
  name: string
  code: EnvFindingCode
  mode: AutoresetMode
  breaks: <A>(env: VectorEnv<A>) => VectorEnv<A>
}

export const VECTOR_BREAKAGES: readonly VectorBreakage[] = [
  {
    name: 'rewards that are one short',
    code: 'vector-size',
    mode: 'next-step',
    breaks: (env) => onStep(env, (step) => ({ ...step, rewards: step.rewards.slice(1) })),
  },
  {
    name: 'observations that are one row short',
    code: 'vector-size',
    mode: 'next-step',
    breaks: (env) => onStep(env, (step) => ({ ...step, obs: step.obs.slice(2) })),
  },
  {
    name: 'flags that are 255',
    code: 'vector-flags',
    mode: 'next-step',
    breaks: (env) => onStep(env, (step) => ({ ...step, truncated: step.truncated.map((flag) => flag * 255) })),
  },
  {
    name: 'one seed for all',
    code: 'vector-rows',
    mode: 'next-step',
    breaks: (env) => withSeeds(env, (seed) => Array.from({ length: env.numEnvs }, () => seed)),
  },
  {
    name: 'seeds that are ten apart',
    code: 'vector-seeds',
    mode: 'same-step',
    breaks: (env) => withSeeds(env, (seed) => Array.from({ length: env.numEnvs }, (_, i) => seed + 10 * i)),
  },
  {
    name: 'a masked reset of all',
    code: 'vector-masked-reset',
    mode: 'same-step',
    breaks: (env) => ({ ...env, reset: ({ seed, options } = {}) => env.reset({ seed, options }) }),
  },
  {
    name: 'no word of its mode',
    code: 'autoreset',
    mode: 'same-step',
    breaks: (env) => ({ ...env, metadata: { name: 'modeless' } as never }),
  },
  {
    name: 'next-step in name and same-step in fact',
    code: 'autoreset',
    mode: 'same-step',
    breaks: (env) => ({ ...env, metadata: { ...env.metadata, autoresetMode: 'next-step' } }),
  },
  {
    name: 'no last observations',
    code: 'autoreset',
    mode: 'same-step',
    breaks: (env) => onStep(env, ({ infos: { final_obs: _, ...infos }, ...step }) => ({ ...step, infos })),
  },
  {
    name: 'the new observations as the last ones',
    code: 'autoreset',
    mode: 'same-step',
    breaks: (env) => onStep(env, (step) => ({ ...step, infos: { ...step.infos, final_obs: step.obs } })),
  },
  {
    name: 'a mode that waits, which does not',
    code: 'autoreset',
    mode: 'next-step',
    breaks: (env) => ({ ...env, metadata: { ...env.metadata, autoresetMode: 'disabled' } }),
  },
  {
    name: 'rewards that differ in the last bit',
    code: 'differs-from-scalar',
    mode: 'next-step',
    breaks: (env) =>
      onStep(env, (step) => ({ ...step, rewards: step.rewards.map((reward) => reward * (1 + Number.EPSILON)) })),
  },
  {
    name: 'actions that are done in the step after an end',
    code: 'autoreset',
    mode: 'next-step',
    breaks: actsAfterTheEnd,
  },
  { name: 'ends that are told of for ever', code: 'autoreset', mode: 'same-step', breaks: tellsOfPastEnds },
  { name: 'a masked reset of none', code: 'vector-masked-reset', mode: 'next-step', breaks: resetsNoneOfAMask },
  {
    name: 'masks of any length',
    code: 'vector-masked-reset',
    mode: 'same-step',
    breaks: (env) => ({
      ...env,
      reset: ({ mask, ...rest } = {}) => env.reset({ ...rest, mask: mask?.slice(0, env.numEnvs) }),
    }),
  },
  { name: 'one array for all calls', code: 'aliased-observation', mode: 'disabled', breaks: sharesItsArray },
  {
    name: 'rewards that are bytes',
    code: 'vector-size',
    mode: 'next-step',
    breaks: (env) =>
      onStep(env, ({ rewards, ...step }) => ({
        ...step,
        rewards: Uint8Array.from(rewards) as unknown as Float64Array,
      })),
  },
  {
    name: 'actions that are none',
    code: 'bad-action-taken',
    mode: 'next-step',
    breaks: (env) => ({
      ...env,
      step(actions) {
        const space = env.singleActionSpace
        return env.step(
          Array.from(actions, (action) => (space.contains(action) ? action : space.sample(createRandom(1)))),
        )
      },
    }),
  },
  {
    name: 'seeds that are none',
    code: 'bad-seed-taken',
    mode: 'same-step',
    breaks: (env) =>
      withSeeds(env, (seed) => Array.from({ length: env.numEnvs }, (_, i) => (Math.trunc(Math.abs(seed)) || 0) + i)),
  },
  {
    name: 'options of any name',
    code: 'unknown-option-taken',
    mode: 'same-step',
    breaks: (env) => ({ ...env, reset: ({ options: _, ...rest } = {}) => env.reset(rest) }),
  },
  {
    name: 'a close that closes nothing',
    code: 'used-after-close',
    mode: 'disabled',
    breaks: (env) => ({ ...env, close() {} }),
  },
  {
    name: 'a close that throws',
    code: 'close-failed',
    mode: 'next-step',
    breaks: (env) => ({
      ...env,
      close() {
        throw new Error('not today')
      },
    }),
  },
  {
    name: 'masks of the row before',
    code: 'differs-from-scalar',
    mode: 'next-step',
    breaks: (env) =>
      onStep(env, ({ infos, ...step }) => {
        const { action_mask: masks = new Uint8Array() } = infos
        const width = masks.length / env.numEnvs
        const moved = Uint8Array.from([...masks.slice(-width), ...masks.slice(0, -width)])
        return { ...step, infos: { ...infos, action_mask: moved } }
      }),
  },
]

function onStep<A>(env: VectorEnv<A>, change: (step: VectorStep) => VectorStep): VectorEnv<A> {
  return { ...env, step: (actions) => change(env.step(actions)) }
}

function withSeeds<A>(env: VectorEnv<A>, listOf: (seed: number) => readonly number[]): VectorEnv<A> {
  return {
    ...env,
    reset: ({ seed, ...rest } = {}) => env.reset({ ...rest, seed: typeof seed === 'number' ? listOf(seed) : seed }),
  }
}

/** As if the new episode had taken a step already. */
function actsAfterTheEnd<A>(env: VectorEnv<A>): VectorEnv<A> {
  let over: number[] = []
  return {
    ...env,
    step(actions) {
      const step = env.step(actions)
      const width = step.obs.length / env.numEnvs
      const obs = step.obs.map((value, i) => {
        const row = Math.floor(i / width)
        return over[row] === 1 && i % width === 0 ? value * (1 - Number(actions[row]) / 100) : value
      })
      over = Array.from(step.terminated, (flag, row) => flag | (step.truncated[row] as number))
      return { ...step, obs }
    },
  }
}

function tellsOfPastEnds<A>(env: VectorEnv<A>): VectorEnv<A> {
  let past: Pick<VectorStep['infos'], 'final_obs' | 'final_info'> = {}
  return onStep(env, ({ infos, ...step }) => {
    const { final_obs, final_info } = infos
    if (final_obs !== undefined && final_info?.some((info) => info !== undefined)) past = { final_obs, final_info }
    return { ...step, infos: { ...infos, ...past } }
  })
}

function resetsNoneOfAMask<A>(env: VectorEnv<A>): VectorEnv<A> {
  let last: ReturnType<VectorEnv<A>['reset']>
  const noting = onStep(env, (step) => {
    last = step
    return step
  })
  return {
    ...noting,
    reset(request) {
      if (request?.mask?.length !== env.numEnvs) last = env.reset(request)
      return last
    },
  }
}

function sharesItsArray<A>(env: VectorEnv<A>): VectorEnv<A> {
  let shared = new Float64Array()
  const share = (obs: Float64Array) => {
    if (shared.length !== obs.length) shared = new Float64Array(obs.length)
    shared.set(obs)
    return shared
  }
  const sharing = onStep(env, (step) => ({ ...step, obs: share(step.obs) }))
  return {
    ...sharing,
    reset(request) {
      const { obs, infos } = env.reset(request)
      return { obs: share(obs), infos }
    },
  }
}
