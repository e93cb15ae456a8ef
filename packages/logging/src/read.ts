import { join } from 'node:path'
import { CcError, type DecisionRecord } from '@cc/models'
import { decodeLine, type EntryOf } from './decode-line.js'
import type { Disk } from './disk.js'
import type { LogName } from './file-records.js'
import { listLogFiles } from './log-files.js'
import { nodeDisk } from './node-disk.js'
import { walkLog } from './walk-log.js'

/** A record and where it stands. */
export type LogLine<Entry> = {
  entry: Entry
  /** 0, 1, 2 … over all files of the log. */
  seq: number
  /** Proof of this line and all before it: 64 hex digits. */
  hash: string
  file: string
  /** From 1, within the file. */
  lineNumber: number
}

/**
 * Names of the decision files of a folder, oldest first.
 *
 * @throws CcError `logging/folder-unusable`
 */
export async function listDecisionFiles(folder: string): Promise<readonly string[]> {
  return listLogFiles(folder, 'decisions', nodeDisk)
}

/**
 * Reads the decision records of a folder, file by file in the order of their dates, one at a time. Each is the JSON
 * of its line, validated: keys and their order are those of the text. A folder without files has none.
 *
 * @throws CcError as {@link readLog}
 */
export async function* readDecisions(folder: string): AsyncGenerator<DecisionRecord> {
  for await (const { entry } of readLog(folder, 'decisions')) if (entry.kind === 'decision') yield entry
}

/**
 * Reads all records of one log of a folder, headers too, one at a time, each checked against the chain and its schema
 * as {@link verifyLog} does: what is read is what was written. Bytes behind the last newline are no record yet.
 *
 * @throws CcError `logging/corrupt-line` with file, line and offset; `logging/newer-schema` for what a later version
 * wrote; `logging/folder-unusable`, `logging/file-unusable`
 */
export async function* readLog<Name extends LogName>(
  folder: string,
  log: Name,
  disk: Disk = nodeDisk,
): AsyncGenerator<LogLine<EntryOf[Name]>> {
  for await (const line of walkLog(folder, log, disk)) {
    if (line.kind === 'torn') return
    const decoded = line.kind === 'bad' ? line : decodeLine(log, line.bytes)
    const { file, lineNumber } = line
    if ('problem' in decoded)
      throw unreadable({ path: join(folder, file), ...decoded, lineNumber, offset: line.offset })
    if (line.kind === 'good') yield { entry: decoded.entry, ...line.link, file, lineNumber }
  }
}

/** What the exchange's own history bears out. */
export type LogLabels = {
  /** First eight hex digits of the decisions that were made, as they stand in order labels. */
  decisions: ReadonlySet<string>
  /** Labels of orders that were about to be sent. Not those that a dry run would have sent. */
  labels: ReadonlySet<string>
}

/**
 * Labels of the orders in a folder's logs, to compare with the exchange's own order history: an order with a label of
 * ours that is not in `labels`, or whose decision is not in `decisions`, was written down once and is missing here. Nothing
 * else shows lines that were cut from the end of a log.
 *
 * @throws CcError as {@link readLog}
 */
export async function labelsOf(folder: string): Promise<LogLabels> {
  const decisions = new Set<string>()
  const labels = new Set<string>()
  for await (const { decisionId, execution } of readDecisions(folder)) {
    if (decisionId !== null) decisions.add(decisionId.slice(0, DECISION_DIGITS))
    const orders = execution?.legs.flatMap((leg) => leg.orders) ?? []
    for (const { outcome, terms } of orders) if (outcome !== 'not-sent') labels.add(terms.label)
  }
  for await (const { entry } of readLog(folder, 'intents')) if (entry.kind === 'intent') labels.add(entry.terms.label)
  return { decisions, labels }
}

const DECISION_DIGITS = 8

function unreadable(line: { path: string; lineNumber: number; offset: number; problem: string; newerSchema: boolean }) {
  const { path, lineNumber, offset, problem, newerSchema } = line
  return new CcError(`${path}, line ${lineNumber} ${problem}.`, {
    code: newerSchema ? 'logging/newer-schema' : 'logging/corrupt-line',
    recovery: 'halt',
    facts: { path, lineNumber, offset },
  })
}
