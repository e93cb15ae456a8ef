import { FINDING_KINDS } from './finding.ts'
import type { WorldReport } from './world-story.ts'

const SUMS = ['kills', 'lives', 'decisions', 'orders', 'closes', 'deliveries', 'inFlight', 'tornTails'] as const

/** What all worlds came to, and how often each kind of finding: name and value. */
export function sumsOf(worlds: readonly WorldReport[]): readonly (readonly [name: string, value: number])[] {
  const found = worlds.flatMap(({ findings }) => findings)
  return [
    ...SUMS.map((name) => [name, worlds.reduce((sum, world) => sum + world[name], 0)] as const),
    ...FINDING_KINDS.map((kind) => [kind, found.filter((finding) => finding.kind === kind).length] as const),
  ]
}

/** What came of all worlds: `name value` lines, then a line for each finding. */
export function reportLines(worlds: readonly WorldReport[], { seed }: { seed: number }): readonly string[] {
  const details = worlds.flatMap(({ world, findings }) =>
    findings.map(({ kind, life, reason }) => `finding ${kind}: seed ${seed}, world ${world}, life ${life}: ${reason}`),
  )
  return [...sumsOf(worlds).map(([name, value]) => `${name} ${value}`), ...details]
}
