import { throwIfBroken } from './check-env.js'
import { checkAutoreset } from './check-env-autoreset.js'
import { createFindings, type EnvFinding, type Findings, thrownText } from './check-env-findings.js'
import { refusalOf } from './check-env-life.js'
import { checkSpace } from './check-env-spaces.js'
import { copyOf, describe, isRecord, knownSpace, observationProblem, sameValue } from './check-env-values.js'
import { checkMaskedReset, checkVectorLife, checkVectorRequests } from './check-env-vector-life.js'
import { type Layout, playVector } from './check-env-vector-play.js'
import type { Env, VectorEnv } from './env.js'
import { createRandom } from './seeding.js'
import type { FlatNumbers } from './space.js'

export type CheckVectorEnvOptions<A> = {
  /** Steps of each play. Default 200. */
  steps?: number
  /** One environment of the many, which they must equal to the last bit, each with its seed. Default: none to compare. */
  scalar?: () => Env<FlatNumbers, A>
}

/**
 * Holds many environments stepped as one to the contract of {@link VectorEnv}: sizes and types of all arrays, rows in their
 * space, seeds, masked resets, what must be refused, `close`, and the autoreset mode that they state.
 *
 * Empty when nothing is wrong, else the first finding of each code. `create` makes new environments at each call.
 */
export function checkVectorEnv<A>(
  create: () => VectorEnv<A>,
  options: CheckVectorEnvOptions<A> = {},
): readonly EnvFinding[] {
  const findings = createFindings()
  const steps = options.steps ?? DEFAULT_STEPS
  try {
    const layout = layoutOf(findings, create())
    if (layout === undefined) return findings.list()
    checkCalls(findings, create, { layout, steps })
    if (findings.has('vector-size', 'vector-flags')) return findings.list()
    checkSeeds(findings, create, { layout, steps })
    checkMaskedReset(findings, create(), layout)
    checkAutoreset(findings, { create, scalar: options.scalar, layout, steps })
    checkVectorRequests(findings, create(), layout)
    checkVectorLife(findings, create(), layout)
  } catch (error) {
    findings.error('step-failed', `An episode must play to its end, threw ${thrownText(error)}.`)
  }
  return findings.list()
}

/** @throws CcError `backtest/broken-env` where {@link checkVectorEnv} finds an error. */
export function assertVectorEnv<A>(create: () => VectorEnv<A>, options: CheckVectorEnvOptions<A> = {}): void {
  throwIfBroken(checkVectorEnv(create, options))
}

function layoutOf<A>(findings: Findings, env: VectorEnv<A>): Layout | undefined {
  const { numEnvs: count, singleObservationSpace, singleActionSpace, metadata } = env
  checkSpace(findings, singleObservationSpace, 'observation')
  checkSpace(findings, singleActionSpace, 'action')
  const space = knownSpace(singleObservationSpace)
  if (!(Number.isSafeInteger(count) && count >= 1)) {
    findings.error('vector-size', `numEnvs must be an integer of at least 1, got ${count}.`)
  }
  if (space?.kind !== 'box') {
    findings.error('vector-size', 'Observations of many environments lie in flat rows: their space must be a box.')
  }
  if (!MODES.includes(metadata?.autoresetMode)) {
    const got = describe(metadata?.autoresetMode)
    findings.error('autoreset', `metadata.autoresetMode must be one of ${MODES.join(', ')}, got ${got}.`)
  }
  if (space?.kind !== 'box' || findings.list().some(({ level }) => level === 'error')) return undefined
  const actions = knownSpace(singleActionSpace)
  return { count, width: space.low.length, actions: actions?.kind === 'discrete' ? actions.count : undefined }
}

type Plan = { layout: Layout; steps: number }

function checkCalls<A>(findings: Findings, create: () => VectorEnv<A>, { layout, steps }: Plan): void {
  const env = create()
  const returned: Float64Array[] = []
  const seen = playVector(env, {
    layout,
    seed: 1,
    steps,
    onReset(result) {
      returned.push(result.obs)
      checkShown(findings, env, { result, layout, where: 'reset' })
    },
    onMaskedReset: ({ obs }) => returned.push(obs),
    onStep(result) {
      returned.push(result.obs)
      checkShown(findings, env, { result, layout, where: 'step' })
      const { rewards, terminated, truncated } = result
      requireColumn(findings, 'rewards', { column: rewards, type: Float64Array, size: layout.count })
      requireColumn(findings, 'terminated', { column: terminated, type: Uint8Array, size: layout.count })
      requireColumn(findings, 'truncated', { column: truncated, type: Uint8Array, size: layout.count })
      if (!rewards.every(Number.isFinite)) findings.error('reward-not-finite', 'rewards must be finite numbers.')
      if ([...terminated, ...truncated].some((flag) => flag !== 0 && flag !== 1)) {
        findings.error('vector-flags', 'terminated and truncated must hold 0 and 1 alone.')
      }
    },
  })
  if (env.metadata.reusesObservations === true || returned.every((obs, i) => sameValue(obs, seen[i]?.obs))) return
  const message =
    'obs must stay as it was returned, or metadata.reusesObservations be true: a later call wrote into it.'
  findings.error('aliased-observation', message)
}

