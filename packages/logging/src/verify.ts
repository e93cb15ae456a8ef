import type { Link } from './chained-line.js'
import { decodeLine } from './decode-line.js'
import { LOG_NAMES, type LogName } from './file-records.js'
import { listLogFiles } from './log-files.js'
import { walkLog } from './walk-log.js'

/** What was found in one log of a folder. */
export type LogVerification = {
  name: LogName
  /** Names of its files, oldest first. */
  files: readonly string[]
  /** Good lines, up to the first bad one. */
  lines: number
  /** Place and proof of the last good line. */
  last: Link | null
  /** The line from which on the log proves nothing. `lineNumber` from 1, `offset` in bytes from the file's beginning. */
  firstBad: {
    file: string
    lineNumber: number
    offset: number
    /** The end of a sentence: `is not UTF-8`. */
    problem: string
    /** Nothing is damaged: a later version of this package wrote it. */
    newerSchema: boolean
  } | null
  /** Bytes behind the last newline of the last file: a line that was never acknowledged. Not an error. */
  tornTail: { file: string; offset: number; bytes: number } | null
}

/**
 * Proves that the logs of a folder are what was written: each line in its place, unchanged, behind the one that was
 * written before it, over all files; and with `schemas`, which is the default, that each is a record. Names the first
 * line of each log that is not. Reads a piece at a time, so that a log of any size takes the same memory.
 *
 * What it cannot see is that lines are missing at the very end of a log: a log that was cut after a line is a shorter
 * log, in itself whole. The exchange knows better: compare its order history with {@link labelsOf}. Nor does it stop
 * somebody who writes all lines anew: there is no secret in the chain.
 *
 * @throws CcError `logging/folder-unusable`, `logging/file-unusable`
 */
export async function verifyLog(
  folder: string,
  { schemas = true }: { schemas?: boolean } = {},
): Promise<{ logs: readonly LogVerification[] }> {
  const logs: LogVerification[] = []
  for (const name of LOG_NAMES) logs.push(await verifyOne(folder, name, schemas))
  return { logs }
}

async function verifyOne(folder: string, name: LogName, schemas: boolean): Promise<LogVerification> {
  const found: LogVerification = {
    name,
    files: listLogFiles(folder, name),
    lines: 0,
    last: null,
    firstBad: null,
    tornTail: null,
  }
  for await (const line of walkLog(folder, name)) {
    const { file, lineNumber, offset } = line
    if (line.kind === 'torn') return { ...found, tornTail: { file, offset, bytes: line.sizeBytes } }
    const wrong = line.kind === 'bad' ? line : schemas ? decodeLine(name, line.bytes) : null
    if (wrong !== null && 'problem' in wrong) {
      const { problem, newerSchema } = wrong
      return { ...found, firstBad: { file, lineNumber, offset, problem, newerSchema } }
    }
    if (line.kind !== 'good') continue
    found.lines += 1
    found.last = line.link
  }
  return found
}
