import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { systemError } from '../test/failing-disk.js'
import { memoryDisk } from '../test/memory-disk.js'
import { tempFolder } from '../test/temp-folder.js'
import { nodeDisk } from './node-disk.js'
import { LONGEST_LINE_BYTES, PIECE_BYTES, readLines } from './read-lines.js'

function linesOf(content: Uint8Array) {
  const path = join(tempFolder(), 'a.jsonl')
  writeFileSync(path, content)
  return [...mapped(path)]
}

/** The reader's memory is its own, so lines are copied as they come. */
function* mapped(path: string) {
  for (const { bytes, ...line } of readLines(path, nodeDisk)) yield { ...line, text: bytes.toString('latin1') }
}

it('gives every line with its place, and what stands behind the last newline', () => {
  const path = join(tempFolder(), 'a.jsonl')
  fc.assert(
    fc.property(fc.stringMatching(/^[a\n\0\r\xff]*$/), (content) => {
      writeFileSync(path, content, 'latin1')
      const lines = [...mapped(path)]
      expect(lines.map(({ text, ended }) => text + (ended ? '\n' : '')).join('')).toBe(content)
      for (const [index, { text, sizeBytes, lineNumber, offset, ended }] of lines.entries()) {
        expect([text.includes('\n'), ended || index === lines.length - 1]).toEqual([false, true])
        expect({ sizeBytes, lineNumber }).toEqual({ sizeBytes: text.length, lineNumber: index + 1 })
        expect(content.slice(offset, offset + sizeBytes)).toBe(text)
      }
    }),
  )
})

it('puts lines together that lie across several pieces of the file', () => {
  const sizes = [PIECE_BYTES - 1, 0, PIECE_BYTES, 5, PIECE_BYTES + 1, 3 * PIECE_BYTES, LONGEST_LINE_BYTES, 1]
  const content = Buffer.concat(
    sizes.map((size, at) => Buffer.concat([Buffer.alloc(size, 97 + at), Buffer.from('\n')])),
  )
  const lines = linesOf(content)
  expect(lines.map(({ sizeBytes }) => sizeBytes)).toEqual(sizes)
  for (const [at, { text, offset }] of lines.entries()) {
    expect(text === String.fromCharCode(97 + at).repeat(sizes[at] ?? 0)).toBe(true)
    expect(content[offset - 1] ?? 0x0a).toBe(0x0a)
  }
})

it.each([1, PIECE_BYTES, 2 * LONGEST_LINE_BYTES])(
  'holds only the beginning of a line that is %i bytes too long',
  (by) => {
    const long = Buffer.alloc(LONGEST_LINE_BYTES + by, 'x')
    const [first, second, last] = linesOf(Buffer.concat([long, Buffer.from('\nb\n'), long]))
    const size = { sizeBytes: long.length }
    expect(first).toMatchObject({ ...size, offset: 0, ended: true })
    expect(first?.text.length).toBe(LONGEST_LINE_BYTES)
    expect(second).toEqual({ text: 'b', sizeBytes: 1, lineNumber: 2, offset: long.length + 1, ended: true })
    expect(last).toMatchObject({ ...size, lineNumber: 3, offset: long.length + 3, ended: false })
  },
)

it('refuses what is no regular file, and does not wait for one', () => {
  const folder = tempFolder()
  const path = (name: string) => join(folder, name)
  mkdirSync(path('folder'))
  symlinkSync('/dev/zero', path('link'))
  execFileSync('mkfifo', [path('pipe')])
  for (const name of ['folder', 'link', 'pipe', 'nothing']) {
    expect(() => [...readLines(path(name), nodeDisk)], name).toThrow(
      expect.objectContaining({ code: 'logging/file-unusable', recovery: 'halt' }),
    )
  }
})

it('names the file that cannot be read on', () => {
  const { disk, files } = memoryDisk()
  files.set('/logs/a', { ino: 1, bytes: Buffer.from('whole\n') })
  const openToRead: typeof disk.openToRead = (file) => ({
    ...disk.openToRead(file),
    read: () => {
      throw systemError('EIO')
    },
  })
  expect(() => [...readLines('/logs/a', { ...disk, openToRead })]).toThrow(
    expect.objectContaining({ code: 'logging/file-unusable', facts: { path: '/logs/a', systemCode: 'EIO' } }),
  )
})
