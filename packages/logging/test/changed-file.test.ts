import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  linkSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openRecord } from '../src/open-record.js'
import { ownRun } from './own-run.js'
import { failedCycle, intent } from './records.js'
import { tempFolder } from './temp-folder.js'

const noon = Date.UTC(2026, 0, 2, 12)

it.each<[string, (path: string, folder: string) => void]>([
  ['deleted', (path) => unlinkSync(path)],
  ['renamed', (path) => renameSync(path, `${path}.1`)],
  [
    'replaced by a copy',
    (path) => {
      copyFileSync(path, `${path}.copy`)
      renameSync(`${path}.copy`, path)
    },
  ],
  ['emptied', (path) => truncateSync(path)],
  ['cut by a byte', (path) => truncateSync(path, 100)],
  ['appended to by a second writer', (path) => appendFileSync(path, '{}\n')],
  ['opened for others', (path) => chmodSync(path, 0o644)],
  ['made read-only', (path) => chmodSync(path, 0o400)],
  ['given a second name', (path) => linkSync(path, `${path}.link`)],
  ['deleted with its folder', (_, folder) => rmSync(folder, { recursive: true })],
])('appends nothing more to a file that was %s', async (_, change) => {
  for (const file of ['agent_decisions_20260102.jsonl', 'intents.jsonl']) {
    const folder = join(tempFolder(), 'logs')
    const record = await openRecord({ folder, ...ownRun })
    const append = () =>
      file === 'intents.jsonl' ? record.intents.append(intent('a')) : record.decisions.record(failedCycle(noon))
    await append()
    change(join(folder, file), folder)
    await expect(append()).rejects.toMatchObject({
      code: 'logging/file-changed',
      recovery: 'halt',
      facts: { path: join(folder, file) },
    })
    await expect(append()).rejects.toMatchObject({ code: 'logging/append-refused', recovery: 'halt' })
    await record.close()
  }
})

it('finds a second writer that has the folder open as well', async () => {
  const folder = tempFolder()
  const [one, other] = [await openRecord({ folder, ...ownRun }), await openRecord({ folder, ...ownRun })]
  await one.decisions.record(failedCycle(noon))
  await expect(other.decisions.record(failedCycle(noon))).rejects.toMatchObject({ code: 'logging/file-changed' })
  await one.decisions.record(failedCycle(noon))
  await Promise.all([one.close(), other.close()])
})

it.skipIf(process.getuid?.() === 0)('cannot open what it may not write', async () => {
  const folder = tempFolder()
  writeFileSync(join(folder, 'intents.jsonl'), '', { mode: 0o400 })
  await expect(openRecord({ folder, ...ownRun })).rejects.toMatchObject({ code: 'logging/file-unusable' })
})
