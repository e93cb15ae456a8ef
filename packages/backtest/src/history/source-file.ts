import { type Dirent, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { CcError, type Span } from '@cc/models'

/** A file as it lies there, by its path below the folder. */
export type SourceFile = { name: string; bytes: Uint8Array }

/**
 * What lies in a folder.
 *
 * @throws CcError `backtest/no-history` (recovery `halt`) for a folder that cannot be read.
 */
export function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (cause) {
    throw new CcError(`The folder ${folder} cannot be read.`, {
      code: 'backtest/no-history',
      recovery: 'halt',
      facts: { folder },
      cause,
    })
  }
}

/** Names in order; where a file lies there both as it is and zipped, it is the zipped one. */
export function withoutTwins(names: readonly string[]): string[] {
  const all = new Set(names)
  return names.filter((name) => !all.has(`${name}.gz`)).toSorted()
}

/**
 * Reads a file as it lies there.
 *
 * @throws CcError `backtest/unreadable-file` (recovery `halt`) where the system refuses.
 */
export function readSource(folder: string, name: string): SourceFile {
  try {
    return { name, bytes: readFileSync(join(folder, name)) }
  } catch (cause) {
    throw unreadable({ file: name }, `${name} cannot be read`, cause)
  }
}

/**
 * The contents of a file, unzipped where it is zipped.
 *
 * @throws CcError `backtest/unreadable-file` (recovery `halt`) that names a file which is cut or damaged, or is not zipped
 * though its name says so.
 */
export function contentsOf(file: SourceFile): Uint8Array {
  const { name, bytes } = file
  const isZipped = hasZipMark(bytes)
  if (!isZipped && !name.endsWith('.gz')) return bytes
  try {
    return gunzipSync(bytes, { chunkSize: chunkSizeOf(file) })
  } catch (cause) {
    const what = isZipped ? 'it is cut or damaged' : 'it does not begin as one'
    throw unreadable({ file: name, bytes: bytes.length }, `${name} is no whole gzip file: ${what}`, cause)
  }
}

/** How many bytes the contents of a file have, as the trailer of a zipped one states them: a hint, for files may be cut. */
export function statedBytes({ bytes }: SourceFile): number {
  if (!hasZipMark(bytes) || bytes.length < 4) return bytes.length
  const stated = new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 4, true)
  return Math.min(stated, MOST_RATIO * bytes.length)
}

/** The error that says what a folder lacks, in which span, and which files of chains it has. */
export function noHistory(
  folder: string,
  missing: string,
  { span, found }: { span?: Span; found?: readonly string[] } = {},
): CcError {
  const within = span && ` from ${dayOf(span.fromMs, 'the beginning')} to ${dayOf(span.toMs, 'the end')}`
  const range = found && (found.length === 0 ? 'none' : `${found[0]} to ${found.at(-1)}`)
  return new CcError(
    `${folder} has no ${missing}${within ?? ''}.${range === undefined ? '' : ` Chains found: ${range}.`}`,
    {
      code: 'backtest/no-history',
      recovery: 'halt',
      facts: { folder, missing, ...(found && { found: found.slice(0, 20) }) },
    },
  )
}

function dayOf(timeMs: number, otherwise: string): string {
  return Number.isFinite(timeMs) ? new Date(timeMs).toISOString().slice(0, 10) : otherwise
}

function hasZipMark(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

/** Most files are unzipped in one piece. */
function chunkSizeOf(file: SourceFile): number {
  return Math.min(Math.max(statedBytes(file) + 1, LEAST_CHUNK_BYTES), MOST_CHUNK_BYTES)
}

function unreadable(facts: { file: string; bytes?: number }, message: string, cause: unknown): CcError {
  return new CcError(`${message}.`, { code: 'backtest/unreadable-file', recovery: 'halt', facts, cause })
}

/** Text is never packed more tightly; a cut file may state anything. */
const MOST_RATIO = 100
const LEAST_CHUNK_BYTES = 16_384
const MOST_CHUNK_BYTES = 33_554_432
