import { basename, dirname } from 'node:path'
import type { AppendHandle, Disk, FileLook } from '../src/disk.js'
import { systemError } from './failing-disk.js'

type File = { ino: number; bytes: Buffer }

/** A disk in memory, without folders of its own: they are there. `files` is what lies on it, by path. */
export function memoryDisk({ freeBytes = 0 }: { freeBytes?: number } = {}) {
  const files = new Map<string, File>()
  let lastIno = 0

  function made(path: string): File {
    lastIno += 1
    const file = { ino: lastIno, bytes: Buffer.alloc(0) }
    files.set(path, file)
    return file
  }

  function found(path: string): File {
    const file = files.get(path)
    if (file === undefined) throw systemError('ENOENT')
    return file
  }

  const disk: Disk = {
    ensureFolder: async () => {},
    list: (folder) => [...files.keys()].filter((path) => dirname(path) === folder).map((path) => basename(path)),
    look(path) {
      const file = files.get(path)
      return file && lookOf(file)
    },
    open: (path) => appendTo(files.get(path) ?? made(path)),
    openToRead(path) {
      const file = found(path)
      return {
        read: (bytes, offset, position) => file.bytes.copy(bytes, offset, position, position + bytes.length - offset),
        close: () => {},
      }
    },
    create(path, bytes) {
      if (files.has(path)) throw systemError('EEXIST')
      made(path).bytes = Buffer.from(bytes)
    },
    rename(from, to) {
      files.set(to, found(from))
      files.delete(from)
    },
    remove(path) {
      found(path)
      files.delete(path)
    },
    syncFolder: () => {},
    freeBytes: () => freeBytes,
  }
  return { disk, files }
}

function appendTo(file: File): AppendHandle {
  return {
    write(bytes, offset, length) {
      file.bytes = Buffer.concat([file.bytes, bytes.subarray(offset, offset + length)])
      return length
    },
    datasync: () => {},
    truncate(sizeBytes) {
      file.bytes = Buffer.from(file.bytes.subarray(0, sizeBytes))
    },
    stat: () => lookOf(file),
    close: () => {},
  }
}

function lookOf({ ino, bytes }: File): FileLook {
  return { ino, sizeBytes: bytes.length, nlink: 1, mode: 0o100600, uid: process.getuid?.() ?? 0, isFile: true }
}
