import { join } from 'node:path'
import { expect, it } from 'vitest'
import { BALLAST_BYTES } from '../src/ballast.js'
import { openRecord } from '../src/open-record.js'
import { readLog } from '../src/read.js'
import { recoverLog } from '../src/recover.js'
import { verifyLog } from '../src/verify.js'
import { memoryDisk } from './memory-disk.js'
import { ownRun } from './own-run.js'
import { failedCycle, filled, intent } from './records.js'

const folder = '/nowhere/logs'
const noon = Date.UTC(2026, 0, 2, 12)
const fileOfNoon = 'agent_decisions_20260102.jsonl'

it('writes, goes on and reads back on another disk, and touches no other', async () => {
  const { disk, files } = memoryDisk()
  const first = await openRecord({ folder, ...ownRun }, { disk })
  await first.decisions.record(failedCycle(noon))
  await first.intents.append(intent('a'))
  await first.intents.append(intent('b'))
  await first.close()
  append(files, fileOfNoon, '{"kind":"torn')
  append(files, 'intents.jsonl', 'torn')

  const second = await openRecord({ folder, ...ownRun }, { disk })
  await second.intents.append(filled('a'))
  expect(await second.intents.unfinished()).toEqual([intent('b')])
  expect(await second.intents.since(0)).toEqual([
    { intent: intent('a'), outcome: filled('a') },
    { intent: intent('b'), outcome: null },
  ])
  await second.decisions.record(failedCycle(noon + 86_400_000, 1))
  await second.close()

  const kinds: string[] = []
  for await (const { entry } of readLog(folder, 'decisions', disk)) kinds.push(entry.kind)
  expect(kinds).toEqual(['header', 'decision', 'header', 'recovery', 'header', 'decision'])
  const { logs } = await verifyLog(folder, {}, disk)
  expect(logs.map(({ lines, firstBad, tornTail }) => [lines, firstBad, tornTail])).toEqual([
    [6, null, null],
    [6, null, null],
  ])
  expect([...files.keys()].map((path) => path.slice(folder.length + 1)).sort()).toEqual([
    fileOfNoon,
    `${fileOfNoon}.torn-1`,
    'agent_decisions_20260103.jsonl',
    'intents.jsonl',
    'intents.jsonl.torn-1',
  ])
})

it('recovers on another disk what is broken there', async () => {
  const { disk, files } = memoryDisk()
  const record = await openRecord({ folder, ...ownRun }, { disk })
  await record.decisions.record(failedCycle(noon))
  await record.decisions.record(failedCycle(noon + 86_400_000, 1))
  await record.close()
  append(files, fileOfNoon, 'bad\n')
  const recoveries = await recoverLog(folder, { quarantine: true, codeVersion: '0' }, disk)
  expect(recoveries.map(({ movedTo }) => movedTo)).toEqual([
    `${fileOfNoon}.quarantined-1`,
    'agent_decisions_20260103.jsonl.quarantined-1',
  ])
  const { logs } = await verifyLog(folder, {}, disk)
  expect(logs[0]).toMatchObject({ lines: 5, firstBad: null })
})

it.each([
  ['keeps a ballast where there is room for it twice', 2 * BALLAST_BYTES, true],
  ['keeps none where there is not', 2 * BALLAST_BYTES - 1, false],
])('%s', async (_, freeBytes, kept) => {
  const { disk, files } = memoryDisk({ freeBytes })
  await (await openRecord({ folder, ...ownRun }, { disk })).close()
  expect(files.has(join(folder, '.ballast'))).toBe(kept)
})

function append(files: ReturnType<typeof memoryDisk>['files'], name: string, text: string): void {
  const file = files.get(join(folder, name))
  if (file !== undefined) file.bytes = Buffer.concat([file.bytes, Buffer.from(text)])
}
