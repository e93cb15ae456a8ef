import { type DecisionLog, type IntentJournal, intentRecordSchema, type LogEntry, logEntrySchema } from '@cc/models'
import { keepBallast } from './ballast.js'
import { type ChainWriter, openChain } from './chain-writer.js'
import type { Disk } from './disk.js'
import { decisionFileName, INTENTS_FILE } from './log-files.js'
import { nodeDisk } from './node-disk.js'
import { type RecordOptionsInput, recordOptionsSchema } from './options.js'
import { readLog } from './read.js'
import { createRedactor, type Secret } from './redact.js'
import { createSendIndex } from './send-index.js'

/** All that an agent writes down for good. */
export type OpenRecord = {
  readonly decisions: DecisionLog
  readonly intents: IntentJournal
  /** Closes the files. Later appends are refused. */
  close(): Promise<void>
}

export type RecordDeps = {
  /** What is to stand in no line of the record, whatever it is part of. */
  secrets?: readonly Secret[]
  /** What it is written on. Absent: the disk of this machine. */
  disk?: Disk
}

/**
 * Opens the durable record of one agent in a folder, and goes on where an earlier life ended. One process
 * at a time: whoever opens it holds the folder's lock.
 *
 * Every record is checked against its schema, written as one line of JSON without keys that the schema does not know
 * and without the secrets, and chained to the line before. Each append does its work before it returns its promise. Where
 * decisions are gathered, what their writing throws may be thrown by a later append or by `close`.
 *
 * @throws CcError `logging/secret-unusable`, `logging/folder-unusable`, `logging/file-unusable`, `logging/chain-broken`,
 * `logging/newer-schema`, and what an append throws; appends: `logging/invalid-record`, `logging/append-failed`,
 * `logging/append-refused`, `logging/file-changed`; `unfinished`, `since`: as `readLog`. All halt.
 */
export async function openRecord(
  options: RecordOptionsInput,
  { secrets = [], disk = nodeDisk }: RecordDeps = {},
): Promise<OpenRecord> {
  const { folder, synced, gathered, ...header } = recordOptionsSchema.parse(options)
  const redact = createRedactor(secrets)
  await disk.ensureFolder(folder)
  const ballast = synced ? keepBallast(folder, disk) : null
  const shared = { folder, synced, header, redact, ballast }
  const intents = openChain({ ...shared, log: 'intents', firstFile: INTENTS_FILE }, disk)
  const decisions = opened(() => openChain({ ...shared, log: 'decisions', gathered }, disk), intents)
  const sends = createSendIndex(() => readLog(folder, 'intents', disk))
  return {
    decisions: {
      record: async (entry) => decisions.append(logEntrySchema, entry, decisionFileName(writtenMs(entry))),
    },
    intents: {
      async append(entry) {
        intents.append(intentRecordSchema, entry, INTENTS_FILE)
        sends.add(intentRecordSchema.parse(entry))
      },
      unfinished: sends.unfinished,
      since: sends.since,
    },
    async close() {
      try {
        decisions.close()
      } finally {
        intents.close()
      }
    },
  }
}

/** Whose day's file an entry goes to: a cycle's by its start, an outcome's by when it was known. */
function writtenMs(entry: LogEntry): number {
  switch (entry.kind) {
    case 'decision':
      return entry.startedMs
    case 'outcome':
      return entry.knownMs
    case 'operator':
      return entry.timeMs
  }
}

function opened(open: () => ChainWriter, before: ChainWriter): ChainWriter {
  try {
    return open()
  } catch (error) {
    before.close()
    throw error
  }
}
