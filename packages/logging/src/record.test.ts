import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DecisionRecord } from '@cc/models'
import { expect, it } from 'vitest'
import { failedCycle, filled, intent } from '../test/records.js'
import { tempFolder } from '../test/temp-folder.js'
import { openRecord, readDecisions } from './record.js'

const noon = Date.UTC(2026, 0, 2, 12)
const fileOfNoon = 'agent_decisions_20260102.jsonl'

it('writes one line per record into the file of its UTC date', async () => {
  const folder = tempFolder()
  const midnight = Date.UTC(2026, 0, 3)
  const record = await openRecord({ folder })
  await Promise.all(
    [noon, midnight - 1, midnight].map((time, cycle) => record.decisions.record(failedCycle(time, cycle))),
  )
  await record.close()
  expect(readdirSync(folder).sort()).toEqual([fileOfNoon, 'agent_decisions_20260103.jsonl', 'intents.jsonl'])
  expect(readFileSync(join(folder, fileOfNoon), 'utf8').trimEnd().split('\n')).toHaveLength(2)
  expect((await all(folder)).map(({ cycle }) => cycle)).toEqual([0, 1, 2])
})

it('never goes back to the file of an earlier date within a run', async () => {
  const folder = tempFolder()
  const record = await openRecord({ folder })
  await record.decisions.record(failedCycle(noon, 0))
  await record.decisions.record(failedCycle(noon - 86_400_000, 1))
  await record.close()
  expect(readdirSync(folder).sort()).toEqual([fileOfNoon, 'intents.jsonl'])
  expect((await all(folder)).map(({ cycle }) => cycle)).toEqual([0, 1])
})

it('does not follow a file of another run into its date', async () => {
  const folder = tempFolder()
  const future = join(folder, 'agent_decisions_99991231.jsonl')
  writeFileSync(future, '')
  const record = await openRecord({ folder })
  await record.decisions.record(failedCycle(noon))
  await record.close()
  expect(readFileSync(future, 'utf8')).toBe('')
  expect(readFileSync(join(folder, fileOfNoon), 'utf8')).not.toBe('')
})

it('keeps folder and files to their owner', async () => {
  const folder = join(tempFolder(), 'deep', 'logs')
  const record = await openRecord({ folder, synced: false })
  await record.decisions.record(failedCycle(noon))
  await record.close()
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  expect(statSync(join(folder, fileOfNoon)).mode & 0o777).toBe(0o600)
  expect(statSync(join(folder, 'intents.jsonl')).mode & 0o777).toBe(0o600)
})

it('knows the sends whose outcome nobody wrote down, oldest first, over restarts', async () => {
  const folder = tempFolder()
  const first = await openRecord({ folder })
  await first.intents.append(intent('a'))
  await first.intents.append(intent('b'))
  await first.close()
  const second = await openRecord({ folder })
  await second.intents.append(intent('c'))
  await second.intents.append(filled('b'))
  expect((await second.intents.unfinished()).map(({ terms }) => terms.label)).toEqual(['a', 'c'])
  await second.close()
})

it('moves an unfinished last line aside and goes on', async () => {
  const folder = tempFolder()
  const whole = `${JSON.stringify(failedCycle(noon, 0))}\n`
  writeFileSync(join(folder, fileOfNoon), `${whole}{"kind":"deci`)
  writeFileSync(join(folder, 'intents.jsonl'), '\0\0\0\0')
  const record = await openRecord({ folder })
  await record.decisions.record(failedCycle(noon, 1))
  await record.close()
  expect((await all(folder)).map(({ cycle }) => cycle)).toEqual([0, 1])
  expect(readFileSync(join(folder, `${fileOfNoon}.torn-1`), 'utf8')).toBe('{"kind":"deci')
  expect(readFileSync(join(folder, 'intents.jsonl.torn-1'), 'utf8')).toBe('\0\0\0\0')
})

it('numbers torn ends, and finds a newline far before the end', async () => {
  const folder = tempFolder()
  const path = join(folder, 'intents.jsonl')
  const torn = 'x'.repeat(200_000)
  for (const n of [1, 2]) {
    writeFileSync(path, `${JSON.stringify(intent('a'))}\n${torn}`)
    const record = await openRecord({ folder })
    expect(await record.intents.unfinished()).toHaveLength(1)
    await record.close()
    expect(readFileSync(`${path}.torn-${n}`, 'utf8')).toBe(torn)
  }
})

it('reads no record out of a line that is still being written', async () => {
  const folder = tempFolder()
  writeFileSync(join(folder, fileOfNoon), `${JSON.stringify(failedCycle(noon, 0))}\n{"kind"`)
  expect(await all(folder)).toHaveLength(1)
})

it('names file and line of a damaged record', async () => {
  const folder = tempFolder()
  writeFileSync(join(folder, fileOfNoon), `${JSON.stringify(failedCycle(noon, 0))}\n{"kind":"decision"}\n`)
  await expect(all(folder)).rejects.toMatchObject({
    code: 'logging/corrupt-line',
    facts: { path: join(folder, fileOfNoon), lineNumber: 2 },
  })
})

it('reads lines that are longer than a piece of the file, and letters of several bytes across pieces', async () => {
  const folder = tempFolder()
  const records = [0, 1].map((cycle) => ({ ...failedCycle(noon, cycle), policy: `${'é'.repeat(100_000)}${cycle}` }))
  writeFileSync(join(folder, fileOfNoon), records.map((record) => `${JSON.stringify(record)}\n`).join(''))
  expect(await all(folder)).toEqual(records)
})

it('writes nothing of a record that its schema refuses, and takes the next', async () => {
  const folder = tempFolder()
  const record = await openRecord({ folder })
  await expect(record.decisions.record({ ...failedCycle(noon), cycle: -1 })).rejects.toMatchObject({
    code: 'logging/invalid-record',
    facts: { field: 'cycle' },
  })
  await record.decisions.record(failedCycle(noon, 1))
  await record.close()
  expect(await all(folder)).toHaveLength(1)
})

it('refuses records after it was closed', async () => {
  const folder = tempFolder()
  const record = await openRecord({ folder })
  await record.close()
  await expect(record.decisions.record(failedCycle(noon))).rejects.toMatchObject({ code: 'logging/append-refused' })
  await expect(record.intents.append(intent('a'))).rejects.toMatchObject({ code: 'logging/append-refused' })
  expect(existsSync(join(folder, fileOfNoon))).toBe(false)
})

async function all(folder: string) {
  const records: DecisionRecord[] = []
  for await (const record of readDecisions(folder)) records.push(record)
  return records
}
