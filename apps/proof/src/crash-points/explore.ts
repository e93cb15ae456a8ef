import { pathToFileURL } from 'node:url'
import type { Violation } from '../simulation/invariants/violation.ts'
import { createRandom } from '../simulation/seeded-random.ts'
import { createCrew } from './crew.ts'
import type { Script } from './script.ts'
import { pointName, type Strike } from './strike.ts'
import type { Answer, Task } from './worker.ts'

/** A point at which an invariant is broken. */
type Finding = { point: string; call: string; violation: Violation; others: number }

/** What came of all points of some scripts. */
export type Exploration = {
  points: number
  failures: number
  pairs: number
  possiblePairs: number
  /** Stories in which it took a person to go on, by right. */
  halts: number
  /** Calls that were struck, by what they are without the file they are about. */
  struck: ReadonlySet<string>
  findings: readonly Finding[]
}

type Point = { script: Script; given: readonly Strike[]; strikes: readonly Strike[]; call: string }

/** One story in so many is lived through twice, and must write the same bytes. */
const TWICE_EVERY = 50

/**
 * Lives through every point of some scripts, and through pairs of them: the process dies at one, and the next on its way
 * to its first decision.
 *
 * @param bundle of {@link ./worker.ts}
 * @param plan `pairs`: how many at most, drawn by `seed` where there are more; `oneIn`: of the points only one in so many
 */
export async function explore(
  bundle: string,
  plan: { scripts: readonly Script[]; workers: number; pairs: number; seed: number; oneIn?: number },
  onProgress: (what: string, done: number, all: number) => void = () => {},
): Promise<Exploration> {
  const { calmRunOf, crashPoints, failurePoints, recoveryPoints } = (await import(
    pathToFileURL(bundle).href
  )) as typeof import('./worker.ts')
  const crashes: Point[] = []
  const failures: Point[] = []
  const findings: Finding[] = []
  const isTaken = (_: Strike, place: number) => place % (plan.oneIn ?? 1) === 0
  for (const script of plan.scripts) {
    const calm = await calmRunOf(script)
    const { given, calls, result } = calm
    find({ script, given, strikes: [], call: 'nothing' }, result.violations)
    const pointOf = (strike: Strike) => ({ script, given, strikes: [strike], call: calls[strike.call - 1] ?? '' })
    crashes.push(...crashPoints(calm).filter(isTaken).map(pointOf))
    failures.push(...failurePoints(calm).filter(isTaken).map(pointOf))
  }
  const crew = createCrew(bundle, plan.workers)
  try {
    const crashed = await livesThrough('points', crashes)
    const failed = await livesThrough('failures', failures)
    const all = crashes.flatMap((point, place) => pairsOf(point, crashed[place] as Answer, recoveryPoints))
    const pairs = all.length <= plan.pairs ? all : drawn(all, plan)
    const paired = await livesThrough('pairs', pairs)
    return {
      points: crashes.length,
      failures: failures.length,
      pairs: pairs.length,
      possiblePairs: all.length,
      halts: [...crashed, ...failed, ...paired].filter(({ halted }) => halted).length,
      struck: new Set([...crashes, ...failures].map(({ call }) => call.split(' ')[0] ?? '')),
      findings,
    }
  } finally {
    await crew.end()
  }

  async function livesThrough(what: string, points: readonly Point[]): Promise<Answer[]> {
    const tasks = points.map(({ script, given, strikes }, place): Task => {
      return { script: script.name, strikes: [...given, ...strikes], twice: place % TWICE_EVERY === 0 }
    })
    const answers = await crew.livesThrough(tasks, (done) => onProgress(what, done, tasks.length))
    for (const [place, { violations }] of answers.entries()) find(points[place] as Point, violations)
    return answers
  }

  function find({ script, strikes, call }: Point, violations: readonly Violation[]): void {
    const [violation, ...others] = violations
    if (violation === undefined) return
    findings.push({ point: pointName(script.name, strikes), call, violation, others: others.length })
  }
}

function pairsOf(
  point: Point,
  { recovery }: Answer,
  recoveryPoints: (names: readonly string[]) => readonly Strike[],
): Point[] {
  if (point.script.struckLife !== 1) return []
  return recoveryPoints(recovery).map((second) => ({
    ...point,
    strikes: [...point.strikes, second],
    call: `${point.call}, then ${recovery[second.call - 1]}`,
  }))
}

/** As many of them as are wanted, in their order. */
function drawn(all: readonly Point[], { pairs, seed }: { pairs: number; seed: number }): Point[] {
  const random = createRandom(seed, 'pairs')
  const places = new Set<number>()
  while (places.size < pairs) places.add(random.below(all.length))
  return [...places].sort((a, b) => a - b).map((place) => all[place] as Point)
}
