import type { ActionForm, ActionOf } from './action-form.js'
import { actionFormOf } from './covered-call-env.js'
import type { AutoresetMode, EnvInfo, VectorEnv, VectorInfos, VectorResetRequest } from './env.js'
import { envClosed, resetNeeded, unknownAction } from './env-failures.js'
import { createEpisodes, type EnvOptions, type EnvOptionsInput, EPISODE_OPTIONS, envOptionsSchema } from './episode.js'
import { createKernel } from './kernel.js'
import type { KernelColumns } from './kernel-columns.js'
import { createObservationSpace, createObserver, OBSERVATION_WIDTH } from './observation.js'
import { createRandom, type Random, requireSeed } from './seeding.js'
import { createTeller } from './step-info.js'
import type { World } from './world.js'

/** Settings of environments that step as one. */
export type VectorEnvOptions<Form extends EnvOptions['actions'] = 'menu'> = Omit<EnvOptionsInput, 'actions'> & {
  numEnvs: number
  /** Default `next-step`. */
  autoresetMode?: AutoresetMode
  actions?: Form
}

/** Columns of all environments, which the next step writes over: the account, and what the last step did to it. */
export type VectorStepInfos = VectorInfos & {
  readonly action_mask: Uint8Array
  readonly illegal_action: Uint8Array
  readonly columns: KernelColumns
}

/**
 * Creates `numEnvs` environments over one world that step as one. Everything they tell stands in flat arrays that the
 * next step writes over: copy what is kept.
 *
 * Environment `i` of seed `s` does, to the last bit, what a `CoveredCallEnv` of seed `s + i` does.
 *
 * @throws RangeError for a number of environments that is none. @throws ZodError for a setting out of its range.
 */
