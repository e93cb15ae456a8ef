import type { DecisionNote } from '../run/backtest-run.js'
import type { DecisionFigures } from './result.js'

/** Counts what the decisions of a run came to, keys in the order of the alphabet. */
export function decisionFigures(notes: readonly DecisionNote[]): DecisionFigures {
  const actions = createTally()
  const refusals = createTally()
  const failures = createTally()
  const rejections = createTally()
  for (const note of notes) {
    if (note.action !== null) actions.add(note.action, 1)
    for (const code of note.refusals) refusals.add(code, 1)
    // A failure reads `code: message`, and messages differ from cycle to cycle.
    if (note.failure !== null) failures.add(note.failure.split(':', 1)[0] as string, 1)
    for (const [reason, count] of Object.entries(note.rejections)) rejections.add(reason, count)
  }
  return {
    decisions: notes.filter(({ action }) => action !== null).length,
    actions: actions.counts(),
    refusals: refusals.counts(),
    failures: failures.counts(),
    rejections: rejections.counts(),
  }
}

function createTally() {
  const counts = new Map<string, number>()
  return {
    add: (key: string, count: number) => counts.set(key, (counts.get(key) ?? 0) + count),
    counts: () => Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1))),
  }
}
