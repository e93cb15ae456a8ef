import type { Random } from './seeding.js'
import type { Space } from './space.js'

/** An environment of Gymnasium 1.x: seeded `reset`, `step` of five parts. Held to all of it by `checkEnv`. */
export type Env<Observation, Action, Info extends EnvInfo = EnvInfo> = {
  /** Holds every observation. */
  readonly observationSpace: Space<unknown>
  readonly actionSpace: Space<Action>
  readonly metadata: EnvMetadata
  /** The stream that episodes are drawn from. A seed given to `reset` begins it anew; without one it goes on. */
  readonly random: Pick<Random, 'state'>
  /**
   * Begins an episode. The same seed and options begin the same one.
   *
   * @throws RangeError when the seed is no integer from 0 to 2⁵³ − 1, or an option is out of its range.
   * @throws CcError `backtest/env-closed` after `close`.
   */
  reset(request?: ResetRequest): EnvStart<Observation, Info>
  /**
   * Takes one action.
   *
   * @throws RangeError when the action is not in the action space.
   * @throws CcError `backtest/reset-needed` before the first reset and after the end of an episode.
   * @throws CcError `backtest/env-closed` after `close`.
   */
  step(action: Action): EnvStep<Observation, Info>
  /** May be called again, and then does nothing. */
  close(): void
}

export type ResetRequest = {
  seed?: number | undefined
  /** What an environment can be told of an episode: `metadata.options` names them, anything else is refused. */
  options?: Readonly<Record<string, unknown>> | undefined
}

export type EnvStart<Observation, Info extends EnvInfo = EnvInfo> = { obs: Observation; info: Info }

export type EnvStep<Observation, Info extends EnvInfo = EnvInfo> = {
  obs: Observation
  reward: number
  /** The world has ended: nothing comes after it, so its value is 0. */
  terminated: boolean
  /** The episode was cut off: the world would go on, so a learner bootstraps from here. */
  truncated: boolean
  info: Info
}

export type EnvInfo = {
  /** Of a discrete action space: 1 where an action can be done now, one for each. */
  readonly action_mask?: Uint8Array
  /** The action could not be done, and nothing was done instead. */
  readonly illegal_action?: boolean
  readonly [name: string]: unknown
}

export type EnvMetadata = {
  readonly name: string
  /** Observations are written into the array of the last call: copy what is kept. Default: each is its own. */
  readonly reusesObservations?: boolean
  /** Names of the options that `reset` takes. */
  readonly options?: readonly string[]
}

/**
 * What happens to one of many environments when its episode ends, as in Gymnasium:
 * `next-step`: the following step takes no action, gives the first observation of a new episode and reward 0;
 * `same-step`: the observation is the first of the new episode already, and the last one is in `final_obs`;
 * `disabled`: nothing; it must be reset with a mask before the next step.
 */
export type AutoresetMode = 'next-step' | 'same-step' | 'disabled'

/** Many environments stepped as one, over flat arrays: that of environment `i` begins at `i × width`. */
export type VectorEnv<Action, Infos extends VectorInfos = VectorInfos> = {
  readonly numEnvs: number
  readonly singleObservationSpace: Space<unknown>
  readonly singleActionSpace: Space<Action>
  readonly metadata: EnvMetadata & { readonly autoresetMode: AutoresetMode }
  /**
   * Begins episodes.
   *
   * @throws RangeError when a seed or an option is out of its range, or a list has another length than `numEnvs`.
   * @throws CcError `backtest/reset-needed` for a mask that leaves one out which has not begun; `backtest/env-closed`.
   */
  reset(request?: VectorResetRequest): { obs: Float64Array; infos: Infos }
  /**
   * Takes one action of each.
   *
   * @throws RangeError when an action is not in its space, or there are not `numEnvs`.
   * @throws CcError `backtest/reset-needed` before the first reset; with `disabled` also while an episode is over.
   * @throws CcError `backtest/env-closed` after `close`.
   */
  step(actions: ArrayLike<Action>): VectorStep<Infos>
  /** May be called again, and then does nothing. */
  close(): void
}

export type VectorResetRequest = {
  /** One for each, or one number for the first, its next for the second, and so on. */
  seed?: number | readonly number[] | undefined
  options?: Readonly<Record<string, unknown>> | undefined
  /** 1 where to reset; the others stay as they are. Gymnasium's `options.reset_mask`. Default: all. */
  mask?: Uint8Array | undefined
}

export type VectorStep<Infos extends VectorInfos = VectorInfos> = {
  /** `numEnvs` rows of an observation each. */
  obs: Float64Array
  rewards: Float64Array
  /** 1 where an episode has ended. */
  terminated: Uint8Array
  truncated: Uint8Array
  infos: Infos
}

export type VectorInfos = {
  /** `numEnvs` rows of a mask each. */
  readonly action_mask?: Uint8Array
  /** 1 where the action could not be done. */
  readonly illegal_action?: Uint8Array
  /** With `same-step`: last observations of the episodes that ended in this step, in their rows. NaN elsewhere. */
  readonly final_obs?: Float64Array
  /** With `same-step`: infos of those last steps; `undefined` elsewhere. */
  readonly final_info?: readonly (EnvInfo | undefined)[]
  readonly [name: string]: unknown
}
