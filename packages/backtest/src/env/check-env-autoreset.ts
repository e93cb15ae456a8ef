import type { Findings } from './check-env-findings.js'
import { RESET_NEEDED, refusalOf } from './check-env-life.js'
import { maskOf } from './check-env-play.js'
import { sameValue } from './check-env-values.js'
import { type Layout, overOf, pickActions, playVector } from './check-env-vector-play.js'
import type { AutoresetMode, Env, EnvStart, EnvStep, VectorEnv, VectorInfos, VectorStep } from './env.js'
import { createRandom } from './seeding.js'
import type { FlatNumbers } from './space.js'

export type AutoresetCase<A> = {
  create: () => VectorEnv<A>
  scalar: (() => Env<FlatNumbers, A>) | undefined
  layout: Layout
  steps: number
}

/** Finds ends of episodes that are not followed by what the mode says, and rows that a single environment does not show. */
export function checkAutoreset<A>(findings: Findings, { create, scalar, layout, steps }: AutoresetCase<A>): void {
  const env = create()
  const { autoresetMode } = env.metadata
  const twins = scalar === undefined ? undefined : createTwins(scalar, { layout, mode: autoresetMode })
  let over = new Uint8Array(layout.count)
  playVector(env, {
    layout,
    seed: SEED,
    steps,
    onReset: (result) => twins?.reset(findings, result),
    onStep(result, actions) {
      checkEnds(findings, { result, over, mode: autoresetMode, layout })
      over = overOf(result, layout)
      twins?.step(findings, result, actions as readonly A[])
      if (autoresetMode === 'disabled' && over.includes(1)) checkWaits(findings, env, { result, layout })
    },
    onMaskedReset: (result, mask) => twins?.restart(findings, result, mask),
  })
  if (autoresetMode === 'next-step') checkIgnored(findings, create, { layout, steps })
}

/** Finds an effect of the actions that next-step says are ignored: those of the step after an end. */
function checkIgnored<A>(
  findings: Findings,
  create: () => VectorEnv<A>,
  { layout, steps }: Pick<AutoresetCase<A>, 'layout' | 'steps'>,
): void {
  const [env, other] = [create(), create()]
  const random = createRandom(SEED)
  let { infos }: { infos: VectorInfos } = env.reset({ seed: SEED })
  other.reset({ seed: SEED })
  let over = new Uint8Array(layout.count)
  for (let step = 0; step < steps; step++) {
    const actions = pickActions(env, { infos, layout, seed: step })
    const others = actions.map((action, i) => (over[i] === 1 ? other.singleActionSpace.sample(random) : action))
    const result = env.step(actions)
    const { obs, rewards } = other.step(others)
    if (!sameValue(obs, result.obs) || !sameValue(rewards, result.rewards)) {
      findings.error('autoreset', 'With next-step the action of the step after an end must be ignored, it was not.')
      return
    }
    infos = result.infos
    over = overOf(result, layout)
  }
}

/** `over`: which had ended in the step before. */
function checkEnds(
  findings: Findings,
  { result, over, mode, layout }: { result: VectorStep; over: Uint8Array; mode: AutoresetMode; layout: Layout },
): void {
  const { rewards, terminated, truncated, infos } = result
  if (mode === 'next-step') {
    const rests = over.every((flag, i) => flag === 0 || (rewards[i] === 0 && !terminated[i] && !truncated[i]))
    if (!rests) {
      const message = 'With next-step the step after an end must give reward 0 and end nothing, it did not.'
      findings.error('autoreset', message)
    }
  }
  const ended = overOf(result, layout)
  const { final_obs: finalObs, final_info: finalInfo } = infos
  if (mode !== 'same-step' || !ended.includes(1)) {
    if (finalInfo?.some((info) => info !== undefined) !== true) return
    findings.error('autoreset', 'final_info must tell of the ends of this step alone, and there were none.')
    return
  }
  if (finalObs?.length !== layout.count * layout.width || finalInfo?.length !== layout.count) {
    findings.error('autoreset', 'With same-step an end must leave final_obs and final_info of the usual rows.')
    return
  }
  const told = ended.every((flag, i) => (flag === 1) === (finalInfo[i] !== undefined))
  if (!told) findings.error('autoreset', 'With same-step final_info must tell of the ends of this step alone.')
}

