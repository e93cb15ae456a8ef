import { type FileHandle, open } from 'node:fs/promises'
import { systemCodeOf } from './failure.js'

const NEWLINE = 0x0a
const CHUNK_BYTES = 64 * 1024

/**
 * Cuts a file back to its last newline and keeps the bytes behind it as `<file>.torn-<n>`, n = 1, 2 …
 * Only a last line can be torn: an append that was acknowledged ends in a newline. Resolves to the size
 * of what stays.
 */
export async function removeTornTail(
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
      const aside = await open(`${path}.torn-${n}`, 'wx', 0o600)
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
