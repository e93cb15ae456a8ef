import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RECORD_SCHEMA_VERSION } from '@cc/models'
import { expect, it } from 'vitest'
import { chainedLog, dayFile, header, linkAt, writeFiles } from '../test/chained-log.js'
import { memoryDisk } from '../test/memory-disk.js'
import { failedCycle } from '../test/records.js'
import { tempFolder } from '../test/temp-folder.js'
import { CHAIN_START, chainLine } from './chained-line.js'
import { verifyLog } from './verify.js'
import { walkLog } from './walk-log.js'

const noon = Date.UTC(2026, 0, 2, 12)
const log = chainedLog('decisions', {
  [dayFile(2)]: [failedCycle(noon, 0), failedCycle(noon, 1)],
  [dayFile(3)]: [failedCycle(noon, 2)],
  [dayFile(4)]: [failedCycle(noon, 3)],
})
const [first = '', second = '', third = ''] = log.get(dayFile(2)) ?? []
const [secondDay, thirdDay] = [log.get(dayFile(3))?.join('') ?? '', log.get(dayFile(4))?.join('') ?? '']
const firstDay = first + second + third

const left = { file: dayFile(2), ...linkAt(third) }
const text = (record: object) => JSON.stringify(record)
const behindThird = (record: object) => chainLine(text(record), left).line

