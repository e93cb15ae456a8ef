import { CcError } from '@cc/models'
import type { AppendHandle, Disk, FileLook } from './disk.js'
import { diskFailure, systemCodeOf } from './disk-failure.js'
import { nodeDisk } from './node-disk.js'

/** A file that only grows, by whole lines. */
export type AppendFile = {
  /** The append that failed found no room, and the file was cut back to its last whole line. */
  readonly full: boolean
  /** Returns when the whole line is written, and on disk where `synced`. */
  append(line: Uint8Array): void
  /** One last line into a file that is `full`, once room was made for it. Returns whether it is there. */
  appendLast(line: Uint8Array): boolean
  close(): void
}

/**
 * Appends lines to an open file, each in one go. Before each it looks whether the file is still the one under its name
 * and as long as it was left. After a failure the file is cut back to its last whole line and every later append is
 * refused: a disk that failed once is not to be trusted with the next record, and a sync that failed must not be tried
 * again, since the kernel drops the dirty pages and reports success.
 *
 * @param look what the system said of the file when it was opened
 * @throws CcError `logging/append-failed` at the failure, `logging/file-changed` where somebody else touched the file,
 * `logging/append-refused` after either and after `close`
 */
export function createAppendFile(
  handle: AppendHandle,
  { path, look, synced }: { path: string; look: FileLook; synced: boolean },
  { look: lookAt }: Pick<Disk, 'look'> = nodeDisk,
): AppendFile {
  let goodBytes = look.sizeBytes
  let refusal: string | undefined
  let full = false
  let closed = false

  function requireUntouched(): void {
    let problem: string | undefined
    try {
      problem = changeOf(lookAt(path), { ...look, sizeBytes: goodBytes })
    } catch (cause) {
      refusal = 'an earlier look at it failed'
      throw diskFailure('logging/append-failed', path, cause)
    }
    if (problem === undefined) return
    refusal = problem
    throw new CcError(`Nothing is appended to ${path}: ${problem}.`, {
      code: 'logging/file-changed',
      recovery: 'halt',
      facts: { path, leftBytes: goodBytes },
    })
  }

  function write(bytes: Uint8Array): void {
    let written = 0
    try {
      while (written < bytes.length) {
        const count = handle.write(bytes, written, bytes.length - written)
        if (count === 0) throw new NoRoom('the system wrote no byte')
        written += count
      }
      if (synced) handle.datasync()
    } catch (cause) {
      refusal = 'an earlier append failed'
      full = cutBack(written) && isFull(cause)
      throw diskFailure('logging/append-failed', path, cause)
    }
    goodBytes += bytes.length
  }

  /** What another writer put behind our bytes is not ours to cut. What stays is found as a torn tail at the next start. */
  function cutBack(written: number): boolean {
    try {
      if (handle.stat().sizeBytes !== goodBytes + written) return false
      if (written > 0) handle.truncate(goodBytes)
      return true
    } catch {
      return false
    }
  }

  return {
    get full() {
      return full && !closed
    },
    append(line) {
      if (refusal !== undefined) throw refusedAppend(path, refusal)
      requireUntouched()
      write(line)
    },
    appendLast(line) {
      if (!full || closed) return false
      try {
        write(line)
        return true
      } catch {
        return false
      } finally {
        full = false
      }
    },
    close() {
      if (closed) return
      closed = true
      refusal ??= 'it is closed'
      try {
        handle.close()
      } catch (cause) {
        throw diskFailure('logging/append-failed', path, cause)
      }
    },
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

class NoRoom extends Error {}

/** `EFBIG`: the file may not grow further (`ulimit -f`). */
const FULL_CODES: readonly unknown[] = ['ENOSPC', 'EDQUOT', 'EFBIG']

function isFull(cause: unknown): boolean {
  return cause instanceof NoRoom || FULL_CODES.includes(systemCodeOf(cause))
}

function changeOf(found: FileLook | undefined, left: FileLook): string | undefined {
  if (found === undefined) return 'it was deleted'
  if (found.ino !== left.ino) return 'another file was put in its place'
  if (found.sizeBytes < left.sizeBytes) return `it was cut to ${found.sizeBytes} bytes, ${left.sizeBytes} were left`
  if (found.sizeBytes > left.sizeBytes) return 'another writer appended to it'
  if (found.nlink !== left.nlink) return 'it was given a second name'
  if (found.mode !== left.mode) return 'its mode was changed'
  return undefined
}
