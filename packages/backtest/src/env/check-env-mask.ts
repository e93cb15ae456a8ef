import { type Findings, thrownText } from './check-env-findings.js'
import { isOver, maskOf, pickAction, type Seen } from './check-env-play.js'
import type { Subject } from './check-env-reset.js'
import { isRecord, knownSpace } from './check-env-values.js'
import type { Env } from './env.js'
import { createRandom, type Random } from './seeding.js'
import type { DiscreteSpace } from './space.js'

/**
 * Finds masks that do not say what `step` does: what is allowed must be done, and what is not must be told as
 * `illegal_action`, without throwing. Only of a discrete action space that shows masks.
 */
export function checkMasks<O, A>({ create, findings }: Subject<O, A>, steps: number): void {
  const env = create()
  const space = knownSpace(env.actionSpace)
  let last: Seen = env.reset({ seed: 3 })
  if (space?.kind !== 'discrete' || !isRecord(last.info) || last.info.action_mask === undefined) return
  const random = createRandom(3)
  for (let i = 0; i < steps; i++) {
    if (isOver(last)) last = env.reset()
    if (!checkMask(findings, last, space)) return
    const mask = maskOf(last.info) as Uint8Array
    const masked = random.uniform() < MASKED_SHARE ? maskedAction(mask, space, random) : undefined
    const action: unknown = masked ?? pickAction(env.actionSpace, last.info, random)
    const result = tryStep(findings, env, action)
    if (result === undefined) return
    const illegal = isRecord(result.info) && result.info.illegal_action === true
    if (illegal !== (masked !== undefined)) {
      const said = masked === undefined ? 'allowed' : 'forbidden'
      const done = illegal ? 'told as illegal' : 'done'
      findings.error('mask-lies', `The mask had action ${action} as ${said}, and step had it ${done}.`)
      return
    }
    last = result
  }
}

function tryStep<O, A>(findings: Findings, env: Env<O, A>, action: unknown): Seen | undefined {
  try {
    return env.step(action as A)
  } catch (error) {
    findings.error('mask-lies', `step must take action ${action} whatever the mask, threw ${thrownText(error)}.`)
    return undefined
  }
}

function checkMask(findings: Findings, { info }: Seen, { count }: DiscreteSpace): boolean {
  const mask = maskOf(info)
  const problem =
    mask === undefined
      ? 'be a Uint8Array each time'
      : mask.length !== count
        ? `have ${count} entries, it has ${mask.length}`
        : mask.some((bit) => bit > 1)
          ? 'hold 0 and 1 alone'
          : mask.includes(1)
            ? undefined
            : 'allow at least one action'
  if (problem !== undefined) findings.error('mask-invalid', `info.action_mask must ${problem}.`)
  return problem === undefined
}

/** An action that the mask forbids; `undefined` where it forbids none. */
function maskedAction(mask: Uint8Array, { start }: DiscreteSpace, random: Random): number | undefined {
  const forbidden = [...mask.keys()].filter((index) => mask[index] === 0)
  if (forbidden.length === 0) return undefined
  return start + (forbidden[random.integer(forbidden.length)] as number)
}

const MASKED_SHARE = 0.3
