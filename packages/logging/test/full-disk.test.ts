import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openRecord } from '../src/open-record.js'
import { DECISION_FILES, INTENT_FILES, readChain } from './chain-oracle.js'
import { ownRun } from './own-run.js'
import { failedCycle, intent } from './records.js'
import { spawnWriter } from './spawn-writer.js'
import { tempFolder } from './temp-folder.js'

const noon = Date.UTC(2026, 0, 2, 12)
const mounts = process.platform === 'linux' && process.getuid?.() === 0 && tryToMount()
if (!mounts) console.warn('No file system can be mounted here: tests on a full one are skipped.')

it.skipIf(!mounts)(
  'keeps every acknowledged record on a disk of 256 KB that is full, and goes on when there is room',
  async () => {
    const folder = mountedFolder('256k')
    // Of what else fills the disk, so that the last line that fits is of another length each time.
    for (let life = 0; life < 5; life += 1) {
      const before = readChain(folder, DECISION_FILES).length
      const { acknowledged, failure } = await fill(folder, { from: life * 1_000, lineBytes: 3_000 + 7 * life })
      expect(failure).toMatchObject({
        code: 'logging/append-failed',
        recovery: 'halt',
        facts: { systemCode: 'ENOSPC' },
      })
      const lines = readChain(folder, DECISION_FILES).slice(before)
      const cycles = lines.filter(({ record: { kind } }) => kind === 'decision').map(({ record: { cycle } }) => cycle)
      expect(cycles).toEqual(acknowledged)
      expect(acknowledged.length).toBeGreaterThan(life === 0 ? 50 : -1)
      expect(['decision', 'stop', undefined]).toContain(lines.at(-1)?.record.kind)
      execFileSync('mount', ['-o', `remount,size=${256 + 32 * (life + 1)}k`, folder])
    }
  },
)

it.skipIf(!mounts)(
  'has room for a stop record, and for the outcome of what was sent, when all else is full',
  async () => {
    const folder = mountedFolder('16m')
    const record = await openRecord({ folder, ...ownRun })
    await record.intents.append(intent('a'))
    await record.decisions.record(failedCycle(noon))
    expect(() => writeFileSync(join(folder, 'other'), Buffer.alloc(16_000_000))).toThrow('ENOSPC')
    await expect(record.decisions.record({ ...failedCycle(noon, 1), policy: 'x'.repeat(5_000) })).rejects.toMatchObject(
      {
        code: 'logging/append-failed',
      },
    )
    await expect(record.decisions.record(failedCycle(noon, 2))).rejects.toMatchObject({
      code: 'logging/append-refused',
    })
    await record.intents.append({
      kind: 'outcome',
      timeMs: noon,
      label: 'a',
      outcome: 'absent',
      orderId: null,
      filledCoin: 0,
    })
    await record.close()
    expect(readdirSync(folder)).not.toContain('.ballast')
    expect(readChain(folder, DECISION_FILES).map(({ record: { kind } }) => kind)).toEqual([
      'header',
      'decision',
      'stop',
    ])
    expect(readChain(folder, INTENT_FILES).map(({ record: { kind } }) => kind)).toEqual(['header', 'intent', 'outcome'])
    rmSync(join(folder, 'other'))
    const next = await openRecord({ folder, ...ownRun })
    await next.decisions.record(failedCycle(noon, 3))
    await next.close()
    expect(readdirSync(folder)).toContain('.ballast')
    expect(
      readChain(folder, DECISION_FILES)
        .map(({ record: { kind } }) => kind)
        .slice(3),
    ).toEqual(['header', 'decision'])
  },
)

it.skipIf(!mounts)('keeps no ballast on a disk that it would fill', async () => {
  const folder = mountedFolder('6m')
  const record = await openRecord({ folder, ...ownRun })
  await record.decisions.record(failedCycle(noon))
  await record.close()
  expect(readdirSync(folder)).not.toContain('.ballast')
})

it.skipIf(process.platform === 'win32')(
  'keeps every acknowledged record where a file may not grow any more',
  async () => {
    const folder = tempFolder()
    // The ballast is longer than any file may get.
    const { lines } = spawnWriter(folder, { first: 1, last: 1_000 }, 1_000)
    const said = await lines
    expect(said.at(-1)).toBe('logging/append-failed')
    const kept = readChain(folder, DECISION_FILES).map(({ record }) => record)
    expect(kept.filter(({ kind }) => kind === 'decision').map(({ cycle }) => String(cycle))).toEqual(said.slice(0, -1))
    expect(kept.at(-1)).toMatchObject({ kind: 'stop', message: expect.stringContaining('EFBIG') })
    expect(said.slice(0, -1)).toEqual(['1', '2', '3'])
  },
)

async function fill(folder: string, { from, lineBytes }: { from: number; lineBytes: number }) {
  const record = await openRecord({ folder, ...ownRun })
  const acknowledged: number[] = []
  let failure: unknown
  for (let cycle = from; failure === undefined; cycle += 1) {
    const entry = { ...failedCycle(noon, cycle), policy: 'x'.repeat(lineBytes) }
    await record.decisions.record(entry).then(
      () => acknowledged.push(cycle),
      (error) => {
        failure = error
      },
    )
  }
  await expect(record.decisions.record(failedCycle(noon))).rejects.toMatchObject({ code: 'logging/append-refused' })
  await record.close()
  return { acknowledged, failure }
}

/** A file system of its own for the running test. */
function mountedFolder(size: string): string {
  const folder = tempFolder()
  mount(folder, size)
  onTestFinished(() => void execFileSync('umount', ['-l', folder]))
  return folder
}

function mount(folder: string, size: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=700`, 'tmpfs', folder], { stdio: 'pipe' })
}

function tryToMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'cc-logging-'))
  try {
    mount(folder, '64k')
    execFileSync('umount', [folder])
    return true
  } catch {
    return false
  } finally {
    rmdirSync(folder)
  }
}
