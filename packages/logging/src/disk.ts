import {
  closeSync,
  constants,
  existsSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  openSync,
  type Stats,
  writeSync,
} from 'node:fs'
import { lstat, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { CcError } from '@cc/models'

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_RDONLY, O_RDWR, O_WRONLY } = constants
const OWNER_ONLY_FOLDER = 0o700
const OWNER_ONLY_FILE = 0o600
const GROUP_OR_OTHERS = 0o077
const GROUP_WRITES = 0o020
const OTHERS_WRITE = 0o002

/** What the system says of a file. `ino` is its number on the disk, which a new file under an old name does not share. */
export type FileLook = { ino: number; sizeBytes: number; nlink: number; mode: number; uid: number; isFile: boolean }

/** An open file, as an append needs it. */
export type AppendHandle = {
  /** Bytes written: fewer than asked for where the system took no more. */
  write(bytes: Uint8Array, offset: number, length: number): number
  datasync(): void
  truncate(sizeBytes: number): void
  stat(): FileLook
  close(): void
}

/** What appending needs of a disk: Node's own, or in a test one that fails. */
export type Disk = {
  /** For reading and appending, created for its owner only where it is missing. Never follows a link. */
  open(path: string): AppendHandle
  /** What lies under a name now; `undefined` where nothing does. */
  look(path: string): FileLook | undefined
  syncFolder(folder: string): void
}

export const nodeDisk: Disk = {
  open: (path) => handleOf(openSync(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW, OWNER_ONLY_FILE)),
  look(path) {
    const stats = lstatSync(path, { throwIfNoEntry: false })
    return stats && lookOf(stats)
  },
  syncFolder(folder) {
    const file = openSync(folder, O_RDONLY)
    try {
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
  },
}

/**
 * Makes sure that a folder for records is there, is a folder and not a link to one, and that nobody else chooses what
 * lies in it: it is not writable for all, nor for the group where it is another user's. It is created with its
 * parents, for its owner only.
 *
 * @throws CcError `logging/folder-unusable`
 */
export async function ensureFolder(folder: string): Promise<void> {
  try {
    await makeFolder(folder)
    const problem = folderProblem(await lstat(folder))
    if (problem !== undefined) throw new Error(problem)
  } catch (cause) {
    throw diskFailure('logging/folder-unusable', folder, cause)
  }
}

/**
 * Opens a file for appending and creates it where it is missing. Refused are links, devices, files with a second name,
 * files of another user and those that others may read: whoever can plant one would choose where our records go, and
 * who can read one knows our next trade. Where `synced`, the file's name is on disk as well.
 *
 * @throws CcError `logging/file-unusable`
 */
export function openToAppend(path: string, { synced }: { synced: boolean }, disk: Disk = nodeDisk) {
  let handle: AppendHandle | undefined
  try {
    handle = disk.open(path)
    const look = handle.stat()
    const problem = fileProblem(look)
    if (problem !== undefined) throw new Error(problem)
    // A new file survives a power cut only when the folder that names it is on disk too.
    if (synced) disk.syncFolder(dirname(path))
    return { handle, look }
  } catch (cause) {
    closeQuietly(handle)
    throw diskFailure('logging/file-unusable', path, cause)
  }
}

/** Writes a file that was not there, for its owner only and on disk. Throws what the system throws. */
export function writeNew(path: string, bytes: Uint8Array): void {
  const file = openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, OWNER_ONLY_FILE)
  try {
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** The operating system said no: a `CcError` that halts and names the file and the system's code (`ENOSPC`). */
export function diskFailure(code: string, path: string, cause: unknown): CcError {
  return new CcError(`Cannot use ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, {
    code,
    recovery: 'halt',
    facts: { path, systemCode: systemCodeOf(cause) ?? null },
    cause,
  })
}

/** `ENOENT` and the like; `undefined` for what did not come from the operating system. */
export function systemCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** What follows a failure must not hide it. */
export function closeQuietly(handle: AppendHandle | undefined): void {
  try {
    handle?.close()
  } catch {}
}

function handleOf(file: number): AppendHandle {
  return {
    write: (bytes, offset, length) => writeSync(file, bytes, offset, length),
    datasync: () => fdatasyncSync(file),
    truncate: (sizeBytes) => ftruncateSync(file, sizeBytes),
    stat: () => lookOf(fstatSync(file)),
    close: () => closeSync(file),
  }
}

function lookOf(stats: Stats): FileLook {
  const { ino, size, nlink, mode, uid } = stats
  return { ino, sizeBytes: size, nlink, mode, uid, isFile: stats.isFile() }
}

function fileProblem({ isFile, nlink, uid, mode }: FileLook): string | undefined {
  if (!isFile) return 'it is not a regular file'
  if (nlink !== 1) return 'it has a second name (hard link)'
  // Windows has neither owners nor modes of this kind.
  const user = process.getuid?.()
  if (user === undefined) return undefined
  if (uid !== user) return 'it is another user’s'
  if ((mode & GROUP_OR_OTHERS) !== 0) return 'others than its owner may read or write it (chmod 600)'
  return undefined
}

function folderProblem(stats: Stats): string | undefined {
  if (!stats.isDirectory()) return 'it is not a folder'
  const user = process.getuid?.()
  if (user === undefined) return undefined
  if ((stats.mode & OTHERS_WRITE) !== 0) return 'every user of this machine may write in it (chmod o-w)'
  if ((stats.mode & GROUP_WRITES) !== 0 && stats.uid !== user)
    return 'it is another user’s, and its group may write in it'
  return undefined
}

// Node's own `recursive: true` never returns where a parent exists but takes no folders, such as /proc.
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, OWNER_ONLY_FOLDER)
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') return
    const parent = dirname(folder)
    if (systemCodeOf(error) !== 'ENOENT' || existsSync(parent)) throw error
    await makeFolder(parent)
    await mkdir(folder, OWNER_ONLY_FOLDER)
  }
}
