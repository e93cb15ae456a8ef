import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DecisionRecord } from '@cc/models'
import { expect, it } from 'vitest'
import { DECISION_FILES, INTENT_FILES, readChain } from '../test/chain-oracle.js'
import { memoryDisk } from '../test/memory-disk.js'
import { ownRun } from '../test/own-run.js'
import { deliveredCall, failedCycle, filled, intent, paused } from '../test/records.js'
import { tempFolder } from '../test/temp-folder.js'
import type { Disk } from './disk.js'
import { nodeDisk } from './node-disk.js'
import { openRecord } from './open-record.js'
import { readDecisions, readLog } from './read.js'
import { verifyLog } from './verify.js'

const noon = Date.UTC(2026, 0, 2, 12)
const DAY_MS = 86_400_000
const fileOfNoon = 'agent_decisions_20260102.jsonl'

it('writes one line per record into the file of its UTC date', async () => {
  const folder = tempFolder()
  const midnight = Date.UTC(2026, 0, 3)
  const record = await openRecord({ folder, ...ownRun })
  await Promise.all(
    [noon, midnight - 1, midnight].map((time, cycle) => record.decisions.record(failedCycle(time, cycle))),
  )
  await record.close()
  const files = ['.ballast', fileOfNoon, 'agent_decisions_20260103.jsonl', 'intents.jsonl']
  expect(readdirSync(folder).sort()).toEqual(files)
  expect(readChain(folder, DECISION_FILES).map(({ file, record: { kind, cycle } }) => [file, kind, cycle])).toEqual([
    [files[1], 'header', undefined],
    [files[1], 'decision', 0],
    [files[1], 'decision', 1],
    [files[2], 'header', undefined],
    [files[2], 'decision', 2],
  ])
  expect(cycles(await all(folder))).toEqual([0, 1, 2])
})

it('writes an outcome into the file of the day on which it was known, and never before its decision', async () => {
  const folder = tempFolder()
  const record = await openRecord({ folder, ...ownRun })
  const outcome = (knownMs: number) => ({ ...deliveredCall(knownMs), expiryMs: noon })
  await record.decisions.record(failedCycle(noon))
  await record.decisions.record(outcome(noon + 1))
  await record.decisions.record(outcome(noon + DAY_MS))
  await record.decisions.record(outcome(noon + 2))
  await record.close()
  const next = 'agent_decisions_20260103.jsonl'
  expect(readChain(folder, DECISION_FILES).map(({ file, record: { kind, knownMs } }) => [file, kind, knownMs])).toEqual(
    [
      [fileOfNoon, 'header', undefined],
      [fileOfNoon, 'decision', undefined],
      [fileOfNoon, 'outcome', noon + 1],
      [next, 'header', undefined],
      [next, 'outcome', noon + DAY_MS],
      [next, 'outcome', noon + 2],
    ],
  )
  const kinds: string[] = []
  for await (const { entry } of readLog(folder, 'decisions')) kinds.push(entry.kind)
  expect(kinds).toEqual(['header', 'decision', 'outcome', 'header', 'outcome', 'outcome'])
})

it('writes a command into the file of the day on which it was obeyed', async () => {
  const folder = tempFolder()
  const record = await openRecord({ folder, ...ownRun })
  await record.decisions.record(failedCycle(noon))
  await record.decisions.record(paused(noon + 1))
  await record.decisions.record(paused(noon + DAY_MS))
  await record.close()
  const lines = readChain(folder, DECISION_FILES).filter(({ record: { kind } }) => kind === 'operator')
  expect(lines.map(({ file, record: { timeMs } }) => [file, timeMs])).toEqual([
    [fileOfNoon, noon + 1],
    ['agent_decisions_20260103.jsonl', noon + DAY_MS],
  ])
  expect((await all(folder)).map(({ kind }) => kind)).toEqual(['decision'])
  expect((await verifyLog(folder)).logs[0]).toMatchObject({ lines: 5, firstBad: null })
})

it('opens each file and each life with who writes and what came before', async () => {
  const folder = tempFolder()
  for (const runId of ['first', 'second']) {
    const record = await openRecord({ folder, ...ownRun, runId, configuration: { venue: 'sim', deposit: { BTC: 2 } } })
    await record.decisions.record(failedCycle(noon))
    await record.intents.append(intent(runId))
    await record.close()
  }
  for (const files of [DECISION_FILES, INTENT_FILES]) {
    const headers = readChain(folder, files).filter(({ record }) => record.kind === 'header')
    expect(headers.map(({ record }) => [record.runId, record.previous === null])).toEqual([
      ['first', true],
      ['second', false],
    ])
    expect(headers[0]?.record).toMatchObject({
      schemaVersion: 3,
      codeVersion: '0.0.0',
      configuration: { venue: 'sim' },
    })
  }
})

