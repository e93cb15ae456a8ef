import {
  allOf,
  boundedIn,
  goesOnAfterTheEnd,
  type NumbersEnv,
  onReset,
  onStep,
  paysMoreEachEpisode,
  readsItsObservations,
  replaced,
  requireSound,
  sharesInfos,
  sharesItsChance,
  sharesObservations,
} from './break-env.fixture.js'
import type { EnvFindingCode } from './check-env-findings.js'
import { createRandom } from './seeding.js'
import { stuck, unseeded } from './toy-env.fixture.js'

/** A way to break a sound environment, and the finding that must name it. */
export type Breakage = { name: string; code: EnvFindingCode; breaks: <A>(env: NumbersEnv<A>) => NumbersEnv<A> }

export const BREAKAGES: readonly Breakage[] = [
  {
    name: 'noise in its steps that no seed fixes',
    code: 'step-not-deterministic',
    breaks: (env) => onStep(env, (step) => ({ ...step, reward: step.reward + unseeded.uniform() })),
  },
  {
    name: 'a start that no seed fixes',
    code: 'seed-not-deterministic',
    breaks: (env) => onReset(env, (start) => ({ ...start, info: { ...start.info, luck: unseeded.uniform() } })),
  },
  {
    name: 'a step of four parts with one `done`',
    code: 'step-result',
    breaks: (env) =>
      onStep(env, ({ obs, reward, terminated, truncated, info }) => [obs, reward, terminated || truncated, info]),
  },
  {
    name: 'a reset that returns the observation alone',
    code: 'reset-result',
    breaks: (env) => onReset(env, ({ obs }) => obs),
  },
  {
    name: 'NaN in an observation',
    code: 'observation-not-finite',
    breaks: (env) => onStep(env, (step) => ({ ...step, obs: replaced(step.obs, 0, Number.NaN) })),
  },
  {
    name: 'infinity in an observation',
    code: 'observation-not-finite',
    breaks: (env) => onReset(env, (start) => ({ ...start, obs: replaced(start.obs, 0, Infinity) })),
  },
  {
    name: 'an observation above its bounds',
    code: 'observation-outside-space',
    breaks: (env) => onStep(env, (step) => ({ ...step, obs: replaced(step.obs, boundedIn(env), Number.MAX_VALUE) })),
  },
  {
    name: 'an observation that is one number short',
    code: 'observation-shape',
    breaks: (env) => onReset(env, (start) => ({ ...start, obs: start.obs.slice(1) })),
  },
  {
    name: 'an observation that is a text',
    code: 'observation-type',
    breaks: (env) => onReset(env, (start) => ({ ...start, obs: start.obs.join() })),
  },
  {
    name: 'no reward',
    code: 'reward-type',
    breaks: (env) => onStep(env, (step) => ({ ...step, reward: undefined })),
  },
  {
    name: 'an infinite reward',
    code: 'reward-not-finite',
    breaks: (env) => onStep(env, (step) => ({ ...step, reward: Number.NEGATIVE_INFINITY })),
  },
  {
    name: 'a number for `terminated`',
    code: 'terminated-type',
    breaks: (env) => onStep(env, (step) => ({ ...step, terminated: step.terminated ? 1 : 0 })),
  },
  {
    name: 'null for `truncated`',
    code: 'truncated-type',
    breaks: (env) => onStep(env, (step) => ({ ...step, truncated: step.truncated || null })),
  },
  {
    name: 'a list for `info`',
    code: 'info-type',
    breaks: (env) => onStep(env, (step) => ({ ...step, info: [step.info] })),
  },
  { name: 'one observation array for all calls', code: 'aliased-observation', breaks: sharesObservations },
  {
    name: 'options that change nothing',
    code: 'option-ignored',
    breaks: (env) => ({ ...env, reset: ({ seed } = {}) => env.reset({ seed }) }),
  },
  {
    name: 'a reset that refuses options',
    code: 'options-refused',
    breaks: (env) => ({
      ...env,
      reset(request) {
        if (request?.options !== undefined) throw new TypeError('no options here')
        return env.reset(request)
      },
    }),
  },
  {
    name: 'options of any name',
    code: 'unknown-option-taken',
    breaks: (env) => ({
      ...env,
      reset({ seed, options = {} } = {}) {
        const known = Object.entries(options).filter(([name]) => env.metadata.options?.includes(name))
        return env.reset({ seed, options: Object.fromEntries(known) })
      },
    }),
  },
  {
    name: 'one stream for every seed',
    code: 'seeds-alike',
    breaks: (env) => ({
      ...env,
      reset: ({ seed, options } = {}) => env.reset({ seed: seed === undefined ? seed : 1, options }),
    }),
  },
  {
    name: 'one stream for every seed behind a generator that looks seeded',
    code: 'seeds-alike',
    breaks(env) {
      let shown = createRandom(0)
      return {
        ...env,
        random: { state: () => shown.state() },
        reset({ seed, options } = {}) {
          if (seed !== undefined) shown = createRandom(seed)
          shown.uniform()
          return env.reset({ seed: seed === undefined ? seed : requireSound(env, seed), options })
        },
      }
    },
  },
  { name: 'a generator that nobody seeds', code: 'seeds-alike', breaks: (env) => ({ ...env, random: stuck }) },
  {
    name: 'no generator',
    code: 'generator-missing',
    breaks: (env) => ({ ...env, random: { state: () => undefined as never } }),
  },
  {
    name: 'a seed of its own when none is given',
    code: 'reseeds-by-default',
    breaks: (env) => ({ ...env, reset: ({ seed = 42, options } = {}) => env.reset({ seed, options }) }),
  },
  {
    name: 'seeds that are no integers',
    code: 'bad-seed-taken',
    breaks: (env) => ({
      ...env,
      reset: ({ seed, options } = {}) =>
        env.reset({ seed: seed === undefined ? seed : Math.abs(Math.trunc(Number(seed))) || 0, options }),
    }),
  },
  { name: 'rewards that grow with every episode', code: 'episodes-leak', breaks: paysMoreEachEpisode },
  {
    name: 'a mask that allows everything',
    code: 'mask-lies',
    breaks: (env) => onStep(env, (step) => ({ ...step, info: { ...step.info, action_mask: allOf(env) } })),
  },
  {
    name: 'a mask that is one entry short',
    code: 'mask-invalid',
    breaks: (env) => onStep(env, (step) => ({ ...step, info: { ...step.info, action_mask: allOf(env).slice(1) } })),
  },
  {
    name: 'a close that cannot be called again',
    code: 'double-close',
    breaks(env) {
      let closed = false
      return {
        ...env,
        close() {
          if (closed) throw new Error('closed already')
          closed = true
          env.close()
        },
      }
    },
  },
  { name: 'an end that does not end it', code: 'step-after-end', breaks: goesOnAfterTheEnd },
  {
    name: 'steps before its first reset',
    code: 'step-before-reset',
    breaks(env) {
      let fresh = true
      return {
        ...env,
        reset(request) {
          fresh = false
          return env.reset(request)
        },
        step(action) {
          if (fresh) this.reset()
          return env.step(action)
        },
      }
    },
  },
  {
    name: 'actions outside its space',
    code: 'bad-action-taken',
    breaks: (env) => ({
      ...env,
      step: (action) => env.step(env.actionSpace.contains(action) ? action : env.actionSpace.sample(createRandom(1))),
    }),
  },
  { name: 'one stream of chance for all environments', code: 'instances-share-state', breaks: sharesItsChance },
  {
    name: 'chance that is drawn from its action space',
    code: 'instances-share-state',
    breaks(env) {
      const drawing = onStep(env, (step) => ({ ...step, reward: step.reward + Number(env.actionSpace.sample()) }))
      return {
        ...drawing,
        reset(request) {
          if (Number.isSafeInteger(request?.seed)) env.actionSpace.seed(Math.abs(request?.seed as number))
          return env.reset(request)
        },
      }
    },
  },
  {
    name: 'a second episode that no seed fixes',
    code: 'step-not-deterministic',
    breaks(env) {
      let episodes = 0
      const counting = onReset(env, (start) => {
        episodes += 1
        return start
      })
      return onStep(counting, (step) => ({ ...step, reward: step.reward + (episodes > 1 ? unseeded.uniform() : 0) }))
    },
  },
  {
    name: 'NaN in its last observation alone',
    code: 'observation-not-finite',
    breaks: (env) =>
      onStep(env, (step) =>
        step.terminated || step.truncated ? { ...step, obs: replaced(step.obs, 1, Number.NaN) } : step,
      ),
  },
  {
    name: 'a mask that forbids what can be done',
    code: 'mask-lies',
    breaks: (env) =>
      onStep(env, (step) => ({
        ...step,
        info: { ...step.info, action_mask: allOf(env).map((_, i) => (i > 0 ? 0 : 1)) },
      })),
  },
  {
    name: 'a mask of truths',
    code: 'mask-invalid',
    breaks: (env) =>
      onStep(env, (step) => ({ ...step, info: { ...step.info, action_mask: [...allOf(env)].map(Boolean) } })),
  },
  { name: 'an observation that it goes on from', code: 'observation-is-state', breaks: readsItsObservations },
  { name: 'one info for all calls', code: 'aliased-info', breaks: sharesInfos },
  {
    name: 'a reset that throws',
    code: 'reset-failed',
    breaks: (env) => ({
      ...env,
      reset() {
        throw new Error('not today')
      },
    }),
  },
  {
    name: 'a step that throws',
    code: 'step-failed',
    breaks: (env) => ({
      ...env,
      step() {
        throw new Error('not today')
      },
    }),
  },
  {
    name: 'a close that throws',
    code: 'close-failed',
    breaks: (env) => ({
      ...env,
      close() {
        throw new Error('not today')
      },
    }),
  },
  { name: 'a close that closes nothing', code: 'used-after-close', breaks: (env) => ({ ...env, close() {} }) },
  {
    name: 'a generator that is elsewhere each time',
    code: 'generator-not-seeded',
    breaks(env) {
      let seen = 1
      return { ...env, random: { state: () => [seen++, 2, 3, 4] } }
    },
  },
]
