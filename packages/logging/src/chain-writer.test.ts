import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CcError, logEntrySchema } from '@cc/models'
import { describe, expect, it } from 'vitest'
import { DECISION_FILES, readChain } from '../test/chain-oracle.js'
import { diskWith, failingDisk, systemError } from '../test/failing-disk.js'
import { ownRun } from '../test/own-run.js'
import { failedCycle } from '../test/records.js'
import { tempFolder } from '../test/temp-folder.js'
import { type ChainWriter, openChain } from './chain-writer.js'
import type { Disk } from './disk.js'
import { decisionFileName } from './log-files.js'
import type { Redactor } from './redact.js'

const midnight = Date.UTC(2026, 0, 3)
const [firstFile, secondFile] = [decisionFileName(midnight - 1), decisionFileName(midnight)]

describe('a disk of which one call fails', () => {
  it.each([
    ['EIO', 'the file can be cut back', true],
    ['ENOSPC', 'the file can be cut back', true],
    ['EIO', 'it cannot', false],
    ['ENOSPC', 'it cannot', false],
  ])('loses no acknowledged line to %s at any call, where %s', (code, _, cuts) => {
    const seen = new Set<string>()
    for (let n = 1; ; n += 1) {
      const folder = folderWithTornTail()
      const { disk, tripped } = failingDisk({ n, code, cuts })
      const { acknowledged, failures } = live(folder, disk)
      const name = tripped()
      if (name === undefined) {
        expect({ acknowledged, failures }).toEqual({ acknowledged: [1, 2, 3, 4, 5, 6], failures: [] })
        break
      }
      seen.add(name)
      // What was set aside is on disk before its file is closed: that this failed changes nothing.
      if (name !== 'close') expect(failures.length, `call ${n}, ${name}`).toBeGreaterThan(0)
      // What the next life finds: all that was acknowledged, at most one line that was not, and it goes on.
      const next = openDecisions(folder)
      append(next, 9)
      next.close()
      const cycles = cyclesOf(folder)
      expect(cycles.slice(0, acknowledged.length + 1), `call ${n}, ${name}`).toEqual([0, ...acknowledged])
      expect(cycles.length - acknowledged.length, `call ${n}, ${name}`).toBeLessThanOrEqual(3)
      expect(cycles.at(-1)).toBe(9)
    }
    expect([...seen].sort()).toEqual(['close', 'datasync', 'look', 'open', 'stat', 'syncFolder', 'truncate', 'write'])
  })

  it('ends a full log in a stop record, in the room that the ballast gives back', () => {
    const folder = tempFolder()
    let full = false
    let released = 0
    const ballast = {
      release: () => {
        released += 1
        full = false
      },
    }
    const disk = diskWith((call) => (full && call === 'write' ? systemError('ENOSPC') : undefined))
    const chain = openDecisions(folder, { disk, ballast })
    append(chain, 0)
    full = true
    expect(() => append(chain, 1)).toThrow(expect.objectContaining({ code: 'logging/append-failed' }))
    expect(() => append(chain, 2)).toThrow(expect.objectContaining({ code: 'logging/append-refused' }))
    chain.close()
    expect(released).toBe(1)
    const lines = readChain(folder, DECISION_FILES)
    expect(lines.map(({ record: { kind } }) => kind)).toEqual(['header', 'decision', 'stop'])
    expect(lines.at(-1)?.record).toMatchObject({
      code: 'logging/append-failed',
      message: expect.stringContaining('ENOSPC'),
    })
  })

  it('stops behind a header where the disk is full at midnight', () => {
    const folder = tempFolder()
    let full = false
    const ballast = {
      release: () => {
        full = false
      },
    }
    const disk = diskWith((call) => (full && call === 'write' ? systemError('ENOSPC') : undefined))
    const chain = openDecisions(folder, { disk, ballast })
    append(chain, 0, midnight - 1)
    full = true
    expect(() => append(chain, 1, midnight)).toThrow(expect.objectContaining({ code: 'logging/append-failed' }))
    chain.close()
    expect(readChain(folder, DECISION_FILES).map(({ file, record: { kind } }) => [file, kind])).toEqual([
      [firstFile, 'header'],
      [firstFile, 'decision'],
      [secondFile, 'header'],
      [secondFile, 'stop'],
    ])
  })

  it('writes no secret into a stop record', () => {
    const folder = tempFolder()
    let full = true
    const ballast = {
      release: () => {
        full = false
      },
    }
    const disk = diskWith((call) => (full && call === 'write' ? systemError('ENOSPC') : undefined))
    const chain = openDecisions(folder, {
      disk,
      ballast,
      redact: (json) => json.replaceAll('the system', '[redacted:x]'),
    })
    expect(() => append(chain, 0)).toThrow(expect.objectContaining({ code: 'logging/append-failed' }))
    chain.close()
    expect(readChain(folder, DECISION_FILES).at(-1)?.record.message).toMatch(/ENOSPC: \[redacted:x\] says no/)
  })

  it('keeps the ballast where the disk is not full', () => {
    const ballast = { release: () => expect.unreachable() }
    const failingSync = diskWith((call) => (call === 'datasync' ? systemError('EIO') : undefined))
    const chain = openDecisions(tempFolder(), { disk: failingSync, ballast })
    expect(() => append(chain, 0)).toThrow(
      expect.objectContaining({ facts: expect.objectContaining({ systemCode: 'EIO' }) }),
    )
  })
})

