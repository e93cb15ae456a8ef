import { RECORD_SCHEMA_VERSION } from '@cc/models'
import { checkLine } from './chain-check.js'
import { CHAIN_START, type Link } from './chained-line.js'
import type { Disk } from './disk.js'
import { type HeaderRecord, headerRecordSchema, type LogName } from './file-records.js'
import { type Line, LONGEST_LINE_BYTES, readLines } from './read-lines.js'

/** Where a log stood: its last line, and the file that holds it. */
export type LeftAt = Link & { file: string }

/** A line that stands where it was written, as it was written. */
export type GoodLine = {
  kind: 'good'
  file: string
  /** Without the newline. The next line overwrites them. */
  bytes: Buffer
  link: Link
  lineNumber: number
  offset: number
  header: HeaderRecord | null
}

/** The first line that does not belong where it stands. Nothing can be said about those behind it. */
export type BadLine = {
  kind: 'bad'
  file: string
  lineNumber: number
  offset: number
  /** The end of a sentence: `is not UTF-8`. */
  problem: string
  /** It is whole, but of a later version than this one reads. */
  newerSchema: boolean
}

/** Bytes behind the last newline: a line that was never acknowledged. */
export type TornLine = { kind: 'torn'; file: string; lineNumber: number; offset: number; sizeBytes: number }

/**
 * Checks a file of a log line by line: each line's place and hash, that the file begins with a header, and what its
 * headers say of the lines before them. Ends at the first line that is bad or torn.
 *
 * @param before where the log stood before this file: `null` where nothing is before it, `unknown` to take the first
 * header's word for it
 * @throws CcError `logging/file-unusable`
 */
export function* walkFile(
  path: string,
  { log, file, before }: { log: LogName; file: string; before: LeftAt | null | 'unknown' },
  disk: Disk,
): Generator<GoodLine | BadLine | TornLine, void, void> {
  let left = before
  for (const line of readLines(path, disk)) {
    const { lineNumber, offset, sizeBytes } = line
    if (!line.ended) {
      yield { kind: 'torn', file, lineNumber, offset, sizeBytes }
      return
    }
    const checked = checkWithHeader(line, { log, left })
    if ('problem' in checked) {
      yield { kind: 'bad', file, lineNumber, offset, ...checked }
      return
    }
    left = { file, ...checked.link }
    yield { kind: 'good', file, bytes: line.bytes, lineNumber, offset, link: checked.link, header: checked.header }
  }
}

/** What came before a line, in the chain's terms. */
function linkBefore(left: LeftAt | null): Link {
  return left === null ? CHAIN_START : { seq: left.seq, hash: left.hash }
}

type Problem = { problem: string; newerSchema: boolean }

function checkWithHeader(
  { bytes, sizeBytes, lineNumber }: Line,
  { log, left }: { log: LogName; left: LeftAt | null | 'unknown' },
): { link: Link; header: HeaderRecord | null } | Problem {
  if (sizeBytes > LONGEST_LINE_BYTES) return bad(`is ${sizeBytes} bytes long`)
  const opens = lineNumber === 1
  const header = opens || beginsAsHeader(bytes) ? parseHeader(bytes) : null
  const before = left === 'unknown' ? (header?.data?.previous ?? null) : left
  const link = checkLine(bytes, linkBefore(before))
  if (typeof link === 'string') return bad(opens ? (lostBefore(bytes, header?.data, before) ?? link) : link)
  if (header === null) return opens ? bad('is no header, as the first line of a file is') : { link, header }
  if (header.version > RECORD_SCHEMA_VERSION) {
    const problem = `is of schema version ${header.version}, newer than ${RECORD_SCHEMA_VERSION}`
    return { problem, newerSchema: true }
  }
  if (header.data === undefined) return bad('is a header that does not fit its schema')
  if (header.data.log !== log) return bad(`is a header of the ${header.data.log}, in a file of the ${log}`)
  if (!isSame(header.data.previous, before)) {
    return bad(`names ${placeOf(header.data.previous)} before it, where ${placeOf(before)} is`)
  }
  return { link, header: header.data }
}

/** A header that fits what it says came before it was not changed: what it names is not there. */
function lostBefore(bytes: Buffer, header: HeaderRecord | undefined, before: LeftAt | null): string | null {
  if (header === undefined || typeof checkLine(bytes, linkBefore(header.previous)) === 'string') return null
  return header.previous === null
    ? `begins a log, where ${placeOf(before)} is before it`
    : `goes on from ${placeOf(header.previous)}, which is not there`
}

/** `null` where the line is no header at all; no `data` where it is one that this version does not know. */
function parseHeader(bytes: Buffer): { version: number; data: HeaderRecord | undefined } | null {
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8'))
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null || !('kind' in value) || value.kind !== 'header') return null
  const version = 'schemaVersion' in value && typeof value.schemaVersion === 'number' ? value.schemaVersion : 0
  return { version, data: headerRecordSchema.safeParse(value).data }
}

const HEADER_BEGINS = Buffer.from('{"kind":"header"')

function beginsAsHeader(bytes: Buffer): boolean {
  return bytes.subarray(0, HEADER_BEGINS.length).equals(HEADER_BEGINS)
}

function bad(problem: string): Problem {
  return { problem, newerSchema: false }
}

function isSame(a: LeftAt | null, b: LeftAt | null): boolean {
  return a?.file === b?.file && a?.seq === b?.seq && a?.hash === b?.hash
}

function placeOf(left: LeftAt | null): string {
  return left === null ? 'nothing' : `line seq ${left.seq} of ${left.file}`
}
