import { describe, expect, inject, it } from 'vitest'
import { openRecordedHistory } from '../src/history/recorded-history.js'
import { equityOf, grossFlowCoin } from '../src/results/attribution.js'
import { checkBook } from '../src/results/check-book.js'
import type { Attribution } from '../src/results/result.js'
import { summarise } from '../src/results/summarise.js'
import { composeRules } from '../src/run/compose-rules.js'
import { runBacktest } from '../src/run/run-backtest.js'

const recordings = inject('recordings')
const FROM_MS = Date.UTC(2026, 0, 2)
const TO_MS = Date.UTC(2026, 2, 1)

describe.skipIf(recordings === null)('results of runs on recorded quotes', () => {
  it.each([
    { preset: 'weekly-25-delta', fill: 'cross' },
    { preset: 'always-atm', fill: 'passive' },
  ] as const)('$preset, $fill: the books keep every identity and the parts add up', async ({ preset, fill }) => {
    const history = openRecordedHistory({
      folder: `${recordings}/data`,
      currencies: ['BTC'],
      fromMs: FROM_MS - 30 * 86_400_000,
      toMs: TO_MS,
    })
    const run = await runBacktest({
      ...{ history, deposits: { BTC: 10 }, fill, fromMs: FROM_MS, toMs: TO_MS },
      compose: composeRules({ preset }),
    })
    const [book] = run.books
    if (book === undefined) throw new Error('no book')
    expect(checkBook(book)).toEqual([])

    const context = { objective: 'coin', codeVersion: '1', preset, seed: 1, fill, reproduce: null } as const
    const { underlyings } = summarise(run, context)
    const result = underlyings.BTC
    if (result === undefined) throw new Error('no result')
    const { attribution, stories, sensitivity, verdict, overlayCoin, calls } = result
    const gross = grossFlowCoin(book)
    const highestUsd = Math.max(...book.rows.map(({ indexUsd }) => indexUsd))
    expect(Math.abs(residualOf(attribution.coin))).toBeLessThanOrEqual(1e-12 * gross)
    expect(Math.abs(residualOf(attribution.usd))).toBeLessThanOrEqual(1e-12 * gross * highestUsd)
    const told = stories.reduce((sum, { pnlCoin }) => sum + pnlCoin, 0)
    expect(Math.abs(told - overlayCoin)).toBeLessThanOrEqual(1e-12 * gross)
    expect(equityOf(book.rows.at(-1) as (typeof book.rows)[number]) - 10).toBe(overlayCoin)

    expect(calls.sales).toBeGreaterThan(5)
    expect(calls.expectedAssignmentRate).toBeGreaterThan(0.1)
    expect(calls.fillAgainstMidBps).toBeLessThan(0)
    const paid = sensitivity.find(({ spreadFactor, feeFactor }) => spreadFactor === 1 && feeFactor === 1)
    if (fill === 'cross') expect(paid?.overlayCoin).toBeCloseTo(overlayCoin, 11)
    // Eight weeks are no evidence of anything.
    expect(verdict.evidence).toBe('none')
  })
})

function residualOf({ passive, timing, shortVol, trading, total }: Attribution): number {
  return passive + timing + shortVol + trading - total
}
