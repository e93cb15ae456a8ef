import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, inject, it } from 'vitest'
import type { BarColumns, ChainColumns } from '../history/chain-columns.js'
import type { HistoryRecipe, QuotedRecipe, ReconstructedRecipe } from '../history/history.js'
import { openRecordedHistory } from '../history/recorded-history.js'
import { historyOf } from '../modelled/history-of.js'
import { DAY_MS, FIRST_MS, HOUR_MS, wanderingSeries } from '../modelled/modelled.fixture.js'
import { openReconstructedHistory } from '../modelled/reconstructed-history.js'
import { openSyntheticHistory } from '../modelled/synthetic-history.js'
import { otherFuture } from './other-future.js'

const recordings = inject('recordings')
const FROM_MS = FIRST_MS + 60 * DAY_MS
const reconstructed = openReconstructedHistory(
  { fromMs: FROM_MS, toMs: FROM_MS + 20 * DAY_MS },
  { series: [{ ...wanderingSeries('BTC', { days: 90 }), deliveryUsd: new Map([[FROM_MS + 5 * DAY_MS, 90_000]]) }] },
).recipe as ReconstructedRecipe

describe('bars', () => {
  it('that had closed are as they were, and all others are not', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20 * 24 * 60 }), fc.nat(), (minutes, seed) => {
        const atMs = FROM_MS + minutes * 60_000
        const [before] = reconstructed.series
        const [after] = (otherFuture(reconstructed, { atMs, seed }) as ReconstructedRecipe).series
        for (const kind of ['candles', 'dvol'] as const) {
          expectOtherAfter(before?.[kind] as BarColumns, after?.[kind] as BarColumns, atMs)
        }
        const changes = after?.deliveryUsd.get(FROM_MS + 5 * DAY_MS) !== 90_000
        expect(changes).toBe(atMs < FROM_MS + 5 * DAY_MS)
      }),
      { numRuns: 25 },
    )
  })

  it('are the same for the same seed', () => {
    const atMs = FROM_MS + 3 * DAY_MS
    expect(otherFuture(reconstructed, { atMs, seed: 1 })).toEqual(otherFuture(reconstructed, { atMs, seed: 1 }))
    expect(otherFuture(reconstructed, { atMs, seed: 2 })).not.toEqual(otherFuture(reconstructed, { atMs, seed: 1 }))
  })
})

describe.skipIf(recordings === null)('recorded chains', () => {
  it('up to the moment are as they were, and later ones are of other times', () => {
    const [fromMs, toMs] = [Date.UTC(2026, 1, 1), Date.UTC(2026, 1, 10)]
    const { recipe } = openRecordedHistory({
      folder: join(recordings ?? '', 'data'),
      currencies: ['BTC'],
      ...{ fromMs, toMs },
    })
    const atMs = Date.UTC(2026, 1, 5, 12)
    const [before] = (recipe as QuotedRecipe).chains as readonly [ChainColumns]
    const [after] = (otherFuture(recipe as HistoryRecipe, { atMs, seed: 1 }) as QuotedRecipe).chains as readonly [
      ChainColumns,
    ]
    const first = before.timeMs.findIndex((timeMs) => timeMs > atMs)
    const row = before.firstRow[first] ?? 0
    expect(first).toBeGreaterThan(5)
    expect(after.timeMs).toEqual(before.timeMs)
    expect(after.expiryMs).toHaveLength(before.expiryMs.length)
    expect(after.firstRow.at(-1)).toBe(before.firstRow.at(-1))
    for (const name of ['expiryMs', 'strikeUsd', 'bidCoin', 'askCoin', 'markCoin', 'iv', 'forwardUsd'] as const) {
      expect(after[name].subarray(0, row), name).toEqual(before[name].subarray(0, row))
      expect(after[name].subarray(row), name).not.toEqual(before[name].subarray(row))
    }
    for (let snapshot = 0; snapshot < before.timeMs.length; snapshot++) {
      expect(after.indexUsd[snapshot] === before.indexUsd[snapshot], String(snapshot)).toBe(snapshot < first)
    }
  })
})

it('of a synthetic world is one of other prices, and the same list', () => {
  const { recipe, market } = openSyntheticHistory({
    ...{ fromMs: Date.UTC(2026, 0, 2), toMs: Date.UTC(2026, 0, 5), currencies: ['BTC'] },
  })
  const atMs = Date.UTC(2026, 0, 3, 8)
  const other = historyOf(otherFuture(recipe as HistoryRecipe, { atMs, seed: 4 })).market
  for (const timeMs of [atMs - HOUR_MS, atMs]) {
    expect(other.chain('BTC', timeMs)).toEqual(market.chain('BTC', timeMs))
    expect(other.indexUsd('BTC', timeMs)).toBe(market.indexUsd('BTC', timeMs))
    expect(other.deliveryUsd('BTC', atMs, timeMs)).toBe(market.deliveryUsd('BTC', atMs, timeMs))
  }
  const laterMs = atMs + 30 * HOUR_MS
  const [symbol = ''] = market.instruments('BTC', laterMs).map((instrument) => instrument.symbol)
  expect(other.instruments('BTC', laterMs)).toEqual(market.instruments('BTC', laterMs))
  expect(other.indexUsd('BTC', laterMs)).not.toBe(market.indexUsd('BTC', laterMs))
  expect(other.quote(symbol, laterMs)).not.toEqual(market.quote(symbol, laterMs))
  expect(other.quote(symbol, laterMs)).toEqual(other.chain('BTC', laterMs).find((quote) => quote.symbol === symbol))
  const delivered = atMs + 24 * HOUR_MS
  expect(other.deliveryUsd('BTC', delivered, laterMs)).not.toBe(market.deliveryUsd('BTC', delivered, laterMs))

  const request = { kind: 'candles', resolutionMs: HOUR_MS, fromMs: atMs - 5 * HOUR_MS, toMs: laterMs } as const
  expect(other.history('BTC', { ...request, nowMs: atMs })).toEqual(market.history('BTC', { ...request, nowMs: atMs }))
  const [mine, theirs] = [other, market].map((each) => each.history('BTC', { ...request, nowMs: laterMs }))
  mine?.openMs.forEach((openMs, i) => {
    expect(mine.close[i] === theirs?.close[i]).toBe(openMs + HOUR_MS <= atMs + 59_999)
  })
})

function expectOtherAfter(before: BarColumns, after: BarColumns, atMs: number): void {
  expect(after.openMs).toBe(before.openMs)
  before.openMs.forEach((openMs, i) => {
    const hasClosed = openMs + before.resolutionMs <= atMs
    if ((after.close[i] === before.close[i]) !== hasClosed || (after.high[i] === before.high[i]) < hasClosed) {
      expect.fail(`${new Date(openMs).toISOString()} at ${new Date(atMs).toISOString()}`)
    }
    if (openMs <= atMs && after.open[i] !== before.open[i]) expect.fail(`the open of ${openMs}`)
    if (!(after.low[i]! <= Math.min(after.open[i]!, after.close[i]!))) expect.fail(`low of ${openMs}`)
    if (!(after.high[i]! >= Math.max(after.open[i]!, after.close[i]!))) expect.fail(`high of ${openMs}`)
  })
}
