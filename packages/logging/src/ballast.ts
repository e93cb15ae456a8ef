import { createCipheriv } from 'node:crypto'
import { join } from 'node:path'
import type { Disk } from './disk.js'
import { nodeDisk } from './node-disk.js'

/** Room on a disk that is kept for the last line of a log. */
export type Ballast = {
  /** Gives the room back, once. */
  release(): void
}

/** Bytes of the file. */
export const BALLAST_BYTES = 4 * 1024 * 1024

/**
 * Keeps a file `.ballast` of 4 MB in a folder, to be deleted when the disk is full. A disk that has not room for it
 * twice goes without: the ballast must not be what fills it.
 */
export function keepBallast(folder: string, disk: Disk = nodeDisk): Ballast {
  const path = join(folder, '.ballast')
  try {
    if (!isBallast(path, disk)) makeBallast(folder, path, disk)
  } catch {
    // Whatever is wrong with this disk, the record's own files say it better.
  }
  return {
    release() {
      try {
        if (isBallast(path, disk)) disk.remove(path)
      } catch {}
    },
  }
}

function isBallast(path: string, disk: Disk): boolean {
  const look = disk.look(path)
  return look?.isFile === true && look.sizeBytes === BALLAST_BYTES
}

function makeBallast(folder: string, path: string, disk: Disk): void {
  if (disk.look(path) !== undefined) disk.remove(path)
  if (disk.freeBytes(folder) < 2 * BALLAST_BYTES) return
  try {
    disk.create(path, incompressible(BALLAST_BYTES))
  } catch (error) {
    disk.remove(path)
    throw error
  }
}

/** The same bytes every time. A file system that packs what it stores would keep no room for zeros. */
function incompressible(sizeBytes: number): Buffer {
  return createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc(sizeBytes))
}
