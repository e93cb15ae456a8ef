import { haltComplaint } from './checks/halt-check.ts'
import type { Control } from './control.ts'
import { LONGEST_MS, loadHaltFile, type PatchedCopy, startCopy } from './patched-copy.ts'
import { type PlantedBug, patch } from './planted-bug.ts'
import type { Task } from './worker.ts'

/** What came of a bug. `after`: how many seeds, shares of states or checks it took, the last one included. */
export type Catch =
  | { bug: PlantedBug; caught: true; by: string; complaint: string; after: number; isNamed: boolean }
  | { bug: PlantedBug; caught: false; problem: string }

/** Seeds that are tried where the named ones show nothing, from 1 on. */
const FIRST_SEEDS = 250
/** States that are judged by both calculators, and how many at a time. */
const STATES = 6_000
const STATES_AT_ONCE = 500

/**
 * Plants one bug in a copy and has it looked for. What is wrong with the copy counts only where `control`, the sources as
 * they are, passes the same.
 */
export async function catchBug(bug: PlantedBug, control: Control): Promise<Catch> {
  const patched = patch(bug)
  if ('problem' in patched) return { bug, caught: false, problem: patched.problem }
  try {
    if (bug.caughtBy.by === 'halt-file') return await lookAtHaltFile(bug, patched.overlay, control)
    const copy = await startCopy(patched.overlay, LONGEST_MS)
    try {
      return await lookFor(bug, copy, control)
    } finally {
      await copy.close()
    }
  } catch (error) {
    return { bug, caught: false, problem: String(error) }
  }
}

async function lookFor(bug: PlantedBug, copy: PatchedCopy, control: Control): Promise<Catch> {
  let after = 0
  for (const [by, task, isNamed] of tasksOf(bug)) {
    after += 1
    const complaint = await copy.ask(task)
    if (complaint === undefined || !(await control.passes(task))) continue
    return { bug, caught: true, by, complaint, after, isNamed }
  }
  return { bug, caught: false, problem: `nothing is wrong after ${after} tries` }
}

async function lookAtHaltFile(bug: PlantedBug, overlay: ReadonlyMap<string, string>, control: Control): Promise<Catch> {
  const complaint = haltComplaint(await loadHaltFile(overlay))
  if (complaint === undefined || !(await control.passes('halt-file'))) {
    return { bug, caught: false, problem: 'whatever lies there halts' }
  }
  return { bug, caught: true, by: 'halt-file', complaint, after: 1, isNamed: true }
}

/** What is tried, in its order. */
function tasksOf({ caughtBy }: PlantedBug): readonly (readonly [by: string, task: Task, isNamed: boolean])[] {
  switch (caughtBy.by) {
    case 'seeds': {
      const { seeds } = caughtBy
      const others = upTo(FIRST_SEEDS).filter((seed) => !seeds.includes(seed))
      const trial = (isNamed: boolean) => (seed: number) => [`seed ${seed}`, { seed }, isNamed] as const
      return [...seeds.map(trial(true)), ...others.map(trial(seeds.length === 0))]
    }
    case 'states':
      return upTo(STATES / STATES_AT_ONCE).map((share) => {
        const [from, until] = [(share - 1) * STATES_AT_ONCE, share * STATES_AT_ONCE]
        return [`states ${from} to ${until}`, { from, until }, true]
      })
    case 'check':
      return [[`check ${caughtBy.check}`, { check: caughtBy.check }, true]]
    case 'halt-file':
      return []
  }
}

function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1)
}