export function createVectorEnv<Form extends EnvOptions['actions'] = 'menu'>(
  world: World,
  { numEnvs, autoresetMode = 'next-step', ...options }: VectorEnvOptions<Form>,
): VectorEnv<ActionOf<Form>, VectorStepInfos> {
  if (!(Number.isSafeInteger(numEnvs) && numEnvs >= 1 && numEnvs <= 1_000_000)) {
    throw new RangeError(`createVectorEnv: numEnvs must be an integer from 1 to 1000000, got ${String(numEnvs)}`)
  }
  const parsed = envOptionsSchema.parse(options)
  const kernel = createKernel(world, numEnvs)
  const { columns } = kernel
  const form = actionFormOf(world, parsed.actions) as ActionForm<ActionOf<Form>>
  const observer = createObserver(kernel)
  const tell = createTeller(kernel, form)
  const episodeOf = createEpisodes(world, parsed)
  const streams = Array.from({ length: numEnvs }, (_, i) => createRandom(parsed.seed + i))
  const objective = columns[parsed.objective === 'coin' ? 'rewardCoin' : 'rewardUsd']

  const obs = new Float64Array(numEnvs * OBSERVATION_WIDTH)
  const mask = new Uint8Array(numEnvs * form.maskWidth)
  /** What stands in each row of `mask`; none is −1. */
  const maskBits = new Int32Array(numEnvs).fill(-1)
  /** With `same-step` a new episode begins in the very step that tells of the end of the last. */
  const isOver = new Uint8Array(numEnvs)
  const illegal = new Uint8Array(numEnvs)
  const codes = new Int32Array(numEnvs)
  const shares = new Float64Array(numEnvs)
  const infos = { action_mask: mask, illegal_action: illegal, columns }
  let state: 'new' | 'running' | 'closed' = 'new'

  function begin(i: number, stream = streams[i] as Random, told?: VectorResetRequest['options']): void {
    kernel.begin(i, episodeOf(stream, told))
    streams[i] = stream
    isOver[i] = 0
  }

  function show(i: number): void {
    observer.write(i, obs, i * OBSERVATION_WIDTH)
    const bits = kernel.maskOf(i)
    if (bits === maskBits[i]) return
    maskBits[i] = bits
    form.writeMask(bits, mask, i * form.maskWidth)
  }

  /** All are read before the first is done, so that a bad one leaves everything as it was. */
  function readActions(actions: ArrayLike<ActionOf<Form>>): void {
    for (let i = 0; i < numEnvs; i++) {
      if (isOver[i] === 1) {
        codes[i] = -1
        continue
      }
      const action = actions[i] as ActionOf<Form>
      const code = form.codeOf(action, kernel, i)
      if (code < 0) throw unknownAction(`step: environment ${i}`, action)
      codes[i] = code
      shares[i] = form.shareOf(action)
    }
  }

  /** The end of an episode is kept, and the next begins. */
  function resetSameStep(i: number, ends: Ends): void {
    observer.write(i, ends.final_obs, i * OBSERVATION_WIDTH)
    ends.final_info[i] = tell(i)
    begin(i)
  }

  return {
    numEnvs,
    singleObservationSpace: createObservationSpace(),
    singleActionSpace: form.space,
    metadata: { name: 'covered-call', options: EPISODE_OPTIONS, reusesObservations: true, autoresetMode },

    reset({ seed, options: told, mask: chosen } = {}) {
      if (state === 'closed') throw envClosed()
      const seeds = seedsOf(seed, numEnvs)
      if (chosen !== undefined && chosen.length !== numEnvs) {
        throw new RangeError(`reset: mask must have ${numEnvs} entries, got ${chosen.length}`)
      }
      if (state === 'new' && chosen?.includes(0)) throw resetNeeded('not all have begun')
      for (let i = 0; i < numEnvs; i++) {
        if (chosen !== undefined && chosen[i] !== 1) continue
        const fresh = seeds?.[i]
        begin(i, fresh === undefined ? streams[i] : createRandom(fresh), told)
        kernel.clear(i)
        illegal[i] = 0
        show(i)
      }
      state = 'running'
      return { obs, infos }
    },

    step(actions) {
      if (state === 'closed') throw envClosed()
      if (state === 'new') throw resetNeeded('no episode has begun')
      if (actions.length !== numEnvs) {
        throw new RangeError(`step: there must be ${numEnvs} actions, got ${actions.length}`)
      }
      if (autoresetMode === 'disabled' && isOver.includes(1)) throw resetNeeded('an episode is over')
      readActions(actions)
      kernel.stepAll(codes, shares)
      let ends: Ends | undefined
      for (let i = 0; i < numEnvs; i++) {
        if (isOver[i] === 1) {
          begin(i)
          kernel.clear(i)
        } else if (columns.terminated[i] === 1 || columns.truncated[i] === 1) {
          isOver[i] = 1
          if (autoresetMode === 'same-step') {
            ends ??= createEnds(numEnvs)
            resetSameStep(i, ends)
          }
        }
        illegal[i] = columns.refusal[i] === 0 ? 0 : 1
        show(i)
      }
      const { terminated, truncated } = columns
      return {
        obs,
        rewards: objective,
        terminated,
        truncated,
        infos: ends === undefined ? infos : { ...infos, ...ends },
      }
    },

    close() {
      state = 'closed'
    },
  }
}

/** What `same-step` tells of the episodes that ended. */
type Ends = { final_obs: Float64Array; final_info: (EnvInfo | undefined)[] }

function createEnds(numEnvs: number): Ends {
  return {
    final_obs: new Float64Array(numEnvs * OBSERVATION_WIDTH).fill(Number.NaN),
    final_info: Array.from({ length: numEnvs }, () => undefined),
  }
}

function seedsOf(seed: VectorResetRequest['seed'], numEnvs: number): readonly number[] | undefined {
  if (seed === undefined) return undefined
  const seeds = typeof seed === 'number' ? Array.from({ length: numEnvs }, (_, i) => seed + i) : seed
  if (seeds.length !== numEnvs) {
    throw new RangeError(`reset: seed must have ${numEnvs} entries, got ${seeds.length}`)
  }
  for (const each of seeds) requireSeed('reset', each)
  return seeds
}
