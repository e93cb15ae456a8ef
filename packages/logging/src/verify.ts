import type { Link } from './chained-line.js'
import { decodeLine } from './decode-line.js'
import type { Disk } from './disk.js'
import { LOG_NAMES, type LogName } from './file-records.js'
import { listLogFiles } from './log-files.js'
import { nodeDisk } from './node-disk.js'
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
  disk: Disk = nodeDisk,
): Promise<{ logs: readonly LogVerification[] }> {
  const logs: LogVerification[] = []
  for (const name of LOG_NAMES) logs.push(await verifyOne(folder, { name, schemas }, disk))
  return { logs }
}

async function verifyOne(
  folder: string,
  { name, schemas }: { name: LogName; schemas: boolean },
  disk: Disk,
): Promise<LogVerification> {
  const found: LogVerification = {
    name,
    files: listLogFiles(folder, name, disk),
    lines: 0,
    last: null,
    firstBad: null,
    tornTail: null,
  }
  for await (const line of walkLog(folder, name, disk)) {
    if (line.kind === 'torn')
      return { ...found, tornTail: { file: line.file, offset: line.offset, bytes: line.sizeBytes } }
    if (line.kind === 'bad') return { ...found, firstBad: badPlace(line, line) }
    const decoded = schemas ? decodeLine(name, line.bytes) : null
    if (decoded !== null && 'problem' in decoded) return { ...found, firstBad: badPlace(line, decoded) }
    found.lines += 1
    found.last = line.link
  }
  return found
}

type Place = { file: string; lineNumber: number; offset: number }

function badPlace(
  { file, lineNumber, offset }: Place,
  { problem, newerSchema }: { problem: string; newerSchema: boolean },
): LogVerification['firstBad'] {
  return { file, lineNumber, offset, problem, newerSchema }
}
