import { runScript, type ScriptResult } from './run-script.ts'
import type { Script } from './script.ts'
import { crashesAt, failuresAt, type Strike } from './strike.ts'

/** A script as it goes where no more goes wrong than it says itself. */
export type CalmRun = {
  script: Script
  result: ScriptResult
  /** What it says itself that goes wrong. */
  given: readonly Strike[]
  /** Calls of the life that is struck. */
  calls: readonly string[]
}

/**
 * Lives through a script once, to count its calls.
 *
 * @throws RangeError where the call at which it says that something goes wrong is not made
 */
export async function calmRunOf(script: Script): Promise<CalmRun> {
  const { first, struckLife } = script
  let result = await runScript(script, [])
  if (first === undefined) return { script, result, given: [], calls: result.calls[0] }
  const places = result.calls[0].flatMap((name, index) => (isCallOf(name, first.name) ? [index + 1] : []))
  const call = places[first.nth - 1]
  if (call === undefined) throw new RangeError(`${script.name} makes no call ${first.nth} of ${first.name}`)
  const given: Strike[] = [{ life: 1, call, how: first.how }]
  result = await runScript(script, given)
  const calls = struckLife === 1 ? result.calls[0] : result.calls[1].slice(0, result.recoveryCalls)
  return { script, result, given, calls }
}

/** Every way for the struck life to die, one at a time. */
export function crashPoints({ script, calls, given }: CalmRun): Strike[] {
  return strikesAt(calls, script.struckLife, crashesAt).filter(({ call }) => isFree(call, script, given))
}

/** Every way for one call of the struck life to fail. */
export function failurePoints({ script, calls, given }: CalmRun): Strike[] {
  return strikesAt(calls, script.struckLife, failuresAt).filter(({ call }) => isFree(call, script, given))
}

/** Every way for the life that recovers to die before its first decision. */
export function recoveryPoints(recoveryNames: readonly string[]): Strike[] {
  return strikesAt(recoveryNames, 2, crashesAt)
}

function strikesAt<H extends Strike['how']>(
  names: readonly string[],
  life: 1 | 2,
  howsOf: (name: string) => readonly H[],
): Strike[] {
  return names.flatMap((name, index) => howsOf(name).map((how) => ({ life, call: index + 1, how })))
}

/** Before what is given goes wrong, it is another script. */
function isFree(call: number, { struckLife }: Script, given: readonly Strike[]): boolean {
  return given.every((strike) => strike.life !== struckLife || strike.call < call)
}

function isCallOf(name: string, wanted: string): boolean {
  return name === wanted || name.split(' ')[0] === wanted
}
