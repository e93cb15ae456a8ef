import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createAppendFile } from './append-file.js'
import type { AppendHandle, FileLook } from './disk.js'

const path = 'logs/a.jsonl'
const look: FileLook = { ino: 7, sizeBytes: 0, nlink: 1, mode: 0o100600, uid: 0, isFile: true }

/** A file in memory, on a disk of `capacityBytes` that writes at most `chunkBytes` at once. */
function smallDisk({ capacityBytes = Number.POSITIVE_INFINITY, chunkBytes = Number.POSITIVE_INFINITY } = {}) {
  let content = Buffer.alloc(0)
  const calls: string[] = []
  const disk = { capacityBytes, change: {} as Partial<FileLook>, deleted: false }
  const lookNow = (): FileLook => ({ ...look, sizeBytes: content.length, ...disk.change })
  const handle: AppendHandle = {
    write(line, offset, length) {
      const room = Math.min(length, chunkBytes, disk.capacityBytes - content.length)
      if (room <= 0) throw systemError('ENOSPC')
      content = Buffer.concat([content, line.subarray(offset, offset + room)])
      return room
    },
    datasync: () => void calls.push('datasync'),
    truncate: (sizeBytes) => {
      content = content.subarray(0, sizeBytes)
    },
    stat: lookNow,
    close: () => void calls.push('close'),
  }
  const open = (handles: Partial<AppendHandle> = {}, synced = true) =>
    createAppendFile(
      { ...handle, ...handles },
      { path, look, synced },
      { look: () => (disk.deleted ? undefined : lookNow()) },
    )
  return { disk, calls, open, handle, content: () => content.toString() }
}

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: the system says no`), { code })
}

const bytes = (line: string) => Buffer.from(line)
const failed = (systemCode: string | null) =>
  expect.objectContaining({ code: 'logging/append-failed', recovery: 'halt', facts: { path, systemCode } })
const refused = expect.objectContaining({ code: 'logging/append-refused', recovery: 'halt' })

it('finishes lines that the system writes piece by piece, in the order of the calls', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'grapheme', maxLength: 20 })),
      fc.integer({ min: 1, max: 9 }),
      (words, chunkBytes) => {
        const { open, content } = smallDisk({ chunkBytes })
        const file = open()
        for (const word of words) file.append(bytes(`${word}\n`))
        expect(content()).toBe(words.map((word) => `${word}\n`).join(''))
      },
    ),
  )
})

it.each([
  [true, ['datasync', 'datasync']],
  [false, []],
])('syncs each line where synced is %s', (synced, calls) => {
  const disk = smallDisk()
  const file = disk.open({}, synced)
  file.append(bytes('a\n'))
  file.append(bytes('b\n'))
  expect(disk.calls).toEqual(calls)
})

it('cuts back to the last whole line on a full disk and refuses every later line', () => {
  const { open, content, disk } = smallDisk({ capacityBytes: 12, chunkBytes: 5 })
  const file = open()
  file.append(bytes('first\n'))
  expect(() => file.append(bytes('second line\n'))).toThrow(failed('ENOSPC'))
  disk.capacityBytes = 100
  expect(() => file.append(bytes('3\n'))).toThrow(refused)
  expect(content()).toBe('first\n')
})

it.each(['ENOSPC', 'EDQUOT', 'EFBIG'])('takes one last line after %s, once there is room again', (code) => {
  let calls = 0
  const { open, content } = smallDisk()
  const file = open({
    datasync: () => {
      calls += 1
      if (calls === 2) throw systemError(code)
    },
  })
  file.append(bytes('first\n'))
  expect(file.full).toBe(false)
  expect(() => file.append(bytes('second\n'))).toThrow(failed(code))
  expect(file.full).toBe(true)
  expect(file.appendLast(bytes('stop\n'))).toBe(true)
  expect(file.appendLast(bytes('again\n'))).toBe(false)
  expect(() => file.append(bytes('third\n'))).toThrow(refused)
  expect(content()).toBe('first\nstop\n')
})

it('leaves no half of a last line that found no room either', () => {
  const { open, content } = smallDisk({ capacityBytes: 8, chunkBytes: 4 })
  const file = open()
  file.append(bytes('first\n'))
  expect(() => file.append(bytes('second\n'))).toThrow(failed('ENOSPC'))
  expect(file.appendLast(bytes('stop\n'))).toBe(false)
  expect(content()).toBe('first\n')
})

it('never tries a failed sync again, and takes no last line after one', () => {
  let syncs = 0
  const { open, content } = smallDisk()
  const file = open({
    datasync: () => {
      syncs += 1
      throw systemError('EIO')
    },
  })
  expect(() => file.append(bytes('a\n'))).toThrow(failed('EIO'))
  expect(() => file.append(bytes('b\n'))).toThrow(refused)
  expect(file.appendLast(bytes('stop\n'))).toBe(false)
  expect(syncs).toBe(1)
  expect(content()).toBe('')
})

it('takes a system that writes nothing for a full disk', () => {
  const file = smallDisk().open({ write: () => 0 })
  expect(() => file.append(bytes('a\n'))).toThrow(failed(null))
  expect(file.full).toBe(true)
})

it.each<[string, Partial<FileLook>, string]>([
  ['replaced', { ino: 8 }, 'another file was put in its place'],
  ['cut', { sizeBytes: 1 }, 'it was cut to 1 bytes, 2 were left'],
  ['grown', { sizeBytes: 3 }, 'another writer appended to it'],
  ['linked', { nlink: 2 }, 'it was given a second name'],
  ['made read-only', { mode: 0o100400 }, 'its mode was changed'],
])('writes nothing into a file that was %s', (_, change, problem) => {
  const { open, content, disk } = smallDisk()
  const file = open()
  file.append(bytes('a\n'))
  disk.change = change
  expect(() => file.append(bytes('b\n'))).toThrow(
    expect.objectContaining({
      code: 'logging/file-changed',
      recovery: 'halt',
      message: `Nothing is appended to ${path}: ${problem}.`,
    }),
  )
  disk.change = {}
  expect(() => file.append(bytes('c\n'))).toThrow(refused)
  expect(content()).toBe('a\n')
})

it('writes nothing into a file that was deleted', () => {
  const { open, disk } = smallDisk()
  const file = open()
  disk.deleted = true
  expect(() => file.append(bytes('a\n'))).toThrow(expect.objectContaining({ code: 'logging/file-changed' }))
})

it('does not cut off what another writer put behind a line that failed', () => {
  const { open, content, handle } = smallDisk()
  const file = open({
    datasync: () => {
      handle.write(Buffer.from('other\n'), 0, 6)
      throw systemError('ENOSPC')
    },
  })
  expect(() => file.append(bytes('a\n'))).toThrow(failed('ENOSPC'))
  expect(content()).toBe('a\nother\n')
  expect(file.full).toBe(false)
})

it('refuses lines after it was closed, and closes once', () => {
  const { open, calls } = smallDisk()
  const file = open()
  file.close()
  file.close()
  expect(() => file.append(bytes('a\n'))).toThrow(refused)
  expect(file.appendLast(bytes('a\n'))).toBe(false)
  expect(calls).toEqual(['close'])
})
