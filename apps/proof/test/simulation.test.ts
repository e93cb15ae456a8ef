import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BatchResult, runBatch } from '../src/simulation/batch.ts'
import { BUNDLE_FOLDER, bundleSimulation } from '../src/simulation/bundle.ts'
import { missingLines, reportLines } from '../src/simulation/report.ts'
import { totalOf } from '../src/simulation/tally.ts'

const SEEDS = 60
const bundle = join(BUNDLE_FOLDER, `test-${process.pid}.mjs`)
let simulation: typeof import('../src/simulation/worker.ts')
let batch: BatchResult

beforeAll(async () => {
  await bundleSimulation(bundle)
  simulation = await import(bundle)
  batch = await runBatch(bundle, { first: 1, count: SEEDS, workers: 2 })
})
afterAll(() => rm(bundle, { force: true }))

describe('the simulation', () => {
  it('finds no invariant broken', () => {
    expect(reportLines(batch)).toContain('violations 0')
    expect(batch.failures).toEqual([])
    expect(batch.seeds).toBe(SEEDS)
  })

  it('gives every seed its cycles', () => {
    expect(batch.fewestCycles).toBeGreaterThanOrEqual(24)
    expect(missingLines(batch)).toEqual([])
  })

  it.each([
    ['traded/OPEN_COVERED_CALL', 1],
    ['traded/ROLL_COVERED_CALL', 1],
    ['ledger/delivery', 0.8],
    ['crash', 1],
    ['fault/', 5],
    ['fill/partial', 1],
    ['refusal/', 5],
  ])('has %s happen at least %s times a seed', (name, times) => {
    expect(totalOf(batch.tally, name)).toBeGreaterThanOrEqual(times * SEEDS)
  })

  it('lets a roll that began above the margin cap, and came about in part, be what it is (seed 3004339)', async () => {
    const { violations, tally } = await simulation.liveThrough(3_004_339)
    expect(violations).toEqual([])
    expect(totalOf(tally, 'traded/ROLL_COVERED_CALL')).toBeGreaterThan(0)
  })

  it('writes the same bytes again where it is given the same seed', async () => {
    for (const seed of [2, 3, 5]) {
      const events: string[] = []
      const again: string[] = []
      const first = await simulation.liveThrough(seed, (timeMs, event) => events.push(`${timeMs} ${event}`))
      const second = await simulation.liveThrough(seed, (timeMs, event) => again.push(`${timeMs} ${event}`))
      expect(again).toEqual(events)
      expect(second.digest).toBe(first.digest)
      expect(events.length).toBeGreaterThan(24)
    }
    const [one, other] = [await simulation.liveThrough(2), await simulation.liveThrough(3)]
    expect(one.digest).not.toBe(other.digest)
  })
})

describe('a bug that is planted', () => {
  const planted = join(BUNDLE_FOLDER, `planted-${process.pid}.mjs`)
  afterAll(() => rm(planted, { force: true }))

  it('is found where an order leaves before its intent is on the disk', async () => {
    const path = join(import.meta.dirname, '../../../packages/exec/src/send-order.ts')
    const source = await readFile(path, 'utf8')
    const patched = source.replace('  await journal.append(intent)\n', '')
    expect(patched).not.toBe(source)
    await bundleSimulation(planted, new Map([[path, patched]]))
    const found = await runBatch(planted, { first: 1, count: 20, workers: 2 }, undefined, (failed) => failed > 0)
    expect(found.failures[0]?.violations[0]?.invariant).toBe('I3')
  })
})
