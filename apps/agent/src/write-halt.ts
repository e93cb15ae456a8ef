import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The kill switch of a log folder: while it is there, whatever is in it, nothing is decided and nothing is sent. */
export const HALT_FILE = 'HALT'

/** `problem`: why it could not be made. */
export type HaltWritten = { latched: true; wasThere: boolean } | { latched: false; problem: string }

/**
 * Makes the file `HALT` by the plainest means there are, and throws nothing: it has to work where nothing else does. From
 * the moment that it exists it holds; its text and its name are on the disk when this returns. One that is there already
 * stays as it is. A folder that is missing is made, so that whoever starts there finds it.
 */
export function writeHalt(folder: string, reason: string): HaltWritten {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch {
    // The file cannot be made either then, and says why.
  }
  let file: number
  try {
    file = openSync(join(folder, HALT_FILE), 'wx', 0o600)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return { latched: true, wasThere: true }
    return { latched: false, problem: error instanceof Error ? error.message : String(error) }
  }
  // An empty one halts too: on a full disk there is room for a name.
  attempt(() => writeSync(file, `${reason}\n`))
  attempt(() => fsyncSync(file))
  attempt(() => closeSync(file))
  attempt(() => syncFolder(folder))
  attempt(() => syncFolder(dirname(folder)))
  return { latched: true, wasThere: false }
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

function attempt(work: () => void): void {
  try {
    work()
  } catch {
    // It holds all the same.
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
}