it('loses and splits no line of 10,000 around midnight', () => {
  const folder = tempFolder()
  const chain = openDecisions(folder, { synced: false })
  // Times go back and forth over midnight by a few milliseconds, as those of two clocks do.
  const startedMs = (cycle: number) => midnight - 5_000 + cycle + ((cycle * 7) % 5)
  for (let cycle = 0; cycle < 10_000; cycle += 1) append(chain, cycle, startedMs(cycle))
  chain.close()
  expect(cyclesOf(folder)).toEqual(Array.from({ length: 10_000 }, (_, cycle) => cycle))
  const lines = readChain(folder, DECISION_FILES)
  expect(lines.filter(({ record: { kind } }) => kind === 'header').map(({ file }) => file)).toEqual([
    firstFile,
    secondFile,
  ])
  const second = lines.filter(({ file, record: { kind } }) => file === secondFile && kind === 'decision')
  expect(second[0]?.record.startedMs).toBeGreaterThanOrEqual(midnight)
  expect(lines.filter(({ file, record }) => file === firstFile && Number(record.startedMs) >= midnight)).toEqual([])
})

it('puts a record that starts at 00:00:00.000 into the file of that day', () => {
  const folder = tempFolder()
  const chain = openDecisions(folder)
  for (const [cycle, time] of [midnight - 1, midnight, midnight + 1].entries()) append(chain, cycle, time)
  chain.close()
  const files = readChain(folder, DECISION_FILES).filter(({ record: { kind } }) => kind === 'decision')
  expect(files.map(({ file }) => file)).toEqual([firstFile, secondFile, secondFile])
})

it('does not append to a file of the next day that holds lines of somebody else', () => {
  const folder = tempFolder()
  const chain = openDecisions(folder)
  append(chain, 0, midnight - 1)
  writeFileSync(join(folder, secondFile), 'not ours\n', { mode: 0o600 })
  expect(() => append(chain, 1, midnight)).toThrow(expect.objectContaining({ code: 'logging/file-changed' }))
  expect(() => append(chain, 2, midnight - 1)).toThrow(expect.objectContaining({ code: 'logging/append-refused' }))
  chain.close()
  expect(readFileSync(join(folder, secondFile), 'utf8')).toBe('not ours\n')
  expect(cyclesOf(folder, firstFile)).toEqual([0])
})

it('holds one file open at a time, and none of somebody else’s', () => {
  const folder = tempFolder()
  const calls: string[] = []
  const disk = diskWith((call) => void calls.push(call))
  const openFiles = () =>
    calls.filter((call) => call === 'open').length - calls.filter((call) => call === 'close').length
  const chain = openDecisions(folder, { disk })
  append(chain, 0, midnight - 1)
  append(chain, 1, midnight)
  expect(openFiles()).toBe(1)
  const thirdDay = midnight + 86_400_000
  writeFileSync(join(folder, decisionFileName(thirdDay)), 'not ours\n', { mode: 0o600 })
  expect(() => append(chain, 2, thirdDay)).toThrow(expect.objectContaining({ code: 'logging/file-changed' }))
  expect(openFiles()).toBe(1)
  chain.close()
  expect(openFiles()).toBe(0)
})

