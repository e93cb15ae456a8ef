import { type Findings, thrownText } from './check-env-findings.js'
import { isOver, pickAction, play, type Seen } from './check-env-play.js'
import { checkShown, type Subject, stateOf } from './check-env-reset.js'
import { outsidersOf } from './check-env-spaces.js'
import { copyOf, describe, isRecord, knownSpace, sameValue, scribbleOn } from './check-env-values.js'
import { createRandom } from './seeding.js'

/** Finds what is wrong with what `step` returns, over some episodes. */
export function checkSteps<O, A>({ create, findings }: Subject<O, A>, steps: number): void {
  const env = create()
  const random = createRandom(1)
  let last: Seen = env.reset({ seed: 1 })
  for (let i = 0; i < steps; i++) {
    if (isOver(last)) {
      last = env.reset()
      checkShown(findings, env, last, 'reset() after an episode')
    }
    const action = pickAction(env.actionSpace, last.info, random)
    const wish = copyOf(action)
    let result: unknown
    try {
      result = env.step(action)
    } catch (error) {
      findings.error('step-failed', `step must take any action of its space, threw ${thrownText(error)}.`)
      return
    }
    if (!checkStepResult(findings, result)) return
    if (!sameValue(action, wish)) {
      findings.error('action-written', 'step must leave the action as it was given, it wrote into it.')
    }
    checkShown(findings, env, result, 'step()')
    last = result as Seen
  }
}

function checkStepResult(findings: Findings, result: unknown): boolean {
  const missing = isRecord(result) ? PARTS.filter((part) => !(part in result)) : PARTS
  if (!isRecord(result) || missing.length > 0) {
    const got = `${describe(result)}: ${missing.join(', ')} missing`
    findings.error('step-result', `step must return { obs, reward, terminated, truncated, info }, got ${got}.`)
    return false
  }
  const { reward, terminated, truncated } = result
  if (typeof reward !== 'number') {
    findings.error('reward-type', `reward must be a number, got ${describe(reward)}.`)
  } else if (!Number.isFinite(reward)) {
    findings.error('reward-not-finite', `reward must be a finite number, got ${reward}.`)
  }
  if (typeof terminated !== 'boolean') {
    findings.error('terminated-type', `terminated must be true or false, got ${describe(terminated)}.`)
  }
  if (typeof truncated !== 'boolean') {
    findings.error('truncated-type', `truncated must be true or false, got ${describe(truncated)}.`)
  }
  return true
}

/** Finds chance that no seed fixes, and what passes from one episode, or from the caller's hands, into the next. */
export function checkDeterminism<O, A>({ create, findings }: Subject<O, A>, steps: number): void {
  for (const seed of SEEDS) {
    const plan = { seed, steps }
    const first = play(create(), plan)
    const differsAt = firstDifference(first, play(create(), plan))
    if (differsAt >= 0) {
      const code = differsAt === 0 ? 'seed-not-deterministic' : 'step-not-deterministic'
      const what = differenceAt(first, differsAt)
      findings.error(
        code,
        `Two environments of seed ${seed} under the same actions must show the same, ${what} did not.`,
      )
      return
    }
    const used = create()
    for (const other of SEEDS) play(used, { seed: other + 100, steps })
    const leaksAt = firstDifference(first, play(used, plan))
    if (leaksAt >= 0) {
      const what = differenceAt(first, leaksAt)
      findings.error(
        'episodes-leak',
        `After other episodes, seed ${seed} must give the same as in a new one, ${what} did not.`,
      )
    }
    const scribbled = play(create(), { ...plan, onReturn: ({ obs }) => scribbleOn(obs) })
    const stateAt = firstDifference(first, scribbled)
    if (stateAt >= 0) {
      const what = differenceAt(first, stateAt)
      findings.error(
        'observation-is-state',
        `Writing into a returned obs must change nothing, but then ${what} differed.`,
      )
    }
  }
}

/**
 * Finds what passes between environments that live at one time, and from spaces that are sampled into what happens. Of one
 * that is not deterministic nothing is said.
 */
export function checkInstances<O, A>({ create, findings }: Subject<O, A>, steps: number): void {
  if (findings.has('seed-not-deterministic', 'step-not-deterministic')) return
  const plan = { seed: 1, steps }
  const alone = play(create(), plan)
  const [env, other] = [create(), create()]
  const random = createRandom(2)
  let last: Seen = other.reset({ seed: 2 })
  const onReturn = () => {
    last = isOver(last) ? other.reset() : other.step(pickAction(other.actionSpace, last.info, random))
    env.actionSpace.sample()
    env.observationSpace.sample()
  }
  const differsAt = firstDifference(alone, play(env, { ...plan, onReturn }))
  if (differsAt < 0) return
  const what = differenceAt(alone, differsAt)
  const message = `Another environment, and samples of the spaces, must change nothing, but then ${what} differed.`
  findings.error('instances-share-state', message)
}

/** Finds seeds that begin different streams which nothing comes of. */
export function checkSeedsMatter<O, A>({ create, findings }: Subject<O, A>, steps: number): void {
  // The same actions for all, so that whatever differs comes from the environment.
  const episodes = SEEDS.map((seed) => {
    const env = create()
    const random = createRandom(1)
    let last: Seen = env.reset({ seed })
    const before = stateOf(env)
    const seen = [copyOf(last)]
    for (let i = 0; i < steps && !isOver(last); i++) {
      last = env.step(pickAction(env.actionSpace, last.info, random))
      seen.push(copyOf(last))
    }
    env.reset()
    return { seen, draws: !sameValue(before, stateOf(env)) }
  })
  const [first] = episodes
  if (!episodes.every(({ seen, draws }) => draws && sameValue(seen, first?.seen))) return
  findings.error('seeds-alike', `Seeds ${SEEDS.join(', ')} must give different episodes, all were the same.`)
}

/** Finds arrays that are handed out and written into again. */
export function checkAliases<O, A>({ create, findings }: Subject<O, A>, steps: number): void {
  const env = create()
  if (env.metadata.reusesObservations === true) return
  const returned: Seen[] = []
  const seen = play(env, { seed: 1, steps, onReturn: ({ obs, info }) => returned.push({ obs, info }) })
  const changed = (part: 'obs' | 'info') => returned.some((then, i) => !sameValue(then[part], seen[i]?.[part]))
  if (changed('obs')) {
    findings.error('aliased-observation', 'An obs must stay as it was returned, a later call wrote into it.')
  }
  if (changed('info'))
    findings.error('aliased-info', 'An info must stay as it was returned, a later call wrote into it.')
}

/** Finds actions that are taken though the space does not hold them. */
export function checkBadActions<O, A>({ create, findings }: Subject<O, A>): void {
  const space = knownSpace(create().actionSpace)
  for (const action of space === undefined ? [] : outsidersOf(space)) {
    const env = create()
    env.reset({ seed: 1 })
    try {
      env.step(action as A)
    } catch {
      continue
    }
    findings.error('bad-action-taken', `step must refuse what is not in its action space, it took ${describe(action)}.`)
  }
}

/** −1 where both are alike. */
function firstDifference(a: readonly Seen[], b: readonly Seen[]): number {
  return a.findIndex((seen, i) => !sameValue(seen, b[i]))
}

function differenceAt(seen: readonly Seen[], index: number): string {
  return seen[index]?.reward === undefined ? `the reset at call ${index}` : `the step at call ${index}`
}

const PARTS = ['obs', 'reward', 'terminated', 'truncated', 'info']
const SEEDS = [0, 1, 2, 12_345, 2 ** 40]
