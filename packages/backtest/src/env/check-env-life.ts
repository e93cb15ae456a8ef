import { CcError } from '@cc/models'
import { type Findings, thrownText } from './check-env-findings.js'
import { isOver, pickAction, type Seen } from './check-env-play.js'
import type { Subject } from './check-env-reset.js'
import type { Env } from './env.js'
import { createRandom } from './seeding.js'

/** Finds what is done outside an episode: before the first, after the end of one, after `close`. */
export function checkLife<O, A>({ create, findings }: Subject<O, A>, maxSteps: number): void {
  const early = create()
  const random = createRandom(5)
  const refusal = refusalOf(() => early.step(early.actionSpace.sample(random)))
  if (refusal !== RESET_NEEDED) {
    findings.error('step-before-reset', `step before the first reset must throw ${RESET_NEEDED}, it ${refusal}.`)
  }
  checkEnd(findings, create(), maxSteps)
  const env = create()
  checkClose(findings, {
    close: () => env.close(),
    reset: () => env.reset({ seed: 7 }),
    step: () => env.step(env.actionSpace.sample(random)),
  })
}

/** Of an episode that does not end within `maxSteps` nothing is said. */
function checkEnd<O, A>(findings: Findings, env: Env<O, A>, maxSteps: number): void {
  const random = createRandom(6)
  let last: Seen = env.reset({ seed: 6 })
  for (let i = 0; i < maxSteps && !isOver(last); i++) last = env.step(pickAction(env.actionSpace, last.info, random))
  if (!isOver(last)) return
  const refusal = refusalOf(() => env.step(env.actionSpace.sample(random)))
  if (refusal === RESET_NEEDED) return
  findings.error('step-after-end', `step after the end of an episode must throw ${RESET_NEEDED}, it ${refusal}.`)
}

/** Finds a `close` that throws, that cannot be called again, or that closes nothing. */
export function checkClose(
  findings: Findings,
  { close, ...calls }: { close: () => void; reset: () => unknown; step: () => unknown },
): void {
  calls.reset()
  try {
    close()
  } catch (error) {
    findings.error('close-failed', `close must not throw, threw ${thrownText(error)}.`)
    return
  }
  try {
    close()
  } catch (error) {
    findings.error('double-close', `close may be called again, the second time it threw ${thrownText(error)}.`)
  }
  for (const [name, call] of Object.entries(calls)) {
    const refusal = refusalOf(call)
    if (refusal === CLOSED) continue
    findings.error('used-after-close', `${name} after close must throw ${CLOSED}, it ${refusal}.`)
  }
}

/** Code of what was thrown, or what happened instead. */
export function refusalOf(call: () => unknown): string {
  try {
    call()
    return 'went on'
  } catch (error) {
    return CcError.isInstance(error) ? error.code : `threw ${thrownText(error)}`
  }
}

export const RESET_NEEDED = 'backtest/reset-needed'
const CLOSED = 'backtest/env-closed'
