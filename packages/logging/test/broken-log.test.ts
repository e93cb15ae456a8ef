import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { CHAIN_START, chainLine } from '../src/chained-line.js'
import { openRecord } from '../src/open-record.js'
import { verifyLog } from '../src/verify.js'
import { ownRun } from './own-run.js'
import { failedCycle } from './records.js'
import { tempFolder } from './temp-folder.js'

const noon = Date.UTC(2026, 0, 2, 12)
const fileOfNoon = 'agent_decisions_20260102.jsonl'

it.each<[string, (lines: string[]) => string[]]>([
  ['changed', ([a = '', b = '', ...rest]) => [a, b.replace('"cycle":0', '"cycle":7'), ...rest]],
  ['left out', ([a = '', , ...rest]) => [a, ...rest]],
  ['written twice', ([a = '', b = '', ...rest]) => [a, b, b, ...rest]],
  ['damaged into no JSON', ([a = '', , ...rest]) => [a, '{"kind":\n', ...rest]],
])('appends nothing behind a line that was %s', async (_, damage) => {
  const folder = tempFolder()
  const path = join(folder, fileOfNoon)
  const record = await openRecord({ folder, ...ownRun })
  for (const cycle of [0, 1]) await record.decisions.record(failedCycle(noon, cycle))
  await record.close()
  const damaged = damage(readFileSync(path, 'utf8').split(/(?<=\n)/)).join('')
  writeFileSync(path, damaged)
  await expect(openRecord({ folder, ...ownRun })).rejects.toMatchObject({
    code: 'logging/chain-broken',
    recovery: 'halt',
  })
  expect(readFileSync(path, 'utf8')).toBe(damaged)
})

it('appends nothing where the file before is not the one that was gone on from', async () => {
  const folder = tempFolder()
  const record = await openRecord({ folder, ...ownRun })
  for (const cycle of [0, 1]) await record.decisions.record(failedCycle(noon + cycle * 86_400_000, cycle))
  await record.close()
  const path = join(folder, fileOfNoon)
  const lines = readFileSync(path, 'utf8').split(/(?<=\n)/)
  writeFileSync(path, lines.slice(0, -1).join(''))
  const broken = { code: 'logging/chain-broken', facts: { path: join(folder, 'agent_decisions_20260103.jsonl') } }
  await expect(openRecord({ folder, ...ownRun })).rejects.toMatchObject(broken)
  writeFileSync(path, '')
  await expect(openRecord({ folder, ...ownRun })).rejects.toMatchObject(broken)
})

it.each([
  ['a line that is none', 'not ours\n'],
  ['half a line', '{"kind":"deci'],
])('appends nothing where %s stands behind the file before', async (_, more) => {
  const folder = tempFolder()
  const record = await openRecord({ folder, ...ownRun })
  for (const cycle of [0, 1]) await record.decisions.record(failedCycle(noon + cycle * 86_400_000, cycle))
  await record.close()
  writeFileSync(join(folder, fileOfNoon), more, { flag: 'a' })
  await expect(openRecord({ folder, ...ownRun })).rejects.toMatchObject({ code: 'logging/chain-broken' })
  const [decisions] = (await verifyLog(folder)).logs
  expect(decisions?.firstBad).toMatchObject({ file: fileOfNoon, lineNumber: 3 })
})

it.skipIf(process.platform !== 'linux')('leaves no file open of a log that it does not take', async () => {
  const folder = tempFolder()
  writeFileSync(join(folder, fileOfNoon), 'not ours\n', { mode: 0o600 })
  const openFiles = () => readdirSync('/proc/self/fd').map((name) => linkOf(`/proc/self/fd/${name}`))
  await expect(openRecord({ folder, ...ownRun })).rejects.toMatchObject({ code: 'logging/chain-broken' })
  expect(openFiles().filter((path) => path.startsWith(folder))).toEqual([])

  function linkOf(path: string): string {
    try {
      return readlinkSync(path)
    } catch {
      return ''
    }
  }
})

it('appends nothing to what a later version wrote', async () => {
  const folder = tempFolder()
  const record = await openRecord({ folder, ...ownRun })
  await record.decisions.record(failedCycle(noon))
  await record.close()
  const {
    hash: _,
    seq: __,
    ...header
  } = JSON.parse(readFileSync(join(folder, fileOfNoon), 'utf8').split('\n')[0] ?? '')
  const { line } = chainLine(JSON.stringify({ ...header, schemaVersion: 99 }), CHAIN_START)
  writeFileSync(join(folder, fileOfNoon), line)
  await expect(openRecord({ folder, ...ownRun })).rejects.toMatchObject({
    code: 'logging/newer-schema',
    recovery: 'halt',
  })
})