it('appends nothing where two files end in half a line: only one can be the last', () => {
  const folder = folderWithTornTail()
  const before = readFileSync(join(folder, firstFile), 'utf8')
  writeFileSync(join(folder, secondFile), '{"kind":"head', { mode: 0o600 })
  expect(() => openDecisions(folder)).toThrow(expect.objectContaining({ code: 'logging/chain-broken' }))
  expect(readFileSync(join(folder, firstFile), 'utf8')).toBe(before)
})

it('adds a line about the log to its newest file, and makes one where there is none', () => {
  const folder = tempFolder()
  const record = { kind: 'recovery', what: 'quarantine', movedTo: 'a.quarantined-1', bytes: 7 } as const
  for (const cycle of [0, 1]) {
    const chain = openDecisions(folder)
    chain.note(record, firstFile)
    append(chain, cycle, midnight)
    chain.close()
  }
  expect(
    readChain(folder, DECISION_FILES).map(({ file, record: { kind } }) => `${file === firstFile} ${kind}`),
  ).toEqual([
    'true header',
    'true recovery',
    'false header',
    'false decision',
    'false header',
    'false recovery',
    'false decision',
  ])
})

it('has a first file from the start on where one is asked for', () => {
  const folder = tempFolder()
  openDecisions(folder, { firstFile: secondFile }).close()
  expect(readFileSync(join(folder, secondFile), 'utf8')).toBe('')
  openDecisions(folder).close()
  expect(existsSync(join(folder, firstFile))).toBe(false)
})

type Deps = { disk?: Disk; synced?: boolean; ballast?: { release(): void }; firstFile?: string; redact?: Redactor }

function openDecisions(folder: string, { disk, synced = true, ballast, firstFile, redact }: Deps = {}): ChainWriter {
  const settings = { folder, log: 'decisions', synced, header: ownRun, redact: redact ?? ((json) => json) } as const
  return openChain({ ...settings, ballast: ballast ?? null, ...(firstFile && { firstFile }) }, disk)
}

function append(chain: ChainWriter, cycle: number, startedMs = midnight + cycle - 4): void {
  chain.append(logEntrySchema, failedCycle(startedMs, cycle), decisionFileName(startedMs))
}

function cyclesOf(folder: string, file?: string): unknown[] {
  const lines = readChain(folder, file === undefined ? DECISION_FILES : new RegExp(`^${file}$`))
  return lines.filter(({ record: { kind } }) => kind === 'decision').map(({ record: { cycle } }) => cycle)
}

/** One record, and half of another. */
function folderWithTornTail(): string {
  const folder = tempFolder()
  const chain = openDecisions(folder, { synced: false })
  append(chain, 0, midnight - 10)
  chain.close()
  writeFileSync(join(folder, firstFile), '{"kind":"decision","sch', { flag: 'a' })
  return folder
}

/** A life of six records, three on each side of midnight: which of them were acknowledged, and what went wrong. */
function live(folder: string, disk: Disk): { acknowledged: number[]; failures: string[] } {
  const acknowledged: number[] = []
  const failures: string[] = []
  let chain: ChainWriter | undefined
  const attempt = (work: () => void): boolean => {
    try {
      work()
      return true
    } catch (error) {
      failures.push((error as CcError).code)
      return false
    }
  }
  attempt(() => {
    chain = openDecisions(folder, { disk })
  })
  for (const cycle of [1, 2, 3, 4, 5, 6]) {
    const writer = chain
    if (writer === undefined || !attempt(() => append(writer, cycle))) continue
    if (failures.length > 0) throw new Error(`cycle ${cycle} was acknowledged after ${failures}`)
    acknowledged.push(cycle)
  }
  attempt(() => chain?.close())
  for (const code of failures)
    expect(code).toMatch(/^logging\/(append-failed|append-refused|file-unusable|file-changed)$/)
  return { acknowledged, failures }
}
