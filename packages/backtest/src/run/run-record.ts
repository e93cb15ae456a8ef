import { createHash } from 'node:crypto'
import type { Clock, DecisionLog, DecisionRecord, LogEntry } from '@cc/models'
import type { BookKeeper } from '../book/keep-book.js'
import type { RunBook } from '../book/run-book.js'
import type { DecisionNote } from './backtest-run.js'
import { noteOf } from './decision-note.js'

/** What is kept of a run while it goes on: the log for the agent, and what results are told from. */
type RunRecord = DecisionLog & {
  readonly notes: readonly DecisionNote[]
  books(): readonly RunBook[]
  /** Looks at the accounts before the first cycle. */
  begin(): Promise<void>
  /** Whether an account is being looked at for its book: no request of the agent. */
  isLooking(): boolean
  /** SHA-256 over every record so far, hex; a state counts by the id of its decision. */
  hash(): string
  /** What recording failed of; `undefined`: nothing. The agent tells only that it could not record. */
  failure(): unknown
}

/** Records go to `log` once they are in the books; writing them takes no venue time. */
export function createRunRecord(parts: {
  keepers: readonly BookKeeper[]
  clock: Clock
  log: DecisionLog | undefined
  onRecord(cycles: number): void
}): RunRecord {
  const { keepers, clock, log, onRecord } = parts
  const notes: DecisionNote[] = []
  const hash = createHash('sha256')
  let isLooking = false
  let failure: unknown

  async function look(record: DecisionRecord | null): Promise<void> {
    isLooking = true
    try {
      for (const keeper of keepers) await keeper.look(clock.now(), record)
    } finally {
      isLooking = false
    }
  }

  async function keep(entry: LogEntry): Promise<void> {
    if (entry.kind === 'decision') {
      hash.update(`${JSON.stringify(hashedOf(entry))}\n`)
      notes.push(noteOf(entry))
      await look(entry)
    }
    if (log !== undefined) await clock.hold(() => log.record(entry))
    onRecord(notes.length)
  }

  return {
    notes,
    books: () => keepers.map((keeper) => keeper.book()),
    begin: () => look(null),
    async record(entry) {
      try {
        await keep(entry)
      } catch (error) {
        failure = error
        throw error
      }
    },
    isLooking: () => isLooking,
    hash: () => hash.copy().digest('hex'),
    failure: () => failure,
  }
}

/** The id of a decision is itself a hash over its state, which is most of a record and need not be written twice. */
function hashedOf(record: DecisionRecord): DecisionRecord {
  return record.decisionId === null ? record : { ...record, state: null }
}