function checkShown<A>(
  findings: Findings,
  { singleObservationSpace }: VectorEnv<A>,
  { result, layout, where }: { result: { obs: Float64Array; infos: unknown }; layout: Layout; where: string },
): void {
  const { count, width, actions } = layout
  const { obs, infos } = result
  if (!requireColumn(findings, `obs of ${where}`, { column: obs, type: Float64Array, size: count * width })) return
  for (let i = 0; i < count; i++) {
    const row = obs.subarray(i * width, (i + 1) * width)
    const problem = observationProblem(row, singleObservationSpace, `obs of ${where}, row ${i},`)
    if (problem !== undefined) findings.error(problem.code, problem.message)
  }
  if (!isRecord(infos)) {
    findings.error('info-type', `infos of ${where} must be a plain object, got ${describe(infos)}.`)
    return
  }
  const { action_mask: mask, illegal_action: illegal } = infos
  if (mask !== undefined && actions !== undefined) {
    const isSized = mask instanceof Uint8Array && mask.length === count * actions
    if (!isSized || mask.some((bit) => bit > 1)) {
      findings.error('mask-invalid', `infos.action_mask must be ${count} rows of ${actions} entries of 0 or 1.`)
    }
  }
  if (illegal === undefined) return
  requireColumn(findings, 'infos.illegal_action', { column: illegal, type: Uint8Array, size: count })
}

function requireColumn(
  findings: Findings,
  name: string,
  { column, type, size }: { column: unknown; type: Float64ArrayConstructor | Uint8ArrayConstructor; size: number },
): boolean {
  if (column instanceof type && column.length === size) return true
  const got = describe(column)
  findings.error('vector-size', `${name} must be a ${type.name} of ${size} entries, got ${got}.`)
  return false
}

function checkSeeds<A>(findings: Findings, create: () => VectorEnv<A>, { layout, steps }: Plan): void {
  const first = playVector(create(), { layout, seed: 5, steps })
  if (!sameValue(first, playVector(create(), { layout, seed: 5, steps }))) {
    findings.error('step-not-deterministic', 'Seed 5 under the same actions must show the same each time, it did not.')
    return
  }
  const used = create()
  playVector(used, { layout, seed: 6, steps })
  if (!sameValue(first, playVector(used, { layout, seed: 5, steps }))) {
    findings.error('episodes-leak', 'After other episodes, seed 5 must give the same as at first, it did not.')
  }
  const env = create()
  const counted = copyOf(env.reset({ seed: 5 }).obs)
  const listed = copyOf(env.reset({ seed: Array.from({ length: layout.count }, (_, i) => 5 + i) }).obs)
  if (!sameValue(counted, listed)) {
    findings.error('vector-seeds', 'Seed 5 must be 5 for the first environment, 6 for the second, and so on.')
  }
  if (layout.count > 1 && staysAlike(create(), { layout, steps })) {
    findings.error('vector-rows', 'Environments of different seeds must differ, all rows were the same.')
  }
  const tooMany = Array.from({ length: layout.count + 1 }, (_, i) => i)
  if (refusalOf(() => env.reset({ seed: tooMany })) === 'went on') {
    findings.error('vector-seeds', `reset must refuse a list of seeds that is not ${layout.count} long, it took one.`)
  }
}

/** Whether all rows show the same under the same actions, until one of them ends. */
function staysAlike<A>(env: VectorEnv<A>, { layout: { count, width }, steps }: Plan): boolean {
  const areAlike = (obs: Float64Array) => {
    const rows = Array.from({ length: count }, (_, i) => obs.slice(i * width, (i + 1) * width))
    return rows.every((row) => sameValue(row, rows[0]))
  }
  const random = createRandom(4)
  if (!areAlike(env.reset({ seed: 4 }).obs)) return false
  for (let i = 0; i < steps; i++) {
    const action = env.singleActionSpace.sample(random)
    const { obs, terminated, truncated } = env.step(Array.from({ length: count }, () => action))
    if (!areAlike(obs)) return false
    if (terminated.includes(1) || truncated.includes(1)) return true
  }
  return true
}

const DEFAULT_STEPS = 200
const MODES = ['next-step', 'same-step', 'disabled']
