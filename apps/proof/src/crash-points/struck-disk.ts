import { basename } from 'node:path'
import type { AppendHandle } from '@cc/logging'
import { CcError } from '@cc/models'
import type { MemoryDisk } from '../simulation/memory-disk.ts'
import type { PortCall, StruckLife } from './struck-life.ts'

/** Calls that need room. */
const GROWING = ['write', 'create', 'put']

/** The disk as one life meets it: every call is counted, and one of them fails or is the last. */
export function createStruckDisk(disk: MemoryDisk, life: StruckLife): MemoryDisk {
  let isFull = false

  /** Makes a call whose effect is there when `work` returns. */
  function call<T>(name: string, path: string, work: (call: PortCall) => T): T {
    requireLife()
    const begun = life.begin(`disk.${name} ${basename(path)}`)
    requireLife()
    const { how } = begun
    if (how === 'ENOSPC' || how === 'EIO') throw systemError(how)
    if (isFull && GROWING.includes(name)) throw systemError('ENOSPC')
    const answer = work(begun)
    life.done(begun)
    requireLife()
    return answer
  }

  function requireLife(): void {
    if (!life.isAlive()) throw systemError('EIO')
  }

  function handleOf(handle: AppendHandle, path: string): AppendHandle {
    return {
      write: (bytes, offset, length) =>
        call('write', path, ({ how }) => {
          if (how !== 'half' && how !== 'part' && how !== 'short') return handle.write(bytes, offset, length)
          const written = handle.write(bytes, offset, Math.ceil(length / 2))
          if (how === 'half') life.die()
          if (how === 'part') isFull = true
          return written
        }),
      datasync: () => call('datasync', path, () => handle.datasync()),
      truncate: (sizeBytes) => call('truncate', path, () => handle.truncate(sizeBytes)),
      stat: () => call('stat', path, () => handle.stat()),
      close: () => handle.close(),
    }
  }

  return {
    ...disk,
    async ensureFolder(folder) {
      try {
        await call('ensureFolder', folder, () => disk.ensureFolder(folder))
      } catch (cause) {
        throw new CcError('The folder cannot be used.', { code: 'logging/folder-unusable', recovery: 'halt', cause })
      }
    },
    list: (folder) => call('list', folder, () => disk.list(folder)),
    look: (path) => call('look', path, () => disk.look(path)),
    open: (path) =>
      handleOf(
        call('open', path, () => disk.open(path)),
        path,
      ),
    openToRead(path) {
      const handle = call('openToRead', path, () => disk.openToRead(path))
      return {
        read: (bytes, offset, position) => call('read', path, () => handle.read(bytes, offset, position)),
        close: () => handle.close(),
      }
    },
    create: (path, bytes) => call('create', path, () => disk.create(path, bytes)),
    rename: (from, to) => call('rename', from, () => disk.rename(from, to)),
    remove: (path) => call('remove', path, () => disk.remove(path)),
    syncFolder: (folder) => call('syncFolder', folder, () => disk.syncFolder(folder)),
    put: (path, text) => call('put', path, () => disk.put(path, text)),
  }
}

function systemError(code: 'EIO' | 'ENOSPC'): Error {
  return Object.assign(new Error(`${code}: the disk did not take it`), { code })
}
