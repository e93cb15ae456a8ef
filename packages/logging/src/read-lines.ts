import type { Disk, ReadHandle } from './disk.js'
import { diskFailure } from './disk-failure.js'
import { openToRead } from './open-file.js'

/** One line of a file, as it lies there. */
export type Line = {
  /**
   * Without the newline; of a line longer than {@link LONGEST_LINE_BYTES} only its beginning. They stand in the
   * reader's own memory: the next line overwrites them.
   */
  bytes: Buffer
  /** How long the line is, without its newline. */
  sizeBytes: number
  /** 1, 2, 3 … */
  lineNumber: number
  /** Of its first byte in the file. */
  offset: number
  /** It has its newline. Only the last of a file may not. */
  ended: boolean
}

/** No writer writes a longer line. Of one that is there anyway no more than this is held in memory. */
export const LONGEST_LINE_BYTES = 8 * 1024 * 1024
/** Bytes that are read at once. */
export const PIECE_BYTES = 1024 * 1024

/**
 * Reads a file line by line, however large it is: a piece at a time, in memory that does not grow with it. A file that
 * grows meanwhile is read up to where it then ends.
 *
 * @throws CcError `logging/file-unusable`
 */
export function* readLines(path: string, disk: Disk): Generator<Line, void, void> {
  const file = openToRead(path, disk)
  let buffer = sparePiece ?? Buffer.allocUnsafeSlow(PIECE_BYTES)
  sparePiece = null
  try {
    // What is read and not yet given stands in buffer[start, end). It begins at `offset` in the file, and ends at `position`.
    let start = 0
    let end = 0
    let offset = 0
    let position = 0
    let lineNumber = 1
    // Of the line at `start`: bytes that hold no newline, and bytes behind them that were let go for its length.
    let searched = 0
    let dropped = 0

    for (;;) {
      const newline = indexOfNewline(buffer, start + searched, end)
      if (newline !== -1) {
        const sizeBytes = newline - start + dropped
        const bytes = buffer.subarray(start, start + Math.min(newline - start, LONGEST_LINE_BYTES))
        yield { bytes, sizeBytes, lineNumber, offset, ended: true }
        start = newline + 1
        offset += sizeBytes + 1
        lineNumber += 1
        searched = 0
        dropped = 0
        continue
      }
      searched = Math.min(end - start, LONGEST_LINE_BYTES)
      dropped += end - start - searched
      buffer = makeRoom(buffer, start, searched)
      const read = readPiece(file, { buffer, from: searched, position }, path)
      if (read === 0) break
      position += read
      start = 0
      end = searched + read
    }
    const sizeBytes = searched + dropped
    if (sizeBytes > 0) yield { bytes: buffer.subarray(0, searched), sizeBytes, lineNumber, offset, ended: false }
  } finally {
    file.close()
    if (buffer.length === PIECE_BYTES) sparePiece = buffer
  }
}

/** Memory of a reader that is done, for the next: a log of many files would leave a megabyte behind for each of them. */
let sparePiece: Buffer | null = null

const NEWLINE = 0x0a

function indexOfNewline(buffer: Buffer, from: number, end: number): number {
  const at = buffer.indexOf(NEWLINE, from)
  // What stands behind `end` is left over from earlier pieces.
  return at < end ? at : -1
}

/** The begun line at the front of the buffer, or of a larger one where it fills more than half. */
function makeRoom(buffer: Buffer, start: number, sizeBytes: number): Buffer {
  const roomy = sizeBytes > buffer.length / 2 ? Buffer.allocUnsafeSlow(2 * buffer.length) : buffer
  buffer.copy(roomy, 0, start, start + sizeBytes)
  return roomy
}

function readPiece(
  file: ReadHandle,
  { buffer, from, position }: { buffer: Buffer; from: number; position: number },
  path: string,
): number {
  try {
    return file.read(buffer, from, position)
  } catch (cause) {
    throw diskFailure('logging/file-unusable', path, cause)
  }
}
