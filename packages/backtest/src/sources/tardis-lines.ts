import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { CcError } from '@cc/models'

/** A line of a file, valid until the next one. */
export type Line = {
  /** Counted from 1, the header aside. */
  row: number
  bytes: Uint8Array
  start: number
  end: number
}

/** Names of the columns, and then each line. Either ends the reading by returning `false`. */
export type LineReader = { header(names: readonly string[]): boolean; line(line: Line): boolean }

/**
 * Reads the lines of a file that may be larger than memory, zipped or not. Blank lines are passed over.
 *
 * @throws CcError `backtest/unreadable-file` for a file that cannot be read, whose end is cut off, or that has no line.
 */
export async function readLines(path: string, name: string, reader: LineReader): Promise<void> {
  const line: Line = { row: -1, bytes: new Uint8Array(), start: 0, end: 0 }
  let rest = new Uint8Array()
  let hasEnough = false

  /** Whether to go on. */
  function readAll(bytes: Uint8Array, isLast: boolean): boolean {
    line.bytes = bytes
    let start = 0
    while (start < bytes.length) {
      const found = bytes.indexOf(LINE_FEED, start)
      if (found < 0 && !isLast) break
      const end = found < 0 ? bytes.length : found
      line.start = start
      line.end = end > start && bytes[end - 1] === RETURN ? end - 1 : end
      start = end + 1
      if (line.end === line.start) continue
      line.row += 1
      const goesOn = line.row === 0 ? reader.header(namesOf(line)) : reader.line(line)
      if (!goesOn) return false
    }
    rest = bytes.slice(start)
    return true
  }

  async function consume(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const chunk of chunks) {
      if (readAll(rest.length === 0 ? chunk : Buffer.concat([rest, chunk]), false)) continue
      hasEnough = true
      return
    }
    readAll(rest, true)
  }

  const source = createReadStream(path, { highWaterMark: CHUNK_BYTES })
  try {
    if (name.endsWith('.gz')) await pipeline(source, createGunzip({ chunkSize: CHUNK_BYTES }), consume)
    else await pipeline(source, consume)
  } catch (cause) {
    // Who leaves a pipeline before its end is told that it was aborted.
    if (hasEnough) return
    if (CcError.isInstance(cause)) throw cause
    throw unreadable(`${name} cannot be read to its end: it is cut, damaged or not there.`, name, cause)
  }
  if (line.row < 0) throw unreadable(`${name} has no line: not even a header.`, name)
}

/** SHA-256 of a file of any size. */
export async function digestOf(path: string): Promise<Uint8Array> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: CHUNK_BYTES }), hash)
  return hash.digest()
}

const LINE_FEED = 10
const RETURN = 13
const CHUNK_BYTES = 1_048_576

function unreadable(message: string, file: string, cause?: unknown): CcError {
  return new CcError(message, { code: 'backtest/unreadable-file', recovery: 'halt', facts: { file }, cause })
}

function namesOf({ bytes, start, end }: Line): string[] {
  return textOf(bytes, start, end).split(',')
}

/** Bytes of a line as text. */
export function textOf(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1')
}