function checkWaits<A>(
  findings: Findings,
  env: VectorEnv<A>,
  { result, layout }: { result: VectorStep; layout: Layout },
): void {
  const actions = pickActions(env, { infos: result.infos, layout, seed: SEED })
  const refusal = refusalOf(() => env.step(actions))
  if (refusal === RESET_NEEDED) return
  findings.error('autoreset', `With disabled a step while one is over must throw ${RESET_NEEDED}, it ${refusal}.`)
}

/** One environment beside each row. */
type Twins<A> = {
  reset(findings: Findings, result: Rows): void
  step(findings: Findings, result: VectorStep, actions: readonly A[]): void
  restart(findings: Findings, result: Rows, mask: Uint8Array): void
}

type Rows = { obs: Float64Array; infos: VectorInfos }

function createTwins<A>(
  scalar: () => Env<FlatNumbers, A>,
  { layout, mode }: { layout: Layout; mode: AutoresetMode },
): Twins<A> {
  const { count, width, actions: actionCount } = layout
  const envs = Array.from({ length: count }, scalar)
  const over = new Uint8Array(count)

  function compare(
    findings: Findings,
    { result, shown, row }: { result: Rows; shown: EnvStart<FlatNumbers>; row: number },
  ) {
    for (let i = 0; i < width; i++) {
      const [got, expected] = [result.obs[row * width + i], shown.obs[i]]
      if (!Object.is(got, expected)) differs(findings, { what: `obs[${i}]`, row, got, expected })
    }
    const [masks, mask] = [result.infos.action_mask, maskOf(shown.info)]
    if (masks === undefined || mask === undefined || actionCount === undefined) return
    for (let i = 0; i < actionCount; i++) {
      const [got, expected] = [masks[row * actionCount + i], mask[i]]
      if (got !== expected) differs(findings, { what: `action_mask[${i}]`, row, got, expected })
    }
  }

  function compareStep(
    findings: Findings,
    { result, step, row }: { result: VectorStep; step: EnvStep<FlatNumbers>; row: number },
  ) {
    const pairs = [
      ['reward', result.rewards[row], step.reward],
      ['terminated', result.terminated[row], Number(step.terminated)],
      ['truncated', result.truncated[row], Number(step.truncated)],
    ] as const
    const { illegal_action: illegal } = result.infos
    const isIllegal = Number(step.info.illegal_action === true)
    if (illegal !== undefined && illegal[row] !== isIllegal) {
      differs(findings, { what: 'illegal_action', row, got: illegal[row], expected: isIllegal })
    }
    for (const [what, got, expected] of pairs) {
      if (!Object.is(got, expected)) differs(findings, { what, row, got, expected })
    }
  }

  return {
    reset(findings, result) {
      envs.forEach((env, row) => {
        compare(findings, { result, shown: env.reset({ seed: SEED + row }), row })
      })
    },
    step(findings, result, actions) {
      envs.forEach((env, row) => {
        if (mode === 'next-step' && over[row] === 1) {
          over[row] = 0
          compare(findings, { result, shown: env.reset(), row })
          return
        }
        const step = env.step(actions[row] as A)
        compareStep(findings, { result, step, row })
        over[row] = step.terminated || step.truncated ? 1 : 0
        if (mode !== 'same-step' || over[row] === 0) {
          compare(findings, { result, shown: step, row })
          return
        }
        const finalObs = result.infos.final_obs?.subarray(row * width, (row + 1) * width)
        const same = Array.from({ length: width }, (_, i) => Object.is(finalObs?.[i], step.obs[i])).every(Boolean)
        if (!same) findings.error('autoreset', 'final_obs must be the last observation of the episode, it was not.')
        compare(findings, { result, shown: env.reset(), row })
      })
    },
    restart(findings, result, mask) {
      envs.forEach((env, row) => {
        if (mask[row] === 1) compare(findings, { result, shown: env.reset(), row })
      })
      over.fill(0)
    },
  }
}

function differs(
  findings: Findings,
  { what, row, got, expected }: { what: string; row: number; got: unknown; expected: unknown },
): void {
  findings.error('differs-from-scalar', `${what} of row ${row} must be ${expected} as of one alone, got ${got}.`)
}

const SEED = 21
