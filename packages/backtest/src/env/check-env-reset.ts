import { type Findings, thrownText } from './check-env-findings.js'
import { copyOf, describe, isRecord, observationProblem, sameValue } from './check-env-values.js'
import type { Env } from './env.js'

/** The environment under test, and what the caller knows of it. */
export type Subject<O, A> = {
  create: () => Env<O, A>
  findings: Findings
  /** Options of `reset` that must begin different episodes from one seed. */
  resetOptions: readonly Readonly<Record<string, unknown>>[]
}

/** Finds what is wrong with what `reset` takes and returns. */
export function checkReset<O, A>({ create, findings, resetOptions }: Subject<O, A>): void {
  const env = create()
  try {
    checkResult(findings, env)
    if (!findings.has('reset-result')) checkSeeds(findings, env)
  } catch (error) {
    findings.error('reset-failed', `reset must begin an episode, threw ${thrownText(error)}.`)
    return
  }
  if (findings.has('reset-result')) return
  checkBadSeeds(findings, env)
  checkOptions(findings, env, resetOptions)
  if (typeof (env as { seed?: unknown }).seed === 'function') {
    findings.warn('seed-method', 'A method seed() is a thing of the past: seeds are given to reset.')
  }
}

/** `where` names the call. */
export function checkShown<O, A>(findings: Findings, env: Env<O, A>, result: unknown, where: string): void {
  const { obs, info } = result as { obs: unknown; info: unknown }
  const problem = observationProblem(obs, env.observationSpace, `obs of ${where}`)
  if (problem !== undefined) findings.error(problem.code, problem.message)
  else if (!env.observationSpace.contains(obs)) {
    findings.error('observation-outside-space', `obs of ${where} must be in the observation space.`)
  }
  if (!isRecord(info)) findings.error('info-type', `info of ${where} must be a plain object, got ${describe(info)}.`)
}

/** Every way of asking for nothing in particular is taken. */
function checkResult<O, A>(findings: Findings, env: Env<O, A>): void {
  for (const request of [undefined, {}, { seed: undefined, options: undefined }]) {
    const result: unknown = request === undefined ? env.reset() : env.reset(request)
    if (!isRecord(result) || !('obs' in result) || !('info' in result)) {
      findings.error('reset-result', `reset must return { obs, info }, got ${describe(result)}.`)
      return
    }
    checkShown(findings, env, result, 'reset()')
  }
}

function checkSeeds<O, A>(findings: Findings, env: Env<O, A>): void {
  const first = seeded(env, SEED)
  checkShown(findings, env, first, `reset({ seed: ${SEED} })`)
  const again = seeded(env, SEED)
  const other = seeded(env, OTHER_SEED)
  checkShown(findings, env, other, `reset({ seed: ${OTHER_SEED} })`)
  if (!sameValue(first.obs, again.obs) || !sameValue(first.info, again.info)) {
    const part = sameValue(first.obs, again.obs) ? 'info' : 'obs'
    findings.error('seed-not-deterministic', `reset with seed ${SEED} twice must give the same ${part}, it did not.`)
  }
  if (first.state === undefined || again.state === undefined || other.state === undefined) {
    findings.error('generator-missing', 'env.random.state() must show where the generator stands once it was seeded.')
    return
  }
  if (!sameValue(first.state, again.state)) {
    findings.error('generator-not-seeded', `Seed ${SEED} must leave the generator in the same state each time.`)
  }
  if (sameValue(first.state, other.state)) {
    findings.error('seeds-alike', `Seeds ${SEED} and ${OTHER_SEED} must leave the generator in different states.`)
  }
  // Without a seed the stream goes on, so where it goes depends on where it came from.
  env.reset({ seed: SEED })
  env.reset()
  const afterFirst = stateOf(env)
  env.reset({ seed: OTHER_SEED })
  env.reset()
  if (sameValue(afterFirst, stateOf(env)) && !findings.has('seeds-alike')) {
    const message = 'reset without a seed must go on with the stream that there is, it began one of its own.'
    findings.error('reseeds-by-default', message)
  }
}

function seeded<O, A>(env: Env<O, A>, seed: number): { obs: unknown; info: unknown; state: unknown } {
  const { obs, info } = env.reset({ seed })
  return { obs: copyOf(obs), info: copyOf(info), state: stateOf(env) }
}

/** Where the generator of an environment stands; `undefined` where it does not say. */
export function stateOf<O, A>(env: Env<O, A>): unknown {
  const random: unknown = env.random
  return isRecord(random) && typeof random.state === 'function' ? copyOf(random.state()) : undefined
}

function checkBadSeeds<O, A>(findings: Findings, env: Env<O, A>): void {
  for (const seed of [Number.NaN, -1, 0.5, Number.POSITIVE_INFINITY, '1']) {
    try {
      env.reset({ seed: seed as number })
    } catch {
      continue
    }
    const given = typeof seed === 'string' ? `the text ${seed}` : seed
    findings.error('bad-seed-taken', `reset must refuse a seed that is no integer from 0 on, it took ${given}.`)
  }
}

function checkOptions<O, A>(
  findings: Findings,
  env: Env<O, A>,
  resetOptions: readonly Readonly<Record<string, unknown>>[],
): void {
  const starts: unknown[] = []
  for (const options of [{}, ...resetOptions]) {
    try {
      const result = env.reset({ seed: SEED, options })
      checkShown(findings, env, result, 'reset with options')
      const { obs, info } = result
      starts.push(copyOf({ obs, info }))
    } catch (error) {
      const text = JSON.stringify(options)
      findings.error('options-refused', `reset must take the options ${text}, threw ${thrownText(error)}.`)
      return
    }
  }
  const [, ...told] = starts
  const same = told.findIndex((start, i) => told.slice(0, i).some((earlier) => sameValue(earlier, start)))
  if (same >= 0) {
    const text = JSON.stringify(resetOptions[same])
    findings.error('option-ignored', `The options ${text} must begin another episode than those before, they did not.`)
  }
  const unknown = { 'no such option': 1 }
  try {
    env.reset({ seed: SEED, options: unknown })
  } catch {
    return
  }
  findings.error('unknown-option-taken', 'reset must refuse an option that it does not know, it took one.')
}

const SEED = 123
const OTHER_SEED = 456
