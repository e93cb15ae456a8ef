import { tally } from '../oracle/tally.ts'
import { violationLine } from '../simulation/report.ts'
import { liveThrough } from '../simulation/world.ts'
import { CHECKS } from './checks.ts'

/** What a patched copy is asked: to live through a seed, to judge states, or to pass a check. */
export type Task = { seed: number } | { from: number; until: number } | { check: string }
/** What is wrong, if anything; `broken`: the copy could not find out. */
export type Answer = { complaint: string | undefined } | { broken: string }

/** Of the states that the second calculator judges. */
const STATES_SEED = 7

let unheard: unknown[] = []
process.on('unhandledRejection', (reason) => unheard.push(reason))
process.on('message', (task: Task) => void answer(task).then((said) => process.send?.(said)))

async function answer(task: Task): Promise<Answer> {
  unheard = []
  try {
    const complaint = await complaintOf(task)
    const [first] = unheard
    return {
      complaint: complaint ?? (first === undefined ? undefined : `I11 rejected and not heard: ${String(first)}`),
    }
  } catch (error) {
    return { broken: `it breaks down: ${String(error)}` }
  }
}

async function complaintOf(task: Task): Promise<string | undefined> {
  if ('seed' in task) {
    const [first] = (await liveThrough(task.seed)).violations
    return first && violationLine(first)
  }
  if ('check' in task) return CHECKS.get(task.check)?.() ?? `there is no check ${task.check}`
  const { disagreements, kinds } = tally({ seed: STATES_SEED, ...task })
  return disagreements === 0 ? undefined : Object.keys(kinds)[0]
}
