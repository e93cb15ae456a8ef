import { basename, dirname } from 'node:path'
import type { AppendHandle, Disk } from './disk.js'
import { diskFailure, systemCodeOf } from './disk-failure.js'
import { nodeDisk } from './node-disk.js'
import { closeQuietly, openToAppend, openToRead } from './open-file.js'
import { PIECE_BYTES } from './read-lines.js'

/** Why bytes leave a log; the name of the file that takes them says so. */
type AsideReason = 'torn' | 'quarantined'

/**
 * Moves the end of a file into one of its own beside it, `<path>.<why>-<n>`, n = 1, 2 …; a whole file is renamed. At
 * every instant the bytes are on disk in one of the two or in both.
 *
 * @param from offset of the first byte that moves
 * @returns the name of the new file, and how many bytes it took
 * @throws CcError `logging/file-unusable`
 */
export function setAside(
  path: string,
  { from, why }: { from: number; why: AsideReason },
  disk: Disk = nodeDisk,
): Aside {
  const { handle, look } = openToAppend(path, { synced: true }, disk)
  try {
    const aside = claimName(path, why, disk)
    const bytes = look.sizeBytes - from
    if (from === 0) disk.rename(path, aside)
    else copyEnd(path, { aside, from }, disk)
    disk.syncFolder(dirname(path))
    if (from > 0) {
      if (handle.stat().sizeBytes !== look.sizeBytes) throw new Error('another writer appended to it')
      handle.truncate(from)
      handle.datasync()
    }
    return { movedTo: basename(aside), bytes }
  } catch (cause) {
    throw diskFailure('logging/file-unusable', path, cause)
  } finally {
    closeQuietly(handle)
  }
}

export type Aside = { movedTo: string; bytes: number }

/** An empty file under the first free name: nothing that was set aside before is written over. */
function claimName(path: string, why: AsideReason, disk: Disk): string {
  for (let n = 1; ; n += 1) {
    const aside = `${path}.${why}-${n}`
    try {
      disk.create(aside, new Uint8Array())
      return aside
    } catch (error) {
      if (systemCodeOf(error) !== 'EEXIST') throw error
    }
  }
}

function copyEnd(path: string, { aside, from }: { aside: string; from: number }, disk: Disk): void {
  const source = openToRead(path, disk)
  let target: AppendHandle | undefined
  try {
    target = disk.open(aside)
    const piece = Buffer.allocUnsafeSlow(PIECE_BYTES)
    for (let at = from; ; ) {
      const read = source.read(piece, 0, at)
      if (read === 0) break
      for (let done = 0; done < read; ) done += target.write(piece, done, read - done)
      at += read
    }
    target.datasync()
  } catch (error) {
    // Half a copy helps nobody: all of it is still where it was.
    disk.remove(aside)
    throw error
  } finally {
    closeQuietly(target)
    closeQuietly(source)
  }
}
