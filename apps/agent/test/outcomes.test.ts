import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSimVenue } from '@cc/exchange-sim'
import { outcomesOf, readLog, verifyLog } from '@cc/logging'
import type { DecisionRecord, LogEntry, OutcomeRecord } from '@cc/models'
import { createVirtualClock } from '@cc/models/clock'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runCli } from './run-cli.js'

/*
 * A run of three weeks, in which several expiries are delivered.
 */

const folder = mkdtempSync(join(tmpdir(), 'outcomes-'))
const entries: LogEntry[] = []
let decisions: readonly DecisionRecord[] = []
let outcomes: readonly OutcomeRecord[] = []

beforeAll(async () => {
  const { exitCode, stderr } = await runCli(['run', '--for', '21d', '--every', '12h', '--log-dir', folder], { folder })
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
  for await (const { entry } of readLog(folder, 'decisions')) {
    if (entry.kind === 'decision' || entry.kind === 'outcome') entries.push(entry)
  }
  decisions = entries.filter((entry) => entry.kind === 'decision')
  outcomes = entries.filter((entry) => entry.kind === 'outcome')
})

afterAll(() => rmSync(folder, { recursive: true }))

it('writes one outcome of every decision and expiry that was delivered in the run', async () => {
  const endMs = decisions.at(-1)?.startedMs ?? 0
  const { market } = createSimVenue({}, { clock: createVirtualClock({ startMs: endMs }) })
  const expected = []
  for (const record of decisions) {
    const expiries = record.state?.underlyings.flatMap(({ currency, candidates }) =>
      [...new Set(candidates.map(({ instrument }) => instrument.expiryMs))].map((expiryMs) => ({ currency, expiryMs })),
    )
    for (const { currency, expiryMs } of expiries ?? []) {
      if (expiryMs > endMs) continue
      const deliveryUsd = (await market.deliveryPrice(currency, expiryMs)) ?? 0
      // The price is asked for once the first decision at or after the expiry is carried out.
      const knownMs = decisions.find(({ startedMs }) => startedMs >= expiryMs)?.endedMs ?? Number.NaN
      expected.push(outcomesOf(record, { currency, expiryMs, deliveryUsd, knownMs }))
    }
  }
  const inOrder = (some: readonly (OutcomeRecord | null)[]) => some.map((outcome) => JSON.stringify(outcome)).sort()
  expect(expected.length).toBeGreaterThan(50)
  expect(inOrder(outcomes)).toEqual(inOrder(expected))
})

it('stands behind its decision, in a log that verifies', async () => {
  const places = new Map(entries.map((entry, place) => [entry.kind === 'decision' ? entry.decisionId : null, place]))
  for (const [place, entry] of entries.entries()) {
    if (entry.kind === 'outcome') expect(places.get(entry.decisionId)).toBeLessThan(place)
  }
  const { logs } = await verifyLog(folder)
  expect(logs.map(({ firstBad, tornTail }) => ({ firstBad, tornTail }))).toEqual([
    { firstBad: null, tornTail: null },
    { firstBad: null, tornTail: null },
  ])
})
