import { candidateForTest, stateForTest, underlyingForTest } from '@cc/models/testing'
import { expect, it } from 'vitest'
import { decisionOf } from '../test/records.js'
import { createPendingOutcomes } from './pending-outcomes.js'

const EXPIRY_MS = Date.UTC(2026, 0, 30, 8)
const EXPIRY = { currency: 'BTC', expiryMs: EXPIRY_MS, delivery: null } as const

function decision(cycle: number, symbols: readonly string[] = ['BTC-30JAN26-100000-C']) {
  const candidates = symbols.map((symbol) => candidateForTest(symbol))
  return decisionOf(stateForTest({ underlyings: [underlyingForTest({ candidates })] }), cycle)
}

it('keeps the first decisions of an expiry, and goes on with those of another', () => {
  const pending = createPendingOutcomes(2)
  for (let cycle = 0; cycle < 4; cycle += 1) pending.add(decision(cycle))
  pending.add(decision(4, ['BTC-6FEB26-100000-C']))
  expect(pending.past(Date.UTC(2027, 0)).map((expiry) => [expiry.expiryMs, cyclesOf(expiry)])).toEqual([
    [EXPIRY_MS, [0, 1]],
    [Date.UTC(2026, 1, 6, 8), [4]],
  ])

  function cyclesOf(expiry: Parameters<typeof pending.next>[0]): number[] {
    const cycles: number[] = []
    for (let next = pending.next(expiry); next !== undefined; next = pending.next(expiry)) {
      cycles.push(next.cycle)
      pending.settle(next)
    }
    return cycles
  }
})

it('remembers a decision once', () => {
  const pending = createPendingOutcomes(2)
  for (const cycle of [0, 0, 0, 1]) pending.add(decision(cycle))
  const first = pending.next(EXPIRY)
  if (first !== undefined) pending.settle(first)
  expect(pending.next(EXPIRY)?.cycle).toBe(1)
})

it('remembers a decision of each run, though the two saw and did the same', () => {
  const pending = createPendingOutcomes(2)
  for (const runId of ['a', 'b']) pending.add({ ...decision(0), runId })
  const first = pending.next(EXPIRY)
  if (first !== undefined) pending.settle(first)
  expect([first?.runId, pending.next(EXPIRY)?.runId]).toEqual(['a', 'b'])
})

it('holds no expiry whose outcomes are all written', () => {
  const pending = createPendingOutcomes(2)
  pending.add(decision(0))
  const [expiry = EXPIRY] = pending.past(EXPIRY_MS)
  expect(pending.next(expiry)).toMatchObject({ cycle: 0 })
  pending.settle({ ...decision(0), currency: 'BTC', expiryMs: EXPIRY_MS, decisionId: '0'.repeat(64) })
  expect([pending.past(EXPIRY_MS), pending.next(expiry)]).toEqual([[], undefined])
})

it('is past from the expiry on, oldest first, by coin', () => {
  const pending = createPendingOutcomes(2)
  pending.add(decision(0, ['BTC-6FEB26-100000-C', 'BTC-30JAN26-100000-C']))
  const candidates = [candidateForTest('ETH-30JAN26-4000-C')]
  const underlyings = [underlyingForTest({ currency: 'ETH', candidates })]
  pending.add(decisionOf(stateForTest({ underlyings }), 1))
  const named = (nowMs: number) => pending.past(nowMs).map(({ currency, expiryMs }) => `${currency} ${expiryMs}`)
  expect(named(EXPIRY_MS - 1)).toEqual([])
  expect(named(EXPIRY_MS)).toEqual([`BTC ${EXPIRY_MS}`, `ETH ${EXPIRY_MS}`])
  expect(named(Date.UTC(2026, 1, 6, 8))).toEqual([
    `BTC ${EXPIRY_MS}`,
    `ETH ${EXPIRY_MS}`,
    `BTC ${Date.UTC(2026, 1, 6, 8)}`,
  ])
})
