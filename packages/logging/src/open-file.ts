import { dirname } from 'node:path'
import type { AppendHandle, Disk, FileLook, ReadHandle } from './disk.js'
import { diskFailure } from './disk-failure.js'
import { nodeDisk } from './node-disk.js'

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
    // A life that ended between a write and its sync left lines that read well and may not be on disk. We build on them.
    if (synced && look.sizeBytes > 0) handle.datasync()
    // A new file survives a power cut only when the folder that names it is on disk too.
    if (synced) disk.syncFolder(dirname(path))
    return { handle, look }
  } catch (cause) {
    closeQuietly(handle)
    throw diskFailure('logging/file-unusable', path, cause)
  }
}

/**
 * Opens a regular file for reading. Links are refused, and a pipe does not keep the reader waiting.
 *
 * @throws CcError `logging/file-unusable`
 */
export function openToRead(path: string, disk: Disk): ReadHandle {
  try {
    return disk.openToRead(path)
  } catch (cause) {
    throw diskFailure('logging/file-unusable', path, cause)
  }
}

/** What follows a failure must not hide it. */
export function closeQuietly(handle: Pick<AppendHandle, 'close'> | undefined): void {
  try {
    handle?.close()
  } catch {}
}

const GROUP_OR_OTHERS = 0o077

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
