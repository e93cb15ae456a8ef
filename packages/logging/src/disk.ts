/** What the system says of a file. `ino` is its number on the disk, which a new file under an old name does not share. */
export type FileLook = { ino: number; sizeBytes: number; nlink: number; mode: number; uid: number; isFile: boolean }

/** An open file, as an append needs it. */
export type AppendHandle = {
  /** Bytes written: fewer than asked for where the system took no more. */
  write(bytes: Uint8Array, offset: number, length: number): number
  /** What was written is on disk when it returns. */
  datasync(): void
  truncate(sizeBytes: number): void
  stat(): FileLook
  close(): void
}

/** An open file, as a reader needs it. */
export type ReadHandle = {
  /** Reads from a place in the file into `bytes` from `offset` on. How many it read: 0 at the end. */
  read(bytes: Uint8Array, offset: number, position: number): number
  close(): void
}

/**
 * All that a record needs of a disk. Node's own unless another is given: one in memory, or one that fails. Every call
 * throws what the system throws, with its `code` (`ENOSPC`), but for `ensureFolder`.
 */
export type Disk = {
  /**
   * The folder is there and nobody else chooses what lies in it.
   *
   * @throws CcError `logging/folder-unusable`
   */
  ensureFolder(folder: string): Promise<void>
  /** Names of what lies in a folder. */
  list(folder: string): readonly string[]
  /** What lies under a name now; `undefined` where nothing does. */
  look(path: string): FileLook | undefined
  /** For appending, created for its owner only where it is missing. Never follows a link. */
  open(path: string): AppendHandle
  /** A regular file for reading. Never follows a link, and never waits. */
  openToRead(path: string): ReadHandle
  /** A file that was not there (`EEXIST`), for its owner only, with its bytes on disk. */
  create(path: string, bytes: Uint8Array): void
  rename(from: string, to: string): void
  remove(path: string): void
  /** The names in a folder are on disk when it returns. */
  syncFolder(folder: string): void
  /** Room on the disk that the folder is on. */
  freeBytes(folder: string): number
}
