import { type ActionForm, type ActionOf, createMenuForm, createSpecificationForm } from './action-form.js'
import type { Env, EnvMetadata, EnvStart, EnvStep, ResetRequest } from './env.js'
import { envClosed, resetNeeded, unknownAction } from './env-failures.js'
import { createEpisodes, type EnvOptions, type EnvOptionsInput, EPISODE_OPTIONS, envOptionsSchema } from './episode.js'
import { createKernel, type Kernel } from './kernel.js'
import { createObservationSpace, createObserver } from './observation.js'
import { createRandom, type Random, requireSeed } from './seeding.js'
import type { BoxSpace, Space } from './space.js'
import { createTeller, type StepInfo } from './step-info.js'
import type { World } from './world.js'

type FormName = EnvOptions['actions']

/** Settings, with the form that its actions have. */
export type CoveredCallEnvOptions<Form extends FormName = 'menu'> = Omit<EnvOptionsInput, 'actions'> &
  (Form extends 'menu' ? { actions?: 'menu' } : { actions: Form })

/**
 * One account that sells covered calls in a world, as an environment of Gymnasium.
 *
 * A step does an action at the quotes of its time and goes to the next. Observations are `MARKET_FEATURES` and
 * `ACCOUNT_FEATURES`; the reward is the change of the equity, in coin or USD. An episode is terminated when the account
 * is ruined or liquidated or the last call of the world has been delivered, and truncated after its steps.
 */
export class CoveredCallEnv<Form extends FormName = 'menu'>
  implements Env<readonly number[], ActionOf<Form>, StepInfo>
{
  readonly observationSpace: BoxSpace
  readonly actionSpace: Space<ActionOf<Form>>
  readonly metadata: EnvMetadata = { name: 'covered-call', options: EPISODE_OPTIONS }
  private readonly kernel: Kernel
  private readonly form: ActionForm<ActionOf<Form>>
  private readonly episodeOf: ReturnType<typeof createEpisodes>
  private readonly observe: (i: number) => readonly number[]
  private readonly tell: (i: number) => StepInfo
  private readonly rewards: Float64Array
  private stream: Random
  private state: 'new' | 'running' | 'over' | 'closed' = 'new'

  /**
   * @throws ZodError for a setting out of its range. @throws RangeError for a deposit that no order could be made of.
   */
  constructor(
    world: World,
    ...[options]: Form extends 'menu' ? [CoveredCallEnvOptions<Form>?] : [CoveredCallEnvOptions<Form>]
  ) {
    const parsed = envOptionsSchema.parse(options ?? {})
    this.kernel = createKernel(world, 1)
    this.form = actionFormOf(world, parsed.actions) as ActionForm<ActionOf<Form>>
    this.episodeOf = createEpisodes(world, parsed)
    this.observe = createObserver(this.kernel).observe
    this.tell = createTeller(this.kernel, this.form)
    this.rewards = this.kernel.columns[parsed.objective === 'coin' ? 'rewardCoin' : 'rewardUsd']
    this.stream = createRandom(parsed.seed)
    this.observationSpace = createObservationSpace()
    this.actionSpace = this.form.space
  }

  get random(): Pick<Random, 'state'> {
    return this.stream
  }

  reset({ seed, options }: ResetRequest = {}): EnvStart<readonly number[], StepInfo> {
    if (this.state === 'closed') throw envClosed()
    if (seed !== undefined) requireSeed('reset', seed)
    const stream = seed === undefined ? this.stream : createRandom(seed)
    const episode = this.episodeOf(stream, options)
    this.stream = stream
    this.kernel.begin(0, episode)
    this.kernel.clear(0)
    this.state = 'running'
    return { obs: this.observe(0), info: this.tell(0) }
  }

  step(action: ActionOf<Form>): EnvStep<readonly number[], StepInfo> {
    if (this.state !== 'running') throw this.notRunning()
    const { kernel, form } = this
    const { columns } = kernel
    const code = form.codeOf(action, kernel, 0)
    if (code < 0) throw unknownAction('step', action)
    kernel.step(0, code & 3, code >> 2, form.shareOf(action))
    const terminated = columns.terminated[0] === 1
    const truncated = columns.truncated[0] === 1
    if (terminated || truncated) this.state = 'over'
    return { obs: this.observe(0), reward: this.rewards[0] as number, terminated, truncated, info: this.tell(0) }
  }

  close(): void {
    this.state = 'closed'
  }

  private notRunning(): Error {
    if (this.state === 'closed') return envClosed()
    return resetNeeded(this.state === 'new' ? 'no episode has begun' : 'the episode is over')
  }
}

/** The form that actions of a name have in a world. */
export function actionFormOf(world: World, name: FormName): ActionForm<number> | ActionForm<ActionOf<'specification'>> {
  return name === 'menu' ? createMenuForm(world) : createSpecificationForm(world)
}