it('writes no header for a life that recorded nothing', async () => {
  const folder = tempFolder()
  for (let life = 0; life < 3; life += 1) await (await openRecord({ folder, ...ownRun })).close()
  expect(readdirSync(folder).sort()).toEqual(['.ballast', 'intents.jsonl'])
  expect(readFileSync(join(folder, 'intents.jsonl'), 'utf8')).toBe('')
})

it('keeps no ballast beside a log that is not synced', async () => {
  const folder = tempFolder()
  await (await openRecord({ folder, ...ownRun, synced: false })).close()
  expect(readdirSync(folder)).toEqual(['intents.jsonl'])
})

it('gathers decisions until the day or the record ends, and writes the same bytes', async () => {
  const written = async (gathered: boolean) => {
    const folder = tempFolder()
    const record = await openRecord({ folder, ...ownRun, synced: false, gathered })
    const bytesOf = (file: string) => readFileSync(join(folder, file), 'utf8')
    const seen: number[] = []
    for (const cycle of [0, 1, 2]) {
      await record.decisions.record(failedCycle(noon + Math.floor(cycle / 2) * DAY_MS, cycle))
      seen.push(bytesOf(fileOfNoon).length)
    }
    await record.intents.append(intent('cc-abcdef01-cafe0123-o-1'))
    expect(bytesOf('intents.jsonl')).not.toBe('')
    await record.close()
    expect(cycles(await all(folder))).toEqual([0, 1, 2])
    const files = readdirSync(folder).sort()
    return { seen, files, text: files.map(bytesOf) }
  }
  const { seen, ...gathered } = await written(true)
  const oneByOne = await written(false)
  expect(gathered).toEqual({ files: oneByOne.files, text: oneByOne.text })
  expect(seen).toEqual([0, 0, oneByOne.seen[2]])
})

const fullDisk: Disk = {
  ...nodeDisk,
  open(path) {
    const write = () => {
      throw Object.assign(new Error('no room'), { code: 'ENOSPC' })
    }
    return { ...nodeDisk.open(path), write }
  },
}
const openGathered = (disk: Disk) =>
  openRecord({ folder: tempFolder(), ...ownRun, synced: false, gathered: true }, { disk })

it('says at the latest when it is closed that what was gathered could not be written', async () => {
  const record = await openGathered(fullDisk)
  await record.decisions.record(failedCycle(noon))
  await expect(record.close()).rejects.toMatchObject({ code: 'logging/append-failed', recovery: 'halt' })
  await expect(record.decisions.record(failedCycle(noon, 1))).rejects.toMatchObject({ code: 'logging/append-refused' })
})

it('takes nothing more once a day of gathered decisions could not be written', async () => {
  const record = await openGathered(fullDisk)
  await record.decisions.record(failedCycle(noon))
  const next = record.decisions.record(failedCycle(noon + DAY_MS, 1))
  await expect(next).rejects.toMatchObject({ code: 'logging/append-failed' })
  await expect(record.decisions.record(failedCycle(noon + DAY_MS, 2))).rejects.toMatchObject({
    code: 'logging/append-refused',
  })
  await record.close()
})

it('gathers nothing of a record that is synced', async () => {
  await expect(openRecord({ folder: tempFolder(), ...ownRun, gathered: true })).rejects.toMatchObject({
    issues: [{ path: ['gathered'] }],
  })
})

it('never goes back to the file of an earlier date, over lives either', async () => {
  const folder = tempFolder()
  for (const cycle of [0, 2]) {
    const record = await openRecord({ folder, ...ownRun })
    await record.decisions.record(failedCycle(noon - cycle * 86_400_000, cycle))
    await record.decisions.record(failedCycle(noon - 86_400_000, cycle + 1))
    await record.close()
  }
  expect(readdirSync(folder).filter((name) => DECISION_FILES.test(name))).toEqual([fileOfNoon])
  expect(cycles(await all(folder))).toEqual([0, 1, 2, 3])
})

it('does not follow an empty file into its date', async () => {
  const folder = tempFolder()
  const future = join(folder, 'agent_decisions_99991231.jsonl')
  writeFileSync(future, '', { mode: 0o600 })
  const record = await openRecord({ folder, ...ownRun })
  await record.decisions.record(failedCycle(noon))
  await record.close()
  expect(readFileSync(future, 'utf8')).toBe('')
  expect(readChain(folder, DECISION_FILES).map(({ file }) => file)).toEqual([fileOfNoon, fileOfNoon])
})

