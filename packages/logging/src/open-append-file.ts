import { constants, existsSync } from 'node:fs'
import { type FileHandle, lstat, mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { CcError } from '@cc/models'
import { type AppendFile, createAppendFile } from './append-file.js'
import { diskFailure, systemCodeOf } from './failure.js'
import { removeTornTail } from './torn-tail.js'

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_RDWR } = constants
const OWNER_ONLY_FOLDER = 0o700
const OWNER_ONLY_FILE = 0o600

/**
 * Makes sure that a folder for records is there and is a folder, not a link to one. It is created with its parents,
 * for its owner only.
 *
 * @throws CcError `logging/folder-unusable`
 */
export async function ensureFolder(folder: string): Promise<void> {
  try {
    await makeFolder(folder)
    if (!(await lstat(folder)).isDirectory()) throw new Error('it is not a folder')
  } catch (cause) {
    throw diskFailure('logging/folder-unusable', folder, cause)
  }
}

/**
 * Opens a file for appending and creates it where it is missing. A last line that an earlier life did not
 * finish is moved out of the way first. Links, devices and files with a second name are refused: whoever
 * can plant one would choose where our records go.
 *
 * @throws CcError `logging/file-unusable`
 */
export async function openAppendFile(path: string, { synced }: { synced: boolean }): Promise<AppendFile> {
  let handle: FileHandle | undefined
  try {
    handle = await open(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW, OWNER_ONLY_FILE)
    const stats = await handle.stat()
    if (!stats.isFile()) throw new Error('it is not a regular file')
    if (stats.nlink !== 1) throw new Error('it has a second name (hard link)')
    const sizeBytes = await removeTornTail(handle, { path, sizeBytes: stats.size })
    if (synced) await syncFolder(dirname(path))
    return createAppendFile(handle, { path, sizeBytes, synced })
  } catch (cause) {
    await handle?.close()
    if (CcError.isInstance(cause)) throw cause
    throw diskFailure('logging/file-unusable', path, cause)
  }
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

// A new file survives a power cut only when the folder that names it is on disk too.
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
