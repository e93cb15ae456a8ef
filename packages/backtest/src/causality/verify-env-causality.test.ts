import { join } from 'node:path'
import { expect, inject, it } from 'vitest'
import type { History, HistoryRecipe } from '../history/history.js'
import { openRecordedHistory } from '../history/recorded-history.js'
import { historyOf } from '../modelled/history-of.js'
import { DAY_MS, FIRST_MS, HOUR_MS, wanderingSeries } from '../modelled/modelled.fixture.js'
import { openReconstructedHistory } from '../modelled/reconstructed-history.js'
import { openSyntheticHistory } from '../modelled/synthetic-history.js'
import { verifyEnvCausality } from './verify-env-causality.js'

const recordings = inject('recordings')
const FROM_MS = FIRST_MS + 60 * DAY_MS
const world = { currency: 'BTC' } as const

const reconstructed = () =>
  openReconstructedHistory(
    { fromMs: FROM_MS, toMs: FROM_MS + 40 * DAY_MS, everyMs: 12 * HOUR_MS },
    { series: [wanderingSeries('BTC', { days: 120 })] },
  )
const histories: readonly (readonly [what: string, open: () => History])[] = [
  ['reconstructed chains', reconstructed],
  [
    'a synthetic world',
    () =>
      openSyntheticHistory({
        ...{ seed: 3, fromMs: Date.UTC(2026, 0, 2, 12), toMs: Date.UTC(2026, 0, 30), everyMs: 24 * HOUR_MS },
        currencies: ['BTC'],
      }),
  ],
  ...(recordings === null
    ? []
    : [
        [
          'recorded chains',
          () =>
            openRecordedHistory({
              ...{ folder: join(recordings, 'data'), currencies: ['BTC'] },
              ...{ fromMs: Date.UTC(2026, 0, 20), toMs: Date.UTC(2026, 2, 1) },
            }),
        ] as const,
      ]),
]

it.each(histories)('observations are the same whatever comes after: %s', (_what, open) => {
  const report = verifyEnvCausality({ history: open(), world })
  expect(report.moments.map(({ finding }) => finding)).toEqual([null, null, null])
  expect(report.moments.at(-1)?.decisions).toBeGreaterThan(10)
  expect(report.passed).toBe(true)
})

it('finds observations that know the next index', () => {
  const history = reconstructed()
  const leaky = (recipe: HistoryRecipe): History => {
    const made = historyOf(recipe)
    const { market } = made
    const early: typeof market.indexUsd = (currency, atMs) => market.indexUsd(currency, atMs + 12 * HOUR_MS)
    return { ...made, market: { ...market, indexUsd: early } }
  }
  const recipe = history.recipe as HistoryRecipe
  const report = verifyEnvCausality({ history: { ...leaky(recipe), recipe }, world, open: leaky })
  expect(report.passed).toBe(false)
  expect(report.moments[0]?.finding?.timeMs).toBe(report.moments[0]?.atMs)
})

it('refuses a history that cannot be made again', () => {
  const { recipe: _, ...history } = reconstructed()
  expect(() => verifyEnvCausality({ history, world })).toThrow(expect.objectContaining({ code: 'backtest/no-recipe' }))
})