it('keeps folder and files to their owner', async () => {
  const folder = join(tempFolder(), 'deep', 'logs')
  const record = await openRecord({ folder, ...ownRun, synced: false })
  await record.decisions.record(failedCycle(noon))
  await record.close()
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  expect(statSync(join(folder, fileOfNoon)).mode & 0o777).toBe(0o600)
  expect(statSync(join(folder, 'intents.jsonl')).mode & 0o777).toBe(0o600)
})

it('knows the sends whose outcome nobody wrote down, oldest first, over restarts', async () => {
  const folder = tempFolder()
  const first = await openRecord({ folder, ...ownRun })
  expect(await first.intents.unfinished()).toEqual([])
  await first.intents.append(intent('a'))
  await first.intents.append(intent('b'))
  await first.close()
  const second = await openRecord({ folder, ...ownRun })
  await second.intents.append(intent('c'))
  await second.intents.append(filled('b'))
  expect(await second.intents.unfinished()).toEqual([intent('a'), intent('c')])
  await second.close()
})

it('knows what was sent since a time, and what became of it, over restarts', async () => {
  const folder = tempFolder()
  const sentMs = intent('').timeMs
  const old = { ...intent('old'), timeMs: sentMs - 1 }
  const first = await openRecord({ folder, ...ownRun })
  for (const entry of [old, intent('a'), filled('a'), intent('b')]) await first.intents.append(entry)
  await first.close()
  const second = await openRecord({ folder, ...ownRun })
  await second.intents.append(filled('b'))
  await second.intents.append(intent('c'))
  const sent = [
    { intent: intent('a'), outcome: filled('a') },
    { intent: intent('b'), outcome: filled('b') },
    { intent: intent('c'), outcome: null },
  ]
  expect(await second.intents.since(sentMs)).toEqual(sent)
  expect(await second.intents.since(sentMs - 1)).toEqual([{ intent: old, outcome: null }, ...sent])
  expect(await second.intents.since(sentMs + 1)).toEqual([])
  await second.close()
})

it('counts a send that could not be written down as none', async () => {
  const { disk, files } = memoryDisk()
  const folder = '/logs'
  const record = await openRecord({ folder, ...ownRun }, { disk })
  await record.intents.append(intent('a'))
  expect(await record.intents.since(0)).toHaveLength(1)
  files.delete('/logs/intents.jsonl')
  await expect(record.intents.append(intent('b'))).rejects.toMatchObject({ code: 'logging/file-changed' })
  expect(await record.intents.unfinished()).toEqual([intent('a')])
  expect(await record.intents.since(0)).toEqual([{ intent: intent('a'), outcome: null }])
})

it('moves an unfinished last line aside, says so, and goes on', async () => {
  const folder = tempFolder()
  const paths = [join(folder, fileOfNoon), join(folder, 'intents.jsonl')] as const
  for (const cycle of [0, 1, 2]) {
    const record = await openRecord({ folder, ...ownRun })
    await record.decisions.record(failedCycle(noon, cycle))
    await record.intents.append(intent(`label-${cycle}`))
    await record.close()
    writeFileSync(paths[0], `{"kind":"deci${cycle}`, { flag: 'a' })
    writeFileSync(paths[1], '\0'.repeat(4096), { flag: 'a' })
  }
  const record = await openRecord({ folder, ...ownRun })
  expect((await record.intents.unfinished()).map(({ terms }) => terms.label)).toEqual(['label-0', 'label-1', 'label-2'])
  await record.close()
  expect(cycles(await all(folder))).toEqual([0, 1, 2])
  expect(readFileSync(`${paths[0]}.torn-3`, 'utf8')).toBe('{"kind":"deci2')
  expect(readFileSync(`${paths[1]}.torn-1`, 'utf8')).toBe('\0'.repeat(4096))
  const recoveries = readChain(folder, DECISION_FILES).filter(({ record: { kind } }) => kind === 'recovery')
  expect(recoveries.map(({ record: { movedTo, what, bytes } }) => [movedTo, what, bytes])).toEqual(
    [1, 2, 3].map((n) => [`${fileOfNoon}.torn-${n}`, 'torn-tail', 14]),
  )
  expect(readChain(folder, INTENT_FILES).filter(({ record: { kind } }) => kind === 'recovery')).toHaveLength(3)
})

