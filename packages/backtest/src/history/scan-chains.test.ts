import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { createBadRows } from './bad-rows.js'
import { createChainBuilder } from './chain-builder.js'
import { openRecordedHistory } from './recorded-history.js'
import { scanCoveredCalls } from './scan-chains.js'

const DAY_MS = 86_400_000
const START_MS = Date.UTC(2026, 0, 2, 8, 0)
const WEEKLY = { targetDelta: 0.25, minDte: 5, maxDte: 9 }

/** Twelve days of one snapshot a day and expiries a week apart: strikes 90,000 to 110,000 above a forward of 88,000. */
function chainForTest() {
  const builder = createChainBuilder('BTC', { badRows: createBadRows('refuse') })
  for (let day = 0; day < 12; day++) {
    const timeMs = START_MS + day * DAY_MS + 1
    for (const expiryMs of [7, 14, 21].map((days) => START_MS + days * DAY_MS).filter((expiry) => expiry > timeMs)) {
      for (let strikeUsd = 90_000; strikeUsd <= 110_000; strikeUsd += 2_000) {
        for (const isPut of [0, 1] as const) {
          const bidCoin = strikeUsd === 92_000 && isPut === 0 ? Number.NaN : 0.02 - (strikeUsd - 90_000) / 2_000_000
          builder.add({
            ...{ file: 'x', row: 1, timeMs, indexUsd: 88_000, expiryMs, strikeUsd, isPut, bidCoin, forwardUsd: 88_000 },
            ...{ askCoin: 0.5, markCoin: Number.NaN, iv: 0.5, bidSizeCoin: Number.NaN, askSizeCoin: Number.NaN },
            ...{ openInterestCoin: Number.NaN, volumeCoin: Number.NaN },
          })
        }
      }
    }
  }
  return builder.finish()
}

describe('a scan', () => {
  it('sells the call nearest to the target, settles it, and sells again after its rest', () => {
    const delivered = new Map([[START_MS + 7 * DAY_MS, 100_000]])
    const { trades, rowsScanned } = scanCoveredCalls(
      chainForTest(),
      (expiry) => delivered.get(expiry) ?? 90_000,
      WEEKLY,
    )
    expect([...trades.timeMs]).toEqual([START_MS + 1, START_MS + 8 * DAY_MS + 1])
    expect([...trades.expiryMs]).toEqual([START_MS + 7 * DAY_MS, START_MS + 14 * DAY_MS])
    expect([...trades.strikeUsd]).toEqual([94_000, 94_000])
    expect(trades.payoutCoin[0]).toBeCloseTo(0.06, 15)
    expect(trades.deliveryFeeCoin[0]).toBe(0.00015)
    expect(trades.balanceCoin[0]).toBeCloseTo(1 + 0.018 - 0.0003 - 0.06 - 0.00015, 14)
    expect(trades.balanceCoin[1]).toBeCloseTo((trades.balanceCoin[0] as number) + 0.018 - 0.0003, 14)
    expect(rowsScanned).toBe(chainForTest().strikeUsd.length)
  })

  it('never sells what has no bid', () => {
    const { trades } = scanCoveredCalls(chainForTest(), () => 90_000, { ...WEEKLY, targetDelta: 0.29 })
    expect([...trades.strikeUsd]).not.toContain(92_000)
  })

  it('does not sell what nothing would settle', () => {
    const { trades, choice } = scanCoveredCalls(chainForTest(), () => undefined, WEEKLY)
    expect(trades.timeMs).toHaveLength(0)
    expect(choice.some((row) => row >= 0)).toBe(true)
  })

  it('chooses nothing where no expiry is within the days', () => {
    const { choice } = scanCoveredCalls(chainForTest(), () => 90_000, { ...WEEKLY, minDte: 30, maxDte: 40 })
    expect(choice.every((row) => row === -1)).toBe(true)
  })

  it('chooses the same of deltas of candidates and of a chain that is priced throughout', () => {
    const some = scanCoveredCalls(chainForTest(), () => 90_000, WEEKLY)
    const all = scanCoveredCalls(chainForTest(), () => 90_000, { ...WEEKLY, reprice: 'all' })
    expect(all.choice).toEqual(some.choice)
    expect(all.trades).toEqual(some.trades)
    expect(all.deltasComputed).toBe(all.rowsScanned)
    expect(some.deltasComputed).toBeLessThan(some.rowsScanned)
  })
})

const recordings = inject('recordings')
const folder = join(recordings ?? '', 'data')
/** Windows of the references; each begins with the first expiry of a week, a minute after it. */
const WINDOWS = {
  '2021JunJul': { fromMs: Date.UTC(2021, 5, 4, 8, 1), toMs: Date.UTC(2021, 7, 1) },
  '2022H1': { fromMs: Date.UTC(2022, 0, 7, 8, 1), toMs: Date.UTC(2022, 4, 1) },
  '2026H1': { fromMs: Date.UTC(2026, 0, 2, 8, 1), toMs: Date.UTC(2026, 5, 1) },
}

describe.skipIf(recordings === null).each([
  ['BTC', '2021JunJul'],
  ['BTC', '2022H1'],
  ['BTC', '2026H1'],
  ['ETH', '2026H1'],
] as const)('a scan of the recordings of %s in %s', (currency, window) => {
  const span = WINDOWS[window]
  const history = recordings === null ? undefined : openRecordedHistory({ folder, currencies: [currency], ...span })

  it.each([0.1, 0.25, 0.5])('makes the weekly trades at delta %s that were computed independently', (targetDelta) => {
    const path = `reference_backtests/trades_${currency}_${window}_weekly_d${100 * targetDelta}_bid.csv`
    const lines = readFileSync(join(folder, path), 'utf8').trimEnd().split('\n').slice(1)
    const expected = lines.map((line) => line.split(',').map(Number))
    const chain = history?.chains.get(currency)
    if (history === undefined || chain === undefined) throw new Error('There is no chain.')
    const delivery = (expiryMs: number) => history.market.deliveryUsd(currency, expiryMs, span.toMs)
    const rule = { ...WEEKLY, targetDelta, deliveryFee: false }
    const { trades, choice } = scanCoveredCalls(chain, delivery, rule)
    const made = [...trades.timeMs].map((timeMs, i) => [
      timeMs / 1000,
      (trades.expiryMs[i] as number) / 1000,
      trades.strikeUsd[i],
    ])
    expect(made).toEqual(expected.map((cells) => cells.slice(0, 3)))
    expect([...trades.premiumCoin]).toEqual(expected.map((cells) => cells[9]))
    expect([...trades.settlementUsd]).toEqual(expected.map((cells) => cells[11]))
    // The lists give six digits.
    const near = (column: number) => expected.map((cells) => expect.closeTo(cells[column] as number, 5))
    expect([...trades.feeCoin]).toEqual(near(10))
    expect([...trades.payoutCoin]).toEqual(near(12))
    expect([...trades.balanceCoin]).toEqual(near(13))
    expect(scanCoveredCalls(chain, delivery, { ...rule, reprice: 'all' }).choice).toEqual(choice)
  })
})
