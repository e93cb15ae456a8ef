import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { chainedLog, dayFile, header, linkAt, writeFiles } from '../test/chained-log.js'
import { failedCycle, filled, intent } from '../test/records.js'
import { tempFolder } from '../test/temp-folder.js'
import { chainLine } from './chained-line.js'
import { readLog } from './read.js'
import { recoverLog } from './recover.js'
import { verifyLog } from './verify.js'

const noon = Date.UTC(2026, 0, 2, 12)
const decisions = chainedLog('decisions', {
  [dayFile(2)]: [failedCycle(noon, 0), failedCycle(noon, 1)],
  [dayFile(3)]: [failedCycle(noon, 2), failedCycle(noon, 3)],
  [dayFile(4)]: [failedCycle(noon, 4)],
})
const intents = chainedLog('intents', { 'intents.jsonl': [intent('a'), filled('a')] })
const day = (n: number) => decisions.get(dayFile(n))?.join('') ?? ''
const options = { codeVersion: '1.2.3' }

/** A folder with these files over the whole log. */
function damaged(files: Readonly<Record<string, string>>): string {
  const folder = tempFolder()
  writeFiles(folder, new Map([...decisions, ...intents]))
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content, { mode: 0o600 })
  for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o600)
  return folder
}

function contents(folder: string): Record<string, string> {
  return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
}

async function isWhole(folder: string): Promise<boolean> {
  return (await verifyLog(folder)).logs.every(({ firstBad, tornTail }) => firstBad === null && tornTail === null)
}

it('does nothing to a log that is whole', async () => {
  const folder = damaged({})
  const before = contents(folder)
  expect(await recoverLog(folder, { quarantine: true, ...options })).toEqual([])
  expect(contents(folder)).toEqual(before)
})

const journal = intents.get('intents.jsonl')?.slice(0, -1).join('') ?? ''
const outcome = intents.get('intents.jsonl')?.at(-1) ?? ''

it('puts a last line aside wherever it was torn, and the log goes on', async () => {
  const folder = tempFolder()
  const movedTo = 'intents.jsonl.torn-1'
  for (let bytes = 1; bytes < outcome.length; bytes += 1) {
    writeFiles(folder, new Map([['intents.jsonl', [journal, outcome.slice(0, bytes)]]]))
    chmodSync(join(folder, 'intents.jsonl'), 0o600)
    expect(await recoverLog(folder, options)).toEqual([
      { log: 'intents', what: 'torn-tail', file: 'intents.jsonl', movedTo, bytes },
    ])
    const after = contents(folder)
    expect(after[movedTo]).toBe(outcome.slice(0, bytes))
    expect(after['intents.jsonl']?.startsWith(journal)).toBe(true)
    const added = after['intents.jsonl']?.slice(journal.length).trimEnd().split('\n')
    expect(added?.map((line) => JSON.parse(line))).toMatchObject([
      { kind: 'header', codeVersion: '1.2.3', previous: { file: 'intents.jsonl', seq: 1 } },
      { kind: 'recovery', what: 'torn-tail', movedTo, bytes },
    ])
    expect(await isWhole(folder)).toBe(true)
    expect(await recoverLog(folder, options)).toEqual([])
    expect(contents(folder)).toEqual(after)
  }
})

it.each([
  ['the header of a new file', { [dayFile(5)]: '{"kind":"head' }, dayFile(5)],
  ['a block of zeros', { [dayFile(4)]: `${day(4)}${'\0'.repeat(4096)}` }, dayFile(4)],
  ['the first header of a log', { 'intents.jsonl': '{"kind":"head' }, 'intents.jsonl'],
])('puts %s aside, torn as a last line', async (_, files, file) => {
  const folder = damaged(files)
  const [recovery, ...more] = await recoverLog(folder, options)
  expect(recovery).toMatchObject({ what: 'torn-tail', file, movedTo: `${file}.torn-1` })
  expect(more).toEqual([])
  expect(await isWhole(folder)).toBe(true)
})

it('keeps what was put aside before', async () => {
  const folder = damaged({ [dayFile(4)]: `${day(4)}new`, [`${dayFile(4)}.torn-1`]: 'old' })
  const [recovery] = await recoverLog(folder, options)
  expect(recovery?.movedTo).toBe(`${dayFile(4)}.torn-2`)
  expect(contents(folder)).toMatchObject({ [`${dayFile(4)}.torn-1`]: 'old', [`${dayFile(4)}.torn-2`]: 'new' })
})

const lastLine = decisions.get(dayFile(4))?.at(-1) ?? ''
const wholeLines = day(4).slice(0, -lastLine.length)

it('moves nothing without a person’s word where a whole line is bad, be it the last', async () => {
  const changed = `${wholeLines}${lastLine.replace('"cycle":4', '"cycle":5')}`
  const folder = damaged({ [dayFile(4)]: changed, 'intents.jsonl': `${intents.get('intents.jsonl')?.join('')}torn` })
  const before = contents(folder)
  await expect(recoverLog(folder, options)).rejects.toMatchObject({
    code: 'logging/chain-broken',
    recovery: 'halt',
    facts: { path: join(folder, dayFile(4)), lineNumber: 2, offset: wholeLines.length },
  })
  expect(contents(folder)).toEqual(before)
})

