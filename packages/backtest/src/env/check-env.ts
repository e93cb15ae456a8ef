import { CcError } from '@cc/models'
import { createFindings, type EnvFinding, thrownText } from './check-env-findings.js'
import { checkLife } from './check-env-life.js'
import { checkMasks } from './check-env-mask.js'
import { checkReset, type Subject } from './check-env-reset.js'
import { checkSpace } from './check-env-spaces.js'
import {
  checkAliases,
  checkBadActions,
  checkDeterminism,
  checkInstances,
  checkSeedsMatter,
  checkSteps,
} from './check-env-step.js'
import { describe } from './check-env-values.js'
import type { Env } from './env.js'

export type CheckEnvOptions = {
  /** Steps of each play. Default 200. */
  steps?: number
  /** Options of `reset` that must each begin another episode from one seed. Default: none are tried. */
  resetOptions?: readonly Readonly<Record<string, unknown>>[]
}

/**
 * Holds an environment to the contract of {@link Env}: everything that the checker of Gymnasium 1.x asserts, and what it
 * leaves to trust: that seeds fix whole episodes, that environments share nothing, that no array is written into once it was
 * handed over, that masks say what `step` does, and that nothing happens outside an episode. Rendering is not a part of the
 * contract.
 *
 * Empty when nothing is wrong, else the first finding of each code. `create` makes a new environment at each call; it
 * is called some fifty times.
 */
export function checkEnv<O, A>(create: () => Env<O, A>, options: CheckEnvOptions = {}): readonly EnvFinding[] {
  const findings = createFindings()
  const subject: Subject<O, A> = { create, findings, resetOptions: options.resetOptions ?? [] }
  const steps = options.steps ?? DEFAULT_STEPS

  const env = create()
  checkSpace(findings, env.observationSpace, 'observation')
  checkSpace(findings, env.actionSpace, 'action')
  if (typeof env.metadata !== 'object' || typeof env.metadata?.name !== 'string') {
    findings.error('space-invalid', `metadata must have a name, got ${describe(env.metadata)}.`)
  }
  const isUsable = () => findings.list().every(({ level }) => level === 'warning')
  if (isUsable()) checkReset(subject)
  // Of an environment that cannot be reset or stepped nothing more can be said.
  if (findings.has('reset-failed', 'reset-result', ...BAD_SPACE)) return findings.list()
  checkSteps(subject, steps)
  if (findings.has('step-failed', 'step-result')) return findings.list()

  const checks = [
    ...[checkDeterminism, checkInstances, checkAliases, checkSeedsMatter],
    ...[checkMasks, checkLife, checkBadActions],
  ] as const
  for (const check of checks) {
    try {
      check(subject, steps)
    } catch (error) {
      findings.error('step-failed', `An episode must play to its end, threw ${thrownText(error)}.`)
    }
  }
  return findings.list()
}

/**
 * Throws where {@link checkEnv} finds an error; warnings pass.
 *
 * @throws CcError `backtest/broken-env` with every finding.
 */
export function assertEnv<O, A>(create: () => Env<O, A>, options: CheckEnvOptions = {}): void {
  throwIfBroken(checkEnv(create, options))
}

/** @throws CcError `backtest/broken-env` where one of the findings is an error. */
export function throwIfBroken(findings: readonly EnvFinding[]): void {
  const errors = findings.filter(({ level }) => level === 'error')
  if (errors.length === 0) return
  throw new CcError(`The environment breaks its contract. ${errors.map(({ message }) => message).join(' ')}`, {
    code: 'backtest/broken-env',
    recovery: 'halt',
    facts: { findings: errors.map(({ code }) => code) },
  })
}

const DEFAULT_STEPS = 200
const BAD_SPACE = ['space-invalid', 'space-empty', 'box-shape', 'box-bounds', 'sample-outside-space'] as const
