import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type ChainedLog, chainedLog, dayFile, linkAt, writeFiles } from '../test/chained-log.js'
import { failedCycle, filled, intent } from '../test/records.js'
import { tempFolder } from '../test/temp-folder.js'
import { chainLine } from './chained-line.js'
import { verifyLog } from './verify.js'

const noon = Date.UTC(2026, 0, 2, 12)
const decision = (cycle: number) => ({ ...failedCycle(noon, cycle), policy: 'é{"seq":1}' })

const intents = chainedLog('intents', { 'intents.jsonl': [intent('a'), filled('a'), 'life', intent('b')] })
const twoDays = chainedLog('decisions', {
  [dayFile(2)]: [decision(0), decision(1), 'life', decision(2)],
  [dayFile(3)]: [decision(3), decision(4)],
})

it('finds nothing in a folder without logs', async () => {
  const { logs } = await verifyLog(tempFolder())
  const nothing = { files: [], lines: 0, last: null, firstBad: null, tornTail: null }
  expect(logs).toEqual([
    { name: 'decisions', ...nothing },
    { name: 'intents', ...nothing },
  ])
})

it('follows both logs over all their files and lives', async () => {
  const folder = tempFolder()
  writeFiles(folder, new Map([...twoDays, ...intents]))
  const clean = { firstBad: null, tornTail: null }
  const { logs } = await verifyLog(folder)
  const [lastDecision, lastIntent] = [twoDays.get(dayFile(3))?.at(-1), intents.get('intents.jsonl')?.at(-1)]
  expect(logs).toEqual([
    { name: 'decisions', files: [dayFile(2), dayFile(3)], lines: 8, last: linkAt(lastDecision), ...clean },
    { name: 'intents', files: ['intents.jsonl'], lines: 5, last: linkAt(lastIntent), ...clean },
  ])
})

/** Some days, each with some records and perhaps a second life. */
const anyLog: fc.Arbitrary<ChainedLog> = fc
  .array(fc.array(fc.oneof({ weight: 4, arbitrary: fc.nat(1e6) }, fc.constant('life' as const)), { maxLength: 5 }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((days) =>
    chainedLog(
      'decisions',
      Object.fromEntries(
        days.map((records, day) => [dayFile(day + 2), records.map((one) => (one === 'life' ? one : decision(one)))]),
      ),
    ),
  )

type Damaged = Map<string, Buffer>
type Damage = { name: string; of: (log: ChainedLog, draw: fc.GeneratorValue) => Damaged }

/** Draws one of a list's places. */
function place(draw: fc.GeneratorValue, length: number): number {
  return draw(fc.nat, length - 1)
}

function withLines(log: ChainedLog, draw: fc.GeneratorValue, change: (lines: string[], at: number) => void): Damaged {
  const names = [...log.keys()]
  const chosen = names[place(draw, names.length)]
  return new Map(
    [...log].map(([name, lines]) => {
      const changed = [...lines]
      if (name === chosen) change(changed, place(draw, lines.length))
      return [name, Buffer.from(changed.join(''))]
    }),
  )
}

function withBytes(log: ChainedLog, draw: fc.GeneratorValue, change: (bytes: Buffer, at: number) => Buffer): Damaged {
  const names = [...log.keys()]
  const chosen = names[place(draw, names.length)]
  return new Map(
    [...log].map(([name, lines]) => {
      const bytes = Buffer.from(lines.join(''))
      return [name, name === chosen ? change(bytes, place(draw, bytes.length)) : bytes]
    }),
  )
}

/** Two lines change places, within a file or over two. */
function withSwapped(log: ChainedLog, draw: fc.GeneratorValue): Damaged {
  const all = [...log.values()].flat()
  const [a, b] = [place(draw, all.length), place(draw, all.length)]
  const swapped = all.with(a, all[b] as string).with(b, all[a] as string)
  return new Map([...log].map(([name, { length }]) => [name, Buffer.from(swapped.splice(0, length).join(''))]))
}

const damages: Damage[] = [
  {
    name: 'a byte is flipped',
    of: (log, draw) =>
      withBytes(log, draw, (bytes, at) => {
        bytes[at] = (bytes[at] as number) ^ draw(fc.integer, { min: 1, max: 255 })
        return bytes
      }),
  },
  {
    name: 'a byte is lost',
    of: (log, draw) =>
      withBytes(log, draw, (bytes, at) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)])),
  },
  { name: 'a file is cut', of: (log, draw) => withBytes(log, draw, (bytes, at) => bytes.subarray(0, at)) },
  { name: 'a line is dropped', of: (log, draw) => withLines(log, draw, (lines, at) => lines.splice(at, 1)) },
  {
    name: 'a line stands twice',
    of: (log, draw) => withLines(log, draw, (lines, at) => lines.splice(at, 0, lines[at] as string)),
  },
  { name: 'two lines are swapped', of: withSwapped },
  {
    name: 'a line comes in between',
    of: (log, draw) =>
      withLines(log, draw, (lines, at) =>
        lines.splice(
          at,
          0,
          draw(fc.constantFrom, '\n', '{}\n', '\0\n', '{"kind":"header"}\n', `${JSON.stringify(decision(7))}\n`),
        ),
      ),
  },
  {
    name: 'an older copy takes a file’s place',
    of: (log, draw) => withLines(log, draw, (lines, at) => lines.splice(at)),
  },
  {
    name: 'a file is gone',
    of: (log, draw) => {
      const gone = place(draw, log.size)
      return new Map(
        [...log].filter((_, at) => at !== gone).map(([name, lines]) => [name, Buffer.from(lines.join(''))]),
      )
    },
  },
]

