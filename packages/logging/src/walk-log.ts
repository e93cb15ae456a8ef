import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Disk } from './disk.js'
import type { LogName } from './file-records.js'
import { listLogFiles } from './log-files.js'
import { PIECE_BYTES } from './read-lines.js'
import { type BadLine, type GoodLine, type LeftAt, type TornLine, walkFile } from './walk-file.js'

/**
 * Checks one log of a folder line by line, file by file in the order of their names. Ends at the first line that is bad,
 * or torn at the very end: empty files behind it count for nothing. A line's bytes are overwritten by the next.
 *
 * @throws CcError `logging/folder-unusable`, `logging/file-unusable`
 */
export async function* walkLog(
  folder: string,
  log: LogName,
  disk: Disk,
): AsyncGenerator<GoodLine | BadLine | TornLine, void, void> {
  const files = listLogFiles(folder, log, disk)
  const isEmpty = (file: string) => disk.look(join(folder, file))?.sizeBytes === 0
  const isLast = (file: string) => files.slice(files.indexOf(file) + 1).every((later) => isEmpty(later))
  let before: LeftAt | null = null
  for (const file of files) {
    let turnEnds = TURN_BYTES
    for (const line of walkFile(join(folder, file), { log, file, before }, disk)) {
      if (line.kind !== 'good') {
        yield line.kind === 'torn' && !isLast(file) ? unendedWithin(line) : line
        return
      }
      before = { file, ...line.link }
      yield line
      if (line.offset < turnEnds) continue
      turnEnds = line.offset + TURN_BYTES
      // Lines are read and checked in one go: all else of the process has its turn in between.
      await stat('/')
    }
  }
}

/** How much is read in one go. */
const TURN_BYTES = 4 * PIECE_BYTES

function unendedWithin({ file, lineNumber, offset }: TornLine): BadLine {
  const problem = 'has no newline at its end, though another file follows'
  return { kind: 'bad', file, lineNumber, offset, problem, newerSchema: false }
}
