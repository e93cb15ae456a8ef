import { basename } from 'node:path'
import type { Link } from './chained-line.js'
import type { Disk } from './disk.js'
import { logOf } from './log-files.js'
import { nodeDisk } from './node-disk.js'
import { type BadLine, type LeftAt, walkFile } from './walk-file.js'

/** How a file was left. */
export type Tail = {
  /** What the file's own first header says came before it. `null`: nothing, or the file has no good first line. */
  previous: LeftAt | null
  /** Of the last whole line; `null` where there is none. Not to be built on where there is a `problem`. */
  link: Link | null
  /** Up to and with the newline of the last good line. */
  wholeBytes: number
  /** Behind the last newline: of a line that was never acknowledged. 0 where nothing is, or a line before it is bad. */
  tornBytes: number
  /** The first bad line, as a sentence without its subject: `line 3 is not UTF-8`. */
  problem: string | null
  /** The problem is that a later version wrote here. */
  newerSchema: boolean
}

/**
 * Reads how a file of a log was left, and checks each of its lines on the way: the last one alone could not tell
 * whether those before it are still what they were. What came before the file is taken from its first header.
 *
 * @throws CcError `logging/file-unusable`
 */
export function readTail(path: string, disk: Disk = nodeDisk): Tail {
  const file = basename(path)
  let previous: LeftAt | null = null
  let link: Link | null = null
  let wholeBytes = 0
  let bad: BadLine | undefined
  let tornBytes = 0
  for (const line of walkFile(path, { log: logOf(file), file, before: 'unknown' }, disk)) {
    if (line.kind === 'good') {
      if (line.lineNumber === 1) previous = line.header?.previous ?? null
      link = line.link
      wholeBytes = line.offset + line.bytes.length + 1
    } else if (line.kind === 'bad') bad = line
    else tornBytes = line.sizeBytes
  }
  return {
    previous,
    link,
    wholeBytes,
    tornBytes,
    problem: bad === undefined ? null : `line ${bad.lineNumber} ${bad.problem}`,
    newerSchema: bad?.newerSchema ?? false,
  }
}
