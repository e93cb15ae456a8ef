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
  readdirSync,
  readSync,
  renameSync,
  type Stats,
  statfsSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { lstat, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { AppendHandle, Disk, FileLook, ReadHandle } from './disk.js'
import { diskFailure, systemCodeOf } from './disk-failure.js'

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = constants
const OWNER_ONLY_FOLDER = 0o700
const OWNER_ONLY_FILE = 0o600
const GROUP_WRITES = 0o020
const OTHERS_WRITE = 0o002

/** The disk of this machine. */
export const nodeDisk: Disk = {
  ensureFolder,
  list: (folder) => readdirSync(folder),
  look(path) {
    const stats = lstatSync(path, { throwIfNoEntry: false })
    return stats && lookOf(stats)
  },
  open: (path) => appendHandleOf(openSync(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW, OWNER_ONLY_FILE)),
  openToRead(path) {
    const file = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    try {
      if (!fstatSync(file).isFile()) throw new Error('it is not a regular file')
      return readHandleOf(file)
    } catch (error) {
      closeSync(file)
      throw error
    }
  },
  create(path, bytes) {
    const file = openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, OWNER_ONLY_FILE)
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
  },
  rename: renameSync,
  remove: unlinkSync,
  syncFolder(folder) {
    const file = openSync(folder, O_RDONLY)
    try {
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
  },
  freeBytes(folder) {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize
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

function appendHandleOf(file: number): AppendHandle {
  return {
    write: (bytes, offset, length) => writeSync(file, bytes, offset, length),
    datasync: () => fdatasyncSync(file),
    truncate: (sizeBytes) => ftruncateSync(file, sizeBytes),
    stat: () => lookOf(fstatSync(file)),
    close: () => closeSync(file),
  }
}

function readHandleOf(file: number): ReadHandle {
  return {
    read: (bytes, offset, position) => readSync(file, bytes, offset, bytes.length - offset, position),
    close: () => closeSync(file),
  }
}

function lookOf(stats: Stats): FileLook {
  const { ino, size, nlink, mode, uid } = stats
  return { ino, sizeBytes: size, nlink, mode, uid, isFile: stats.isFile() }
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