it('goes on in a file whose very first line was not finished', async () => {
  const folder = tempFolder()
  writeFileSync(join(folder, fileOfNoon), '{"kind":"header"', { mode: 0o600 })
  const record = await openRecord({ folder, ...ownRun })
  await record.decisions.record(failedCycle(noon - 86_400_000))
  await record.close()
  expect(readChain(folder, DECISION_FILES).map(({ record: { kind } }) => kind)).toEqual([
    'header',
    'recovery',
    'decision',
  ])
})

it('finds a newline far before the end', async () => {
  const folder = tempFolder()
  const record = await openRecord({ folder, ...ownRun })
  await record.intents.append(intent('a'))
  await record.close()
  const path = join(folder, 'intents.jsonl')
  const torn = 'x'.repeat(3_000_000)
  writeFileSync(path, torn, { flag: 'a' })
  const next = await openRecord({ folder, ...ownRun })
  expect(await next.intents.unfinished()).toHaveLength(1)
  await next.close()
  expect(readFileSync(`${path}.torn-1`, 'utf8')).toBe(torn)
})

it('writes no secret, neither in records nor in settings', async () => {
  const folder = tempFolder()
  const value = 'canary/0123456789'
  const configuration = { url: `https://x/?key=${encodeURIComponent(value)}` }
  const record = await openRecord({ folder, ...ownRun, configuration }, { secrets: [{ name: 'key', value }] })
  const { failure, ...cycle } = failedCycle(noon)
  const header = `Basic ${Buffer.from(`id:${value}`).toString('base64')}`
  await record.decisions.record({ ...cycle, policy: value, failure: failure && { ...failure, facts: { header } } })
  await record.intents.append(intent(value))
  await record.close()
  const bytes = readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'latin1'))
    .join('')
  expect(bytes).not.toMatch(/canary/)
  expect(bytes).not.toContain(Buffer.from(`id:${value}`).toString('base64').slice(4, -4))
  expect(bytes.split('[redacted:key]')).toHaveLength(6)
  expect((await all(folder))[0]?.policy).toBe('[redacted:key]')
})

it('refuses a record that is none without its secrets', async () => {
  const folder = tempFolder()
  const record = await openRecord({ folder, ...ownRun }, { secrets: [{ name: 'x', value: 'decisionId' }] })
  await expect(record.decisions.record(failedCycle(noon))).rejects.toMatchObject({
    code: 'logging/invalid-record',
    message: expect.stringContaining('without the secrets'),
  })
  await record.close()
})

it('writes nothing of a record that its schema refuses, and takes the next', async () => {
  const folder = tempFolder()
  const record = await openRecord({ folder, ...ownRun })
  await expect(record.decisions.record({ ...failedCycle(noon), cycle: -1 })).rejects.toMatchObject({
    code: 'logging/invalid-record',
    facts: { field: 'cycle' },
  })
  await record.decisions.record(failedCycle(noon, 1))
  await record.close()
  expect(cycles(await all(folder))).toEqual([1])
})

it.each([Number.NaN, Date.UTC(10_000, 0), Date.UTC(2026, 0) * 1_000, -1e14])(
  'refuses a record whose time is in no file: %d',
  async (timeMs) => {
    const folder = tempFolder()
    const record = await openRecord({ folder, ...ownRun })
    await expect(record.decisions.record(failedCycle(timeMs))).rejects.toMatchObject({ code: 'logging/invalid-record' })
    await record.decisions.record(failedCycle(noon, 1))
    await record.close()
    expect(readdirSync(folder).sort()).toEqual(['.ballast', fileOfNoon, 'intents.jsonl'])
  },
)

it('refuses records after it was closed', async () => {
  const folder = tempFolder()
  const record = await openRecord({ folder, ...ownRun })
  await record.close()
  await record.close()
  await expect(record.decisions.record(failedCycle(noon))).rejects.toMatchObject({ code: 'logging/append-refused' })
  await expect(record.intents.append(intent('a'))).rejects.toMatchObject({ code: 'logging/append-refused' })
  expect(existsSync(join(folder, fileOfNoon))).toBe(false)
})

it('refuses settings that no header can hold, before anything is written', async () => {
  const folder = tempFolder()
  const configuration = { prompt: 'x'.repeat(2_000_000) }
  await expect(openRecord({ folder, ...ownRun, configuration })).rejects.toMatchObject({
    code: 'logging/invalid-record',
  })
})

function cycles(records: readonly DecisionRecord[]): number[] {
  return records.map(({ cycle }) => cycle)
}

async function all(folder: string): Promise<DecisionRecord[]> {
  const records: DecisionRecord[] = []
  for await (const record of readDecisions(folder)) records.push(record)
  return records
}
