import { CcError } from '@cc/models'
import { type Disk, diskFailure, openToAppend } from './disk.js'

/** A file that only grows, by whole lines. */
export type AppendFile = {
  /** A failure or `close` ended it: every later append is refused. */
  readonly refusing: boolean
  /** Resolves when the whole line is written, and on disk where `synced`. */
  append(line: string): Promise<void>
  close(): Promise<void>
}

/** What an append needs of an open file; a `FileHandle` of Node is one. */
export type AppendHandle = {
  write(bytes: Uint8Array, offset: number, length: number): Promise<{ bytesWritten: number }>
  datasync(): Promise<void>
  truncate(sizeBytes: number): Promise<void>
  close(): Promise<void>
}

/**
 * Opens a file for appending: created where it is missing, without a torn last line, and nobody else's.
 *
 * @throws CcError `logging/file-unusable`
 */
export async function openAppendFile(path: string, { synced }: { synced: boolean }, disk?: Disk): Promise<AppendFile> {
  const { handle, sizeBytes } = await openToAppend(path, { synced }, disk)
  return createAppendFile(handle, { path, sizeBytes, synced })
}

/**
 * Appends lines in the order of the calls. After a failure the file is cut back to its last whole line and
 * every later append is refused: a disk that failed once is not to be trusted with the next record, and a
 * sync that failed must not be tried again (the kernel drops the dirty pages and reports success).
 *
 * @throws CcError `logging/append-failed` at the failure, `logging/append-refused` after it and after `close`.
 */
export function createAppendFile(
  handle: AppendHandle,
  { path, sizeBytes, synced }: { path: string; sizeBytes: number; synced: boolean },
): AppendFile {
  const inTurn = createTurns()
  let goodBytes = sizeBytes
  let refusal: string | undefined
  let closed = false

  async function append(line: string): Promise<void> {
    if (refusal !== undefined) throw refusedAppend(path, refusal)
    const bytes = Buffer.from(line)
    try {
      await writeAll(handle, bytes)
      if (synced) await handle.datasync()
    } catch (cause) {
      refusal = 'an earlier append failed'
      // Where even this fails, the torn tail is found at the next start.
      await handle.truncate(goodBytes).catch(() => {})
      throw diskFailure('logging/append-failed', path, cause)
    }
    goodBytes += bytes.length
  }

  return {
    get refusing() {
      return refusal !== undefined
    },
    append: (line) => inTurn(() => append(line)),
    close: () =>
      inTurn(async () => {
        if (closed) return
        closed = true
        refusal ??= 'it is closed'
        await handle.close()
      }),
  }
}

/** Nothing is appended any more, and why. */
export function refusedAppend(path: string, why: string): CcError {
  return new CcError(`Nothing is appended to ${path}: ${why}.`, {
    code: 'logging/append-refused',
    recovery: 'halt',
    facts: { path },
  })
}

/** Runs works one after another, in the order of the calls. A work that fails does not stop the next. */
export function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const turn = last.then(work, work)
    last = turn
    return turn
  }
}

async function writeAll(handle: AppendHandle, bytes: Uint8Array): Promise<void> {
  let done = 0
  while (done < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done)
    if (bytesWritten === 0) throw new Error('the system wrote no byte')
    done += bytesWritten
  }
}
