import { violationLine } from '../simulation/report.ts'
import type { Exploration } from './explore.ts'

/** Lines of `name value`, and one for each finding. */
export function reportLines(found: Exploration): readonly string[] {
  const { points, failures, pairs, possiblePairs, halts, struck, findings } = found
  return [
    `points ${points}`,
    `failures ${failures}`,
    `pairs ${pairs}`,
    `possible-pairs ${possiblePairs}`,
    `halts ${halts}`,
    `calls ${struck.size}`,
    `violations ${findings.length}`,
    ...findings.map(
      ({ point, call, violation, others }) =>
        `${point} (${call}) ${violationLine(violation)}${others === 0 ? '' : `, and ${others} more`}`,
    ),
  ]
}

/** Calls that all scripts together must make, or nothing is shown about them. */
const CALLS = [
  ...['status', 'serverTime', 'instruments', 'chain', 'quote', 'indexPrice', 'history'],
  ...['account', 'margins', 'place', 'order', 'findByLabel', 'cancel', 'fills', 'ledger'],
  ...['journal', 'log', 'load', 'save', 'halt', 'policy'],
  ...['disk.ensureFolder', 'disk.list', 'disk.look', 'disk.open', 'disk.openToRead', 'disk.read', 'disk.stat'],
  ...['disk.write', 'disk.datasync', 'disk.truncate', 'disk.create', 'disk.syncFolder', 'disk.put'],
]

/** Calls that were never struck, as lines. */
export function missingLines({ struck }: Pick<Exploration, 'struck'>): readonly string[] {
  return CALLS.filter((call) => !struck.has(call)).map((call) => `missing ${call}: it is called in no scenario`)
}
