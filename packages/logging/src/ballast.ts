import { createCipheriv } from 'node:crypto'
import { lstatSync, rmSync, statfsSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { writeNew } from './disk.js'

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
export function keepBallast(folder: string): Ballast {
  const path = join(folder, '.ballast')
  try {
    if (!isBallast(path)) makeBallast(folder, path)
  } catch {
    // Whatever is wrong with this disk, the record's own files say it better.
  }
  return {
    release() {
      try {
        if (isBallast(path)) unlinkSync(path)
      } catch {}
    },
  }
}

function isBallast(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  return stats?.isFile() === true && stats.size === BALLAST_BYTES
}

function makeBallast(folder: string, path: string): void {
  rmSync(path, { force: true })
  const { bavail, bsize } = statfsSync(folder)
  if (bavail * bsize < 2 * BALLAST_BYTES) return
  try {
    writeNew(path, incompressible(BALLAST_BYTES))
  } catch (error) {
    rmSync(path, { force: true })
    throw error
  }
}

/** The same bytes every time. A file system that packs what it stores would keep no room for zeros. */
function incompressible(sizeBytes: number): Buffer {
  return createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc(sizeBytes))
}
