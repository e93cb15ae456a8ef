import type { DecisionLog, IntentJournal } from '@cc/models'
import { openDecisionLog } from './decision-log.js'
import { openIntentJournal } from './intent-journal.js'
import { ensureFolder } from './open-append-file.js'
import { type RecordOptionsInput, recordOptionsSchema } from './options.js'

/** All that an agent writes down for good. */
export type OpenRecord = {
  readonly decisions: DecisionLog
  readonly intents: IntentJournal
  /** Waits for appends under way and closes the files. Later appends are refused. */
  close(): Promise<void>
}

/**
 * Opens the durable record of one agent in a folder, and goes on where an earlier life ended. One process
 * at a time: whoever opens it holds the folder's lock.
 *
 * Every record is checked against its schema before it is written as one line of JSON. An unfinished last
 * line of an earlier life is moved to `<file>.torn-<n>`.
 *
 * @throws CcError `logging/folder-unusable`, `logging/file-unusable`; appends: `logging/invalid-record`,
 * `logging/append-failed`, `logging/append-refused`; `unfinished`: `logging/corrupt-line`. All halt.
 */
export async function openRecord(options: RecordOptionsInput): Promise<OpenRecord> {
  const resolved = recordOptionsSchema.parse(options)
  await ensureFolder(resolved.folder)
  const { journal, close: closeJournal } = await openIntentJournal(resolved)
  const { log, close: closeLog } = await openDecisionLog(resolved).catch(async (error: unknown) => {
    await closeJournal()
    throw error
  })
  return {
    decisions: log,
    intents: journal,
    async close() {
      await Promise.all([closeLog(), closeJournal()])
    },
  }
}
