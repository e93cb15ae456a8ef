import type { Figure } from '../reliability/evidence.ts'
import type { BatchResult } from './batch.ts'
import type { Violation } from './invariants/violation.ts'
import { type Tally, totalOf } from './tally.ts'

/** Longest list of failing seeds that is told. */
const MOST_FAILURES = 50

/** Lines of `name value`, and one for each failing seed. */
export function reportLines(result: BatchResult): readonly string[] {
  const { failures } = result
  return [
    ...figuresOf(result).map(({ name, value }) => `${name} ${value}`),
    ...failures
      .slice(0, MOST_FAILURES)
      .map(({ seed, violations: [first] }) => `seed ${seed} ${violationLine(first as Violation)}`),
    ...(failures.length > MOST_FAILURES ? [`and ${failures.length - MOST_FAILURES} more seeds`] : []),
  ]
}

/** What a batch came to, in numbers. */
export function figuresOf({ seeds, cycles, orders, tally, failures }: BatchResult): readonly Figure[] {
  const figures: Record<string, number> = {
    seeds,
    cycles,
    orders,
    opens: tally.get('traded/OPEN_COVERED_CALL') ?? 0,
    rolls: tally.get('traded/ROLL_COVERED_CALL') ?? 0,
    closes: tally.get('traded/CLOSE_COVERED_CALL') ?? 0,
    settlements: tally.get('ledger/delivery') ?? 0,
    faults: totalOf(tally, 'fault/'),
    crashes: tally.get('crash') ?? 0,
    violations: failures.reduce((sum, failure) => sum + failure.violations.length, 0),
  }
  return Object.entries(figures).map(([name, value]) => ({ name, value, unit: '' }))
}

/** One violation: the invariant, when, and what. */
export function violationLine({ invariant, timeMs, message }: Violation): string {
  return `${invariant} ${new Date(timeMs).toISOString()} ${message}`
}

/** What must have happened how often in a thousand seeds, or they prove nothing about it. */
const FLOORS: readonly (readonly [prefix: string, times: number])[] = [
  ['traded/OPEN_COVERED_CALL', 1_000],
  ['traded/ROLL_COVERED_CALL', 1_000],
  ['traded/CLOSE_COVERED_CALL', 200],
  ['ledger/delivery', 900],
  ['ledger/settlement', 500],
  ['fill/partial', 1_000],
  ['fill/maker', 1_000],
  ['fill/taker', 1_000],
  ['outcome/absent', 200],
  ['outcome/rejected', 100],
  ['placed/rejected/timed_out', 100],
  ['placed/rejected/post_only_reject', 10],
  ['fault/place/dropped', 50],
  ['fault/place/reply-lost', 50],
  ['fault/place/late', 200],
  ['fault/place/ambiguous', 100],
  ['fault/place/rejected', 100],
  ['fault/place/locked', 0.1],
  ['fault/cancel/reply-lost', 5],
  ['fault/cancel/dropped', 5],
  ['fault/findByLabel/lag', 20],
  ['fault/findByLabel/dropped', 3],
  ['fault/fills/lag', 50],
  ['fault/account/stale', 5],
  ['fault/disk-full', 5],
  ['fault/short-write', 50],
  ['fault/sync-error', 3],
  ['fault/read-error', 500],
  ['fault/no-testnet', 2],
  ['disk/unsynced-at-cut', 50],
  ['crash-at/disk', 200],
  ['crash-at/place/before', 5],
  ['crash-at/place/after', 5],
  ['crash-at/journal/before', 5],
  ['crash-at/journal/after', 5],
  ['crash-at/cancel/', 2],
  ['execution/unknown', 30],
  ['fault/line-cut', 50],
  ['fault/index-lost', 30],
  ['people/kill-watched', 0.5],
  ['crash-at/findByLabel/', 2],
  ['crash-at/log/', 5],
  ['crash-at/save/', 5],
  ['people/kill', 50],
  ['people/stop', 50],
  ['obeyed/pause', 30],
  ['obeyed/resume', 30],
  ['obeyed/close', 10],
  ['nonsense', 300],
  ['ended/halted', 50],
  ['end/steady', 500],
  ['execution/dry-run', 50],
]
/** Fewer seeds show nothing about what is rare. */
const JUDGED_SEEDS = 1_000

/** What did not happen often enough, as lines. */
export function missingLines({ seeds, tally, fewestCycles }: BatchResult): readonly string[] {
  const few =
    fewestCycles < FEWEST_CYCLES ? [`missing cycles: ${fewestCycles} in one seed, ${FEWEST_CYCLES} expected`] : []
  if (seeds < JUDGED_SEEDS) return few
  return [
    ...few,
    ...FLOORS.flatMap(([prefix, times]) => {
      const expected = Math.floor((times * seeds) / 1_000)
      const happened = totalOf(tally, prefix)
      return happened < expected ? [`missing ${prefix}: ${happened}, ${expected} expected`] : []
    }),
  ]
}

const FEWEST_CYCLES = 24

/** Everything that was counted, by name. */
export function tallyLines(tally: Tally): readonly string[] {
  return [...tally].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, times]) => `${name} ${times}`)
}
