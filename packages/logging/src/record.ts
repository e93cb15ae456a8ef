import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type DecisionLog,
  type DecisionRecord,
  type IntentJournal,
  intentRecordSchema,
  type LogEntry,
  logEntrySchema,
  type SendIntent,
} from '@cc/models'
import { type AppendFile, createTurns, openAppendFile, refusedAppend } from './append-file.js'
import { diskFailure, ensureFolder } from './disk.js'
import { encodeLine, readLines } from './lines.js'
import { type RecordOptions, type RecordOptionsInput, recordOptionsSchema } from './options.js'

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
 * Every record is checked against its schema before it is written as one line of JSON, without keys that the schema
 * does not know. An unfinished last line of an earlier life is moved to `<file>.torn-<n>`.
 *
 * @throws CcError `logging/folder-unusable`, `logging/file-unusable`; appends: `logging/invalid-record`,
 * `logging/append-failed`, `logging/append-refused`; `unfinished`: `logging/corrupt-line`. All halt.
 */
export async function openRecord(options: RecordOptionsInput): Promise<OpenRecord> {
  const resolved = recordOptionsSchema.parse(options)
  await ensureFolder(resolved.folder)
  const { journal, close: closeJournal } = await openIntentJournal(resolved)
  const { log, close: closeLog } = openDecisionLog(resolved)
  return {
    decisions: log,
    intents: journal,
    async close() {
      await Promise.all([closeLog(), closeJournal()])
    },
  }
}

/**
 * Names of the decision files of a folder, oldest first.
 *
 * @throws CcError `logging/folder-unusable`
 */
export async function listDecisionFiles(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => DECISION_FILE.test(name)).sort()
  } catch (cause) {
    throw diskFailure('logging/folder-unusable', folder, cause)
  }
}

/**
 * Reads the decision records of a folder, file by file in the order of their dates, one at a time. Each is the JSON
 * of its line, validated: keys and their order are those of the text. A folder without files has none.
 *
 * @throws CcError `logging/corrupt-line` with file and line, `logging/folder-unusable`, `logging/file-unusable`
 */
export async function* readDecisions(folder: string): AsyncGenerator<DecisionRecord> {
  for (const name of await listDecisionFiles(folder)) yield* readLines(join(folder, name), logEntrySchema)
}

/**
 * The decision log of a folder. The file of a record is that of the UTC date of its start, but never an older
 * one than the last that this run wrote, so that the records of a run are in order over all files. What other runs
 * left in the folder, also under a date to come, changes nothing in that.
 */
function openDecisionLog({ folder, synced }: RecordOptions) {
  const inTurn = createTurns()
  let file: AppendFile | undefined
  let name = ''
  let closed = false

  async function fileOf(startedMs: number): Promise<AppendFile> {
    const ofItsDate = decisionFileName(startedMs)
    if (file !== undefined && (file.refusing || ofItsDate <= name)) return file
    if (closed) throw refusedAppend(folder, 'it is closed')
    await file?.close()
    file = await openAppendFile(join(folder, ofItsDate), { synced })
    name = ofItsDate
    return file
  }

  async function record(entry: LogEntry): Promise<void> {
    const line = encodeLine(logEntrySchema, entry)
    await (await fileOf(entry.startedMs)).append(line)
  }

  return {
    log: { record: (entry) => inTurn(() => record(entry)) } satisfies DecisionLog,
    close: () =>
      inTurn(async () => {
        closed = true
        await file?.close()
      }),
  }
}

/** `intents.jsonl`: what is about to be sent, and what became of it. */
async function openIntentJournal({ folder, synced }: RecordOptions) {
  const path = join(folder, 'intents.jsonl')
  const file = await openAppendFile(path, { synced })

  return {
    journal: {
      append: async (entry) => file.append(encodeLine(intentRecordSchema, entry)),
      async unfinished() {
        const open = new Map<string, SendIntent>()
        for await (const entry of readLines(path, intentRecordSchema)) {
          if (entry.kind === 'intent') open.set(entry.terms.label, entry)
          else open.delete(entry.label)
        }
        return [...open.values()]
      },
    } satisfies IntentJournal,
    close: () => file.close(),
  }
}

const DECISION_FILE = /^agent_decisions_\d{8}\.jsonl$/

/** `agent_decisions_20260102.jsonl`: one file per UTC date. Names sort by time. */
function decisionFileName(timeMs: number): string {
  return `agent_decisions_${new Date(timeMs).toISOString().slice(0, 10).replaceAll('-', '')}.jsonl`
}