/** What the chain itself shows: one file of the first day, or several. */
const chained: [what: string, files: (string | Buffer)[], bad: { day: number; lineNumber: number; problem: string }][] =
  [
    ['nothing but a newline', ['\n'], { day: 2, lineNumber: 1, problem: 'is empty' }],
    ['an empty line', [`${first}\n${second}`], { day: 2, lineNumber: 2, problem: 'is empty' }],
    [
      'line ends of another system',
      [firstDay.replaceAll('\n', '\r\n')],
      { day: 2, lineNumber: 1, problem: 'ends in a carriage return' },
    ],
    ['a byte order mark', [`\ufeff${firstDay}`], { day: 2, lineNumber: 1, problem: 'begins with a byte order mark' }],
    [
      'a block of zeros',
      [`${first}${'\0'.repeat(4096)}\n${second}`],
      { day: 2, lineNumber: 2, problem: 'holds NUL bytes' },
    ],
    [
      'zeros within a line',
      [first + second.replace('No answer', '\0'.repeat(9))],
      { day: 2, lineNumber: 2, problem: 'holds NUL bytes' },
    ],
    [
      'a line of 50 MB',
      [`${first}${' '.repeat(50_000_000)}\n${second}`],
      { day: 2, lineNumber: 2, problem: 'is 50000000 bytes long' },
    ],
    [
      'bytes that are no UTF-8',
      [Buffer.from(first.replace('sim', 's\xffm'), 'latin1')],
      { day: 2, lineNumber: 1, problem: 'is not UTF-8' },
    ],
    [
      'half a line',
      [`${first}${second.slice(0, 90)}\n${third}`],
      { day: 2, lineNumber: 2, problem: 'is not a JSON object' },
    ],
    ['a list', [`${first}[]\n`], { day: 2, lineNumber: 2, problem: 'is not a JSON object' }],
    [
      'a record that was never chained',
      [`${text(failedCycle(noon))}\n`],
      { day: 2, lineNumber: 1, problem: 'does not end in its seq and hash' },
    ],
    [
      'a hash in capitals',
      [first.replace(/[0-9a-f]{64}"}$/m, (hash) => hash.toUpperCase())],
      { day: 2, lineNumber: 1, problem: 'does not end in its seq and hash' },
    ],
    [
      'a changed figure',
      [firstDay.replace('"cycle":1', '"cycle":2')],
      { day: 2, lineNumber: 3, problem: 'does not fit its hash: it was changed, or written behind another line' },
    ],
    ['a gap', [first + third], { day: 2, lineNumber: 2, problem: 'has seq 2 where 1 was expected' }],
    ['a step back', [first + second + first], { day: 2, lineNumber: 3, problem: 'has seq 0 where 2 was expected' }],
    [
      'no header',
      [chainLine(text(failedCycle(noon)), CHAIN_START).line],
      { day: 2, lineNumber: 1, problem: 'is no header, as the first line of a file is' },
    ],
    [
      'no header in a later file',
      [firstDay, behindThird(failedCycle(noon))],
      { day: 3, lineNumber: 1, problem: 'is no header, as the first line of a file is' },
    ],
    [
      'a header of the other log',
      [firstDay, behindThird(header('intents', left))],
      { day: 3, lineNumber: 1, problem: 'is a header of the intents, in a file of the decisions' },
    ],
    [
      'a header that lacks something',
      [firstDay, behindThird({ ...header('decisions', left), runId: 7 })],
      { day: 3, lineNumber: 1, problem: 'is a header that does not fit its schema' },
    ],
    [
      'a header that names another file',
      [firstDay, behindThird(header('decisions', { ...left, file: dayFile(1) }))],
      {
        day: 3,
        lineNumber: 1,
        problem: `names line seq 2 of ${dayFile(1)} before it, where line seq 2 of ${dayFile(2)} is`,
      },
    ],
    [
      'a header that names none',
      [firstDay, behindThird(header('decisions', null))],
      { day: 3, lineNumber: 1, problem: `names nothing before it, where line seq 2 of ${dayFile(2)} is` },
    ],
    [
      'a header within a file that names another place',
      [firstDay + behindThird(header('decisions', { ...left, seq: 1 }))],
      {
        day: 2,
        lineNumber: 4,
        problem: `names line seq 1 of ${dayFile(2)} before it, where line seq 2 of ${dayFile(2)} is`,
      },
    ],
    [
      'a lost file',
      [firstDay, '', thirdDay],
      { day: 4, lineNumber: 1, problem: `goes on from line seq 4 of ${dayFile(3)}, which is not there` },
    ],
    [
      'a second beginning',
      [firstDay, first],
      { day: 3, lineNumber: 1, problem: `begins a log, where line seq 2 of ${dayFile(2)} is before it` },
    ],
    [
      'a torn line with a file behind it',
      [firstDay.slice(0, -1), secondDay],
      { day: 2, lineNumber: 3, problem: 'has no newline at its end, though another file follows' },
    ],
  ]

it.each(chained)('says what is wrong with %s', async (_, files, { day, ...bad }) => {
  const folder = tempFolder()
  for (const [at, content] of files.entries()) writeFileSync(join(folder, dayFile(2 + at)), content)
  for (const schemas of [true, false]) {
    const [found] = (await verifyLog(folder, { schemas })).logs
    expect(found).toMatchObject({ firstBad: { file: dayFile(day), ...bad, newerSchema: false }, tornTail: null })
  }
})

it.each<[string, object, { problem: string; newerSchema: boolean }]>([
  [
    'does not fit its schema',
    { ...failedCycle(noon), cycle: -1 },
    { problem: 'does not fit its schema at "cycle": Too small: expected number to be >=0', newerSchema: false },
  ],
  [
    'is of an unknown kind',
    { kind: 'guess' },
    { problem: expect.stringContaining('does not fit its schema at "kind"'), newerSchema: false },
  ],
  [
    'belongs into the other log',
    { kind: 'intent' },
    { problem: expect.stringContaining('does not fit its schema at "kind"'), newerSchema: false },
  ],
  [
    'a later version wrote',
    { ...failedCycle(noon), schemaVersion: 99 },
    { problem: `is of schema version 99, newer than ${RECORD_SCHEMA_VERSION}`, newerSchema: true },
  ],
])('finds a well chained record that %s, where schemas are looked at', async (_, record, bad) => {
  const folder = tempFolder()
  writeFileSync(join(folder, dayFile(2)), firstDay + behindThird(record))
  const [found] = (await verifyLog(folder)).logs
  expect(found).toMatchObject({ lines: 3, firstBad: { lineNumber: 4, offset: Buffer.byteLength(firstDay), ...bad } })
  expect((await verifyLog(folder, { schemas: false })).logs[0]).toMatchObject({ lines: 4, firstBad: null })
})

it('takes a header of a later version for what it is, schemas or not', async () => {
  const folder = tempFolder()
  writeFileSync(join(folder, dayFile(2)), firstDay + behindThird({ kind: 'header', schemaVersion: 99, shape: 'new' }))
  for (const schemas of [true, false]) {
    const [found] = (await verifyLog(folder, { schemas })).logs
    const problem = `is of schema version 99, newer than ${RECORD_SCHEMA_VERSION}`
    expect(found?.firstBad).toMatchObject({ lineNumber: 4, problem, newerSchema: true })
  }
})

it.each([
  ['an empty last file', { [dayFile(5)]: '' }, 7, null],
  ['an empty file between', { [dayFile(3)]: '', [dayFile(4)]: '' }, 3, null],
  ['other files', { 'intents.jsonl.1': 'x\n', 'agent_decisions_20260105.jsonl.gz': 'x\n' }, 7, null],
  ['no newline at the very end', { [dayFile(5)]: '{}' }, 7, { file: dayFile(5), offset: 0, bytes: 2 }],
  [
    'zeros at the very end',
    { [dayFile(4)]: `${thirdDay}\0\0\0` },
    7,
    { file: dayFile(4), offset: thirdDay.length, bytes: 3 },
  ],
  [
    '50 MB without a newline at the very end',
    { [dayFile(5)]: ' '.repeat(50_000_000) },
    7,
    { file: dayFile(5), offset: 0, bytes: 50_000_000 },
  ],
])('finds no bad line in a log with %s', async (_, files, lines, tornTail) => {
  const folder = tempFolder()
  writeFiles(folder, log)
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  const [found] = (await verifyLog(folder)).logs
  expect(found).toMatchObject({ lines, firstBad: null, tornTail })
})

it('takes a line that was torn before an empty file for the end of the log, as the writer does', async () => {
  const folder = tempFolder()
  writeFiles(
    folder,
    new Map([
      [dayFile(2), [first, '{"kind":"deci']],
      [dayFile(3), []],
      [dayFile(4), []],
    ]),
  )
  expect((await verifyLog(folder)).logs[0]).toMatchObject({
    lines: 1,
    firstBad: null,
    tornTail: { file: dayFile(2), offset: first.length, bytes: 13 },
  })
})

it('gives the rest of the process its turn while a large log is read', async () => {
  const folder = tempFolder()
  const records = Array.from({ length: 17 }, (_, cycle) => ({
    ...failedCycle(0, cycle),
    policy: 'x'.repeat(1_000_000),
  }))
  writeFiles(folder, chainedLog('decisions', { [dayFile(2)]: records }))
  let turns = 0
  let done = false
  const count = () => {
    turns += 1
    if (!done) setImmediate(count)
  }
  setImmediate(count)
  await verifyLog(folder, { schemas: false })
  done = true
  expect(turns).toBeGreaterThanOrEqual(2)
})

it('gives nothing behind the first line that is bad', async () => {
  const { disk, files } = memoryDisk()
  const [first, second] = chainedLog('decisions', {
    [dayFile(2)]: [failedCycle(0)],
    [dayFile(3)]: [failedCycle(1)],
  }).values()
  files.set(`/logs/${dayFile(2)}`, { ino: 1, bytes: Buffer.from(`${first?.join('')}bad\nworse\n`) })
  files.set(`/logs/${dayFile(3)}`, { ino: 2, bytes: Buffer.from(second?.join('') ?? '') })
  const lines: string[] = []
  for await (const { kind, file, lineNumber } of walkLog('/logs', 'decisions', disk))
    lines.push(`${kind} ${file} ${lineNumber}`)
  expect(lines).toEqual([`good ${dayFile(2)} 1`, `good ${dayFile(2)} 2`, `bad ${dayFile(2)} 3`])
})
