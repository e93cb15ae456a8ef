import type { AppendHandle, Disk } from '../src/disk.js'
import { nodeDisk } from '../src/node-disk.js'

/**
 * A disk whose nth call, of whatever kind, goes wrong. A write then gets half way and fails when it is to be finished,
 * for good where the disk is full. Where `cuts` is false the file cannot be cut back afterwards.
 */
export function failingDisk({ n, code, cuts }: { n: number; code: string; cuts: boolean }) {
  let calls = 0
  let tripped: string | undefined
  let writesFail = false
  const disk = diskWith((call) => {
    calls += 1
    if (calls === n) {
      tripped = call
      writesFail = call === 'write'
      return writesFail ? 'half' : systemError(code)
    }
    if (call === 'truncate' && tripped !== undefined && !cuts) return systemError(code)
    if (call !== 'write' || !writesFail) return undefined
    writesFail = code === 'ENOSPC'
    return systemError(code)
  })
  return { disk, tripped: () => tripped }
}

/** Node's disk, with trouble in the calls for which there is some. */
export function diskWith(trouble: (call: string) => Error | 'half' | undefined): Disk {
  const check = (call: string) => {
    const found = trouble(call)
    if (found instanceof Error) throw found
    return found
  }
  const handleWith = (handle: AppendHandle): AppendHandle => ({
    write: (bytes, offset, length) => handle.write(bytes, offset, check('write') === 'half' ? length >> 1 : length),
    datasync: () => {
      check('datasync')
      handle.datasync()
    },
    truncate: (sizeBytes) => {
      check('truncate')
      handle.truncate(sizeBytes)
    },
    stat: () => {
      check('stat')
      return handle.stat()
    },
    close: () => {
      // A file is closed, whatever the system says of it.
      handle.close()
      check('close')
    },
  })
  return {
    ...nodeDisk,
    open: (path) => {
      check('open')
      return handleWith(nodeDisk.open(path))
    },
    look: (path) => {
      check('look')
      return nodeDisk.look(path)
    },
    syncFolder: (folder) => {
      check('syncFolder')
      nodeDisk.syncFolder(folder)
    },
  }
}

export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: the system says no`), { code })
}
