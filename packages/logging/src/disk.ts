import { constants, existsSync, type Stats } from 'node:fs'
import { type FileHandle, lstat, mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { CcError } from '@cc/models'

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_RDWR } = constants
const OWNER_ONLY_FOLDER = 0o700
const OWNER_ONLY_FILE = 0o600
const GROUP_WRITES = 0o020
const OTHERS_WRITE = 0o002
const NEWLINE = 0x0a
const CHUNK_BYTES = 64 * 1024

/** How files are opened: Node's own, or in a test one that watches. */
export type Disk = { open: typeof open }

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
 * Opens a file for appending and creates it where it is missing. A last line that an earlier life did not finish is
 * moved out of the way first. Links, devices and files with a second name are refused: whoever can plant one would
 * choose where our records go. Where `synced`, the file's name is on disk as well.
 *
 * @throws CcError `logging/file-unusable`
 */
export async function openToAppend(
  path: string,
  { synced }: { synced: boolean },
  disk: Disk = { open },
): Promise<{ handle: FileHandle; sizeBytes: number }> {
  let handle: FileHandle | undefined
  try {
    handle = await disk.open(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW, OWNER_ONLY_FILE)
    const stats = await handle.stat()
    if (!stats.isFile()) throw new Error('it is not a regular file')
    if (stats.nlink !== 1) throw new Error('it has a second name (hard link)')
    const sizeBytes = await removeTornTail(handle, { path, sizeBytes: stats.size })
    if (synced) await syncFolder(dirname(path), disk)
    return { handle, sizeBytes }
  } catch (cause) {
    await handle?.close()
    throw diskFailure('logging/file-unusable', path, cause)
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

function folderProblem(stats: Stats): string | undefined {
  if (!stats.isDirectory()) return 'it is not a folder'
  // Windows has neither owners nor modes of this kind.
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

// A new file survives a power cut only when the folder that names it is on disk too.
async function syncFolder(folder: string, disk: Disk): Promise<void> {
  const handle = await disk.open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * Cuts a file back to its last newline and keeps the bytes behind it as `<file>.torn-<n>`, n = 1, 2 …
 * Only a last line can be torn: an append that was acknowledged ends in a newline. Resolves to the size
 * of what stays.
 */
async function removeTornTail(
  handle: FileHandle,
  { path, sizeBytes }: { path: string; sizeBytes: number },
): Promise<number> {
  const wholeBytes = await endOfLastLine(handle, sizeBytes)
  if (wholeBytes === sizeBytes) return sizeBytes
  await keepAside(path, await readSpan(handle, wholeBytes, sizeBytes))
  await handle.truncate(wholeBytes)
  await handle.sync()
  return wholeBytes
}

async function endOfLastLine(handle: FileHandle, sizeBytes: number): Promise<number> {
  let end = sizeBytes
  while (end > 0) {
    const start = Math.max(0, end - CHUNK_BYTES)
    const newline = (await readSpan(handle, start, end)).lastIndexOf(NEWLINE)
    if (newline !== -1) return start + newline + 1
    end = start
  }
  return 0
}

async function readSpan(handle: FileHandle, start: number, end: number): Promise<Buffer> {
  const buffer = Buffer.alloc(end - start)
  let done = 0
  while (done < buffer.length) {
    const { bytesRead } = await handle.read(buffer, done, buffer.length - done, start + done)
    if (bytesRead === 0) throw new Error('it shrank while it was read')
    done += bytesRead
  }
  return buffer
}

async function keepAside(path: string, bytes: Buffer): Promise<void> {
  for (let n = 1; ; n += 1) {
    try {
      const aside = await open(`${path}.torn-${n}`, 'wx', OWNER_ONLY_FILE)
      try {
        await aside.writeFile(bytes)
        await aside.sync()
      } finally {
        await aside.close()
      }
      return
    } catch (error) {
      if (systemCodeOf(error) !== 'EEXIST') throw error
    }
  }
}

/** `ENOENT` and the like; `undefined` for what did not come from the operating system. */
function systemCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