it.each(damages)('names the first line that is not as it was written, where $name', async ({ of }) => {
  const folder = tempFolder()
  await fc.assert(
    fc.asyncProperty(anyLog, fc.gen(), fc.boolean(), async (log, draw, schemas) => {
      const damaged = of(log, draw)
      writeFiles(folder, damaged)
      const [found] = (await verifyLog(folder, { schemas })).logs
      const { lines, firstBad, tornTail } = firstDifference(log, damaged)
      const tail = tornTail && { ...tornTail, bytes: expect.any(Number) }
      expect(found).toMatchObject({ lines, firstBad, tornTail: tail })
    }),
    { numRuns: 300 },
  )
})

/** What has to be found: lines of the damaged files are held against those that were written, one after another. */
function firstDifference(log: ChainedLog, damaged: Damaged) {
  const written = [...log.values()].flat()
  let lines = 0
  for (const [file, bytes] of damaged) {
    let offset = 0
    for (let lineNumber = 1; offset < bytes.length; lineNumber += 1) {
      const newline = bytes.indexOf('\n', offset)
      const isLastFile = file === [...damaged.keys()].at(-1)
      if (newline === -1 && isLastFile) return { lines, firstBad: null, tornTail: { file, offset } }
      const line = bytes.subarray(offset, newline + 1)
      if (newline === -1 || !line.equals(Buffer.from(written[lines] ?? ''))) {
        return { lines, firstBad: { file, lineNumber, offset }, tornTail: null }
      }
      lines += 1
      offset = newline + 1
    }
  }
  return { lines, firstBad: null, tornTail: null }
}

it('names the line behind one that somebody chained in between', async () => {
  const folder = tempFolder()
  const lines = twoDays.get(dayFile(3)) ?? []
  const forged = chainLine(JSON.stringify(decision(9)), linkAt(lines[1])).line
  writeFiles(folder, new Map([...twoDays, [dayFile(3), lines.toSpliced(2, 0, forged)]]))
  const [found] = (await verifyLog(folder)).logs
  expect(found?.firstBad).toMatchObject({ lineNumber: 4, problem: 'has seq 7 where 8 was expected' })
})

it('cannot see a cut after a line of the last file, nor that the last file is gone', async () => {
  const folder = tempFolder()
  const lines = twoDays.get(dayFile(3)) ?? []
  for (const kept of lines.keys()) {
    writeFiles(folder, new Map([...twoDays, [dayFile(3), lines.slice(0, kept)]]))
    expect((await verifyLog(folder)).logs[0]).toMatchObject({ lines: 5 + kept, firstBad: null, tornTail: null })
  }
  writeFiles(folder, new Map([...twoDays].slice(0, 1)))
  expect((await verifyLog(folder)).logs[0]).toMatchObject({ lines: 5, firstBad: null, tornTail: null })
})

it.each([
  ['a folder that is not there', 'none', 'logging/folder-unusable'],
  ['a link in place of a file', 'link', 'logging/file-unusable'],
  ['a folder in place of a file', 'folder', 'logging/file-unusable'],
])('refuses %s', async (_, what, code) => {
  const folder = tempFolder()
  const path = join(folder, 'intents.jsonl')
  if (what === 'link') symlinkSync('/dev/zero', path)
  if (what === 'folder') mkdirSync(path)
  await expect(verifyLog(what === 'none' ? join(folder, 'none') : folder)).rejects.toMatchObject({ code })
})