it('quarantines all from the first bad line on, later files whole', async () => {
  const [head = '', good = '', bad = ''] = decisions.get(dayFile(3)) ?? []
  const changed = bad.replace('"cycle":3', '"cycle":9')
  const folder = damaged({ [dayFile(3)]: head + good + changed })
  const movedTo = [`${dayFile(3)}.quarantined-1`, `${dayFile(4)}.quarantined-1`]
  expect(await recoverLog(folder, { quarantine: true, ...options })).toEqual([
    { log: 'decisions', what: 'quarantine', file: dayFile(3), movedTo: movedTo[0], bytes: changed.length },
    { log: 'decisions', what: 'quarantine', file: dayFile(4), movedTo: movedTo[1], bytes: day(4).length },
  ])
  const after = contents(folder)
  expect(after).toMatchObject({ [dayFile(2)]: day(2), [movedTo[0] as string]: changed, [movedTo[1] as string]: day(4) })
  expect(after).not.toHaveProperty([dayFile(4)])

  const kinds: string[] = []
  for await (const { entry } of readLog(folder, 'decisions')) kinds.push(entry.kind)
  expect(kinds.slice(3)).toEqual(['header', 'decision', 'header', 'recovery', 'recovery'])
  expect(await recoverLog(folder, { quarantine: true, ...options })).toEqual([])
})

it('quarantines all of a log whose very first line is bad, and begins it anew', async () => {
  const folder = damaged({ [dayFile(2)]: `X${day(2).slice(1)}` })
  const recoveries = await recoverLog(folder, { quarantine: true, ...options })
  expect(recoveries.map(({ file }) => file)).toEqual([dayFile(2), dayFile(3), dayFile(4)])
  const lines: unknown[] = []
  for await (const { entry, file } of readLog(folder, 'decisions')) {
    expect(file).toBe(dayFile(2))
    lines.push(entry.kind === 'recovery' ? entry.movedTo : entry.kind)
  }
  expect(lines).toEqual(['header', ...recoveries.map(({ movedTo }) => movedTo)])
  expect(await recoverLog(folder, { quarantine: true, ...options })).toEqual([])
})

it('quarantines a line that stands in its place, but is no record', async () => {
  const [last = ''] = intents.get('intents.jsonl')?.slice(-1) ?? []
  const odd = chainLine('{"kind":"odd"}', linkAt(last)).line
  const folder = damaged({ 'intents.jsonl': `${intents.get('intents.jsonl')?.join('')}${odd}` })
  await expect(recoverLog(folder, options)).rejects.toMatchObject({ facts: { lineNumber: 4 } })
  expect(await recoverLog(folder, { quarantine: true, ...options })).toMatchObject([
    { log: 'intents', bytes: odd.length },
  ])
  expect(await isWhole(folder)).toBe(true)
})

it('never quarantines what a later version wrote', async () => {
  const later = { ...header('decisions', { file: dayFile(4), ...linkAt(lastLine) }), schemaVersion: 99 }
  const folder = damaged({ [dayFile(4)]: day(4) + chainLine(JSON.stringify(later), linkAt(lastLine)).line })
  const before = contents(folder)
  await expect(recoverLog(folder, { quarantine: true, ...options })).rejects.toMatchObject({
    code: 'logging/newer-schema',
  })
  expect(contents(folder)).toEqual(before)
})

it('makes any damaged log whole again, without losing a byte of it', async () => {
  const names = [...decisions.keys()]
  const damage = fc.record({
    file: fc.constantFrom(...names),
    at: fc.nat(),
    put: fc.stringMatching(/^[ -~\n]{0,9}$/),
    take: fc.nat(400),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 3 }), fc.subarray(names), async (all, gone) => {
      const folder = tempFolder()
      const files = new Map(
        [...decisions].filter(([name]) => !gone.includes(name)).map(([name, lines]) => [name, lines.join('')]),
      )
      for (const { file, at, put, take } of all) {
        const text = files.get(file)
        if (text === undefined) continue
        const start = at % text.length
        files.set(file, text.slice(0, start) + put + text.slice(start + take))
      }
      for (const [name, text] of files) writeFileSync(join(folder, name), text, { mode: 0o600 })

      const recoveries = await recoverLog(folder, { quarantine: true, ...options })
      expect(await isWhole(folder)).toBe(true)
      const after = contents(folder)
      for (const [name, text] of files) {
        const moved = recoveries.find(({ file }) => file === name)?.movedTo
        const kept = moved === undefined ? text : text.slice(0, text.length - (after[moved]?.length ?? 0))
        expect(kept + (moved === undefined ? '' : after[moved])).toBe(text)
        if (kept !== '') expect(after[name]?.startsWith(kept)).toBe(true)
      }
      expect(await recoverLog(folder, { quarantine: true, ...options })).toEqual([])
      expect(contents(folder)).toEqual(after)
    }),
    { numRuns: 200 },
  )
})

it('says nothing of an empty file that it moves with the others', async () => {
  const folder = damaged({ [dayFile(3)]: 'bad\n', [dayFile(4)]: '' })
  const recoveries = await recoverLog(folder, { quarantine: true, ...options })
  expect(recoveries.map(({ file, bytes }) => [file, bytes])).toEqual([
    [dayFile(3), 4],
    [dayFile(4), 0],
  ])
  const kinds: string[] = []
  for await (const { entry } of readLog(folder, 'decisions')) kinds.push(entry.kind)
  expect(kinds).toEqual(['header', 'decision', 'decision', 'header', 'recovery'])
})
