import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type AppendHandle, createAppendFile } from './append-file.js'

/** A disk of `capacityBytes` that writes at most `chunkBytes` at once. */
function smallDisk({ capacityBytes = Number.POSITIVE_INFINITY, chunkBytes = Number.POSITIVE_INFINITY } = {}) {
  let content = ''
  const calls: string[] = []
  const handle: AppendHandle = {
    async write(bytes, offset, length) {
      const room = Math.min(length, chunkBytes, capacityBytes - content.length)
      if (room <= 0) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
      content += Buffer.from(bytes.subarray(offset, offset + room)).toString()
      return { bytesWritten: room }
    },
    datasync: async () => void calls.push('datasync'),
    truncate: async (sizeBytes) => {
      content = content.slice(0, sizeBytes)
    },
    close: async () => void calls.push('close'),
  }
  return { handle, calls, content: () => content }
}

const options = { path: 'logs/a.jsonl', sizeBytes: 0, synced: true }

it('finishes a line that the system writes piece by piece', async () => {
  const disk = smallDisk({ chunkBytes: 3 })
  await createAppendFile(disk.handle, options).append('{"cycle":7}\n')
  expect(disk.content()).toBe('{"cycle":7}\n')
})

it('keeps the order of the calls, whole lines only', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.stringMatching(/^[a-z]{0,20}$/)), fc.integer({ min: 1, max: 9 }), async (words, n) => {
      const disk = smallDisk({ chunkBytes: n })
      const file = createAppendFile(disk.handle, options)
      await Promise.all(words.map((word) => file.append(`${word}\n`)))
      expect(disk.content()).toBe(words.map((word) => `${word}\n`).join(''))
    }),
  )
})

it('syncs each line where it is asked to, and only there', async () => {
  const synced = smallDisk()
  await createAppendFile(synced.handle, options).append('a\n')
  expect(synced.calls).toEqual(['datasync'])
  const unsynced = smallDisk()
  await createAppendFile(unsynced.handle, { ...options, synced: false }).append('a\n')
  expect(unsynced.calls).toEqual([])
})

it('cuts back to the last whole line on a full disk and refuses every later line', async () => {
  const disk = smallDisk({ capacityBytes: 12, chunkBytes: 5 })
  const file = createAppendFile(disk.handle, options)
  await file.append('first\n')
  const second = file.append('second line\n')
  const third = file.append('3\n')
  await expect(second).rejects.toMatchObject({
    code: 'logging/append-failed',
    recovery: 'halt',
    facts: { path: 'logs/a.jsonl', systemCode: 'ENOSPC' },
  })
  await expect(third).rejects.toMatchObject({ code: 'logging/append-refused' })
  expect(disk.content()).toBe('first\n')
  expect(file.refusing).toBe(true)
})

it('never tries a failed sync again', async () => {
  const disk = smallDisk()
  let syncs = 0
  const handle: AppendHandle = {
    ...disk.handle,
    async datasync() {
      syncs += 1
      throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' })
    },
  }
  const file = createAppendFile(handle, options)
  await expect(file.append('a\n')).rejects.toMatchObject({
    code: 'logging/append-failed',
    facts: { systemCode: 'EIO' },
  })
  await expect(file.append('b\n')).rejects.toMatchObject({ code: 'logging/append-refused' })
  expect(syncs).toBe(1)
  expect(disk.content()).toBe('')
})

it('takes a system that writes nothing for a failure', async () => {
  const disk = smallDisk()
  const handle: AppendHandle = { ...disk.handle, write: async () => ({ bytesWritten: 0 }) }
  await expect(createAppendFile(handle, options).append('a\n')).rejects.toMatchObject({ code: 'logging/append-failed' })
})

it('refuses lines after it was closed, and closes once', async () => {
  const disk = smallDisk()
  const file = createAppendFile(disk.handle, options)
  await file.close()
  await file.close()
  await expect(file.append('a\n')).rejects.toMatchObject({ code: 'logging/append-refused' })
  expect(disk.calls).toEqual(['close'])
})
