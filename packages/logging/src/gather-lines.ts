import type { AppendFile } from './append-file.js'

/** Bytes of lines that wait at most. */
const GATHERED_BYTES = 256 * 1024

/**
 * A file whose lines wait in memory until there is no room for the next, and are then appended in one go; what still
 * waits is, when it is closed. Whoever dies before loses what waits.
 *
 * What such an append throws is thrown by the call that made room, or by `close`. The lines that waited are lost then, and
 * every later line is refused. No last line is taken for a full disk: it would go on from lines that are not there.
 */
export function gatherLines(file: AppendFile, mostBytes = GATHERED_BYTES): AppendFile {
  let waiting = Buffer.allocUnsafeSlow(mostBytes)
  let waitingBytes = 0

  function flush(): void {
    const lines = waiting.subarray(0, waitingBytes)
    waitingBytes = 0
    if (lines.length > 0) file.append(lines)
  }

  /** From here on each line goes to the file itself, which refuses it. */
  function end(): void {
    waiting = Buffer.alloc(0)
    waitingBytes = 0
  }

  return {
    full: false,
    append(line) {
      try {
        if (waitingBytes + line.length > waiting.length) flush()
        if (line.length > waiting.length) return file.append(line)
      } catch (error) {
        end()
        throw error
      }
      waiting.set(line, waitingBytes)
      waitingBytes += line.length
    },
    appendLast: () => false,
    close() {
      try {
        flush()
      } finally {
        end()
        file.close()
      }
    },
  }
}
