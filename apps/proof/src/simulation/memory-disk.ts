import type { AppendHandle, Disk, FileLook } from '@cc/logging'
import type { Random } from './seeded-random.ts'
import { count, type Tally } from './tally.ts'

/** How often a disk fails, as probabilities of one call. */
export type DiskRates = { full: number; shortWrite: number; syncError: number }

/** A disk in memory that can be full, fail, and lose what was not synced when the power goes. */
export type MemoryDisk = Disk & {
  /** A small file, replaced as a whole and on disk when it returns; `undefined` deletes. */
  put(path: string, text: string | undefined): void
  text(path: string): string | undefined
  /** What would be there after a power cut now. */
  durable(path: string): Uint8Array
  paths(): readonly string[]
  /** Cuts the power at the `calls`-th write, sync or rename from now on. */
  cutAfter(calls: number, onCut: () => void): void
  /** The power goes: of what was not synced any part may be lost. Nothing can be called until `start`. */
  cut(): void
  start(): void
  /** Somebody makes room. */
  free(): void
}

type MemoryFile = { ino: number; bytes: Uint8Array; sizeBytes: number; syncedBytes: number; named: boolean }

const OWNER_ONLY = 0o100600
const SHORT_LINE_BYTES = 1_000

/** @param rates read at every call, so that faults can be switched off */
export function createMemoryDisk(random: Random, rates: () => DiskRates, tally: Tally): MemoryDisk {
  const files = new Map<string, MemoryFile>()
  const texts = new Map<string, string>()
  const uid = process.getuid?.() ?? 0
  let inodes = 0
  let isOff = false
  let isFull = false
  let cutIn = Number.POSITIVE_INFINITY
  let onCut = () => {}

  function requirePower(): void {
    if (isOff) throw systemError('EIO', 'the machine is off')
  }

  /** Whether the power goes in the middle of this call. */
  function isCutHere(): boolean {
    cutIn -= 1
    if (cutIn > 0) return false
    cutIn = Number.POSITIVE_INFINITY
    return true
  }

  function cut(): void {
    isOff = true
    cutIn = Number.POSITIVE_INFINITY
    for (const [path, file] of files) {
      const loose = file.sizeBytes - file.syncedBytes
      if (loose > 0) {
        count(tally, 'disk/unsynced-at-cut')
        file.sizeBytes = file.syncedBytes + random.below(loose + 1)
        // What is there after the cut has come onto the disk.
        file.syncedBytes = file.sizeBytes
      }
      if (!file.named && random.chance(0.5)) files.delete(path)
    }
  }

  function cutNow(): never {
    cut()
    onCut()
    throw systemError('EIO', 'the machine went off')
  }

  function create(): MemoryFile {
    inodes += 1
    return { ino: inodes, bytes: new Uint8Array(4096), sizeBytes: 0, syncedBytes: 0, named: false }
  }

  function fileAt(path: string): MemoryFile {
    const file = files.get(path)
    if (file === undefined) throw systemError('ENOENT', `no file ${path}`)
    return file
  }

  function lookOf({ ino, sizeBytes }: MemoryFile): FileLook {
    return { ino, sizeBytes, nlink: 1, mode: OWNER_ONLY, uid, isFile: true }
  }

  function append(file: MemoryFile, bytes: Uint8Array): void {
    const end = file.sizeBytes + bytes.length
    if (end > file.bytes.length) {
      const roomy = new Uint8Array(2 * end)
      roomy.set(file.bytes.subarray(0, file.sizeBytes))
      file.bytes = roomy
    }
    file.bytes.set(bytes, file.sizeBytes)
    file.sizeBytes = end
  }

  function write(file: MemoryFile, wanted: Uint8Array): number {
    requirePower()
    const { full, shortWrite } = rates()
    if (isCutHere()) {
      append(file, wanted.subarray(0, random.below(wanted.length + 1)))
      cutNow()
    }
    // A little room is left sometimes: for a short line, not for a record.
    const fits = isFull && wanted.length < SHORT_LINE_BYTES && random.chance(0.5)
    if ((isFull && !fits) || random.chance(full)) {
      isFull = true
      count(tally, 'fault/disk-full')
      if (random.chance(0.5)) throw systemError('ENOSPC', 'no space left')
      const part = random.below(wanted.length)
      append(file, wanted.subarray(0, part))
      return part
    }
    const isShort = random.chance(shortWrite)
    if (isShort) count(tally, 'fault/short-write')
    const taken = isShort ? 1 + random.below(wanted.length) : wanted.length
    append(file, wanted.subarray(0, taken))
    return taken
  }

  function datasync(file: MemoryFile): void {
    requirePower()
    if (isCutHere()) cutNow()
    if (random.chance(rates().syncError)) {
      count(tally, 'fault/sync-error')
      throw systemError('EIO', 'the disk did not take it')
    }
    file.syncedBytes = file.sizeBytes
    if (isCutHere()) cutNow()
  }

  function handleOf(file: MemoryFile): AppendHandle {
    return {
      write: (bytes, offset, length) => write(file, bytes.subarray(offset, offset + length)),
      datasync: () => datasync(file),
      truncate(sizeBytes) {
        requirePower()
        file.sizeBytes = Math.min(file.sizeBytes, sizeBytes)
        file.syncedBytes = Math.min(file.syncedBytes, sizeBytes)
      },
      stat() {
        requirePower()
        return lookOf(file)
      },
      close: () => {},
    }
  }

  return {
    async ensureFolder() {
      requirePower()
    },
    list(folder) {
      requirePower()
      return [...files.keys()]
        .filter((path) => path.startsWith(`${folder}/`))
        .map((path) => path.slice(folder.length + 1))
    },
    look(path) {
      requirePower()
      const file = files.get(path)
      return file && lookOf(file)
    },
    open(path) {
      requirePower()
      const file = files.get(path) ?? create()
      files.set(path, file)
      return handleOf(file)
    },
    openToRead(path) {
      requirePower()
      const file = fileAt(path)
      return {
        read(bytes, offset, position) {
          requirePower()
          const piece = file.bytes.subarray(position, Math.min(file.sizeBytes, position + bytes.length - offset))
          bytes.set(piece, offset)
          return piece.length
        },
        close: () => {},
      }
    },
    create(path, bytes) {
      requirePower()
      if (files.has(path)) throw systemError('EEXIST', `there is a file ${path}`)
      const file = create()
      append(file, bytes)
      file.syncedBytes = file.sizeBytes
      files.set(path, file)
    },
    rename(from, to) {
      requirePower()
      if (isCutHere()) cutNow()
      files.set(to, fileAt(from))
      files.delete(from)
    },
    remove(path) {
      requirePower()
      fileAt(path)
      files.delete(path)
    },
    syncFolder(folder) {
      requirePower()
      if (isCutHere()) cutNow()
      for (const [path, file] of files) if (path.startsWith(`${folder}/`)) file.named = true
    },
    // Too little for a ballast: filling four megabytes in every world proves nothing.
    freeBytes: () => 0,

    put(path, text) {
      requirePower()
      if (isCutHere()) cutNow()
      if (text === undefined) texts.delete(path)
      else if (isFull) throw systemError('ENOSPC', 'no space left')
      else texts.set(path, text)
      if (isCutHere()) cutNow()
    },
    text: (path) => texts.get(path),
    durable(path) {
      const file = files.get(path)
      return file === undefined ? new Uint8Array() : file.bytes.subarray(0, file.syncedBytes)
    },
    paths: () => [...files.keys()],
    cutAfter(calls, then) {
      cutIn = calls
      onCut = then
    },
    cut,
    start() {
      isOff = false
      cutIn = Number.POSITIVE_INFINITY
    },
    free() {
      isFull = false
    },
  }
}

function systemError(code: string, message: string): Error {
  return Object.assign(new Error(`${code}: ${message}`), { code })
}
