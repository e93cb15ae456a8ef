import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AppendFile } from './append-file.js'
import { gatherLines } from './gather-lines.js'

/** A file that keeps what each append brought, and fails from the `failsAt`-th on. */
function fileInMemory({ failsAt = Number.POSITIVE_INFINITY } = {}) {
  const appends: string[] = []
  let calls = 0
  let open = true
  const file: AppendFile = {
    full: true,
    append(lines) {
      if (!open) throw new Error('closed')
      calls += 1
      if (calls > failsAt) throw new Error('refused')
      if (calls === failsAt) throw new Error('no room')
      appends.push(lines.toString())
    },
    appendLast: () => true,
    close() {
      open = false
    },
  }
  return { file, appends, isOpen: () => open }
}

const bytes = (line: string) => Buffer.from(line)

describe('gatherLines', () => {
  it('appends whole lines in their order, all of them by the end, and holds no more back than it may', () => {
    const words = fc.array(fc.string({ unit: 'grapheme', maxLength: 12 }))
    fc.assert(
      fc.property(words, fc.integer({ min: 1, max: 40 }), (texts, mostBytes) => {
        const { file, appends, isOpen } = fileInMemory()
        const gathered = gatherLines(file, mostBytes)
        const scratch = Buffer.alloc(100)
        let all = ''
        for (const text of texts) {
          const line = `${text}\n`
          // The caller uses the bytes of a line again for the next.
          gathered.append(scratch.subarray(0, scratch.write(line)))
          all += line
          const written = appends.join('')
          expect(all.startsWith(written)).toBe(true)
          expect(Buffer.byteLength(all) - Buffer.byteLength(written)).toBeLessThanOrEqual(mostBytes)
        }
        gathered.close()
        expect(appends.join('')).toBe(all)
        expect(appends.every((lines) => lines.endsWith('\n'))).toBe(true)
        expect(isOpen()).toBe(false)
      }),
    )
  })

  it('tells of a failure where it comes up, and takes nothing after it', () => {
    const { file, appends, isOpen } = fileInMemory({ failsAt: 2 })
    const gathered = gatherLines(file, 4)
    for (const line of ['1\n', '2\n', '3\n', '4\n']) gathered.append(bytes(line))
    expect(() => gathered.append(bytes('5\n'))).toThrow('no room')
    expect(() => gathered.append(bytes('6\n'))).toThrow('refused')
    expect(gathered.full).toBe(false)
    expect(gathered.appendLast(bytes('stop\n'))).toBe(false)
    gathered.close()
    expect(appends).toEqual(['1\n2\n'])
    expect(isOpen()).toBe(false)
  })

  it('takes nothing after a line too long to wait found no room', () => {
    const gathered = gatherLines(fileInMemory({ failsAt: 1 }).file, 4)
    expect(() => gathered.append(bytes('longer\n'))).toThrow('no room')
    expect(() => gathered.append(bytes('2\n'))).toThrow('refused')
  })

  it('closes the file also where the last lines find no room, and says so', () => {
    const { file, isOpen } = fileInMemory({ failsAt: 1 })
    const gathered = gatherLines(file, 10)
    gathered.append(bytes('1\n'))
    expect(() => gathered.close()).toThrow('no room')
    expect(isOpen()).toBe(false)
    gathered.close()
    expect(() => gathered.append(bytes('2\n'))).toThrow('closed')
  })
})
