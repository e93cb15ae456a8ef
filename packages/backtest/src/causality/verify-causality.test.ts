import { join } from 'node:path'
import type { Market } from '@cc/exchange-sim'
import type { Policy } from '@cc/models'
import { PRESET_NAMES } from '@cc/policy-rules'
import { describe, expect, inject, it } from 'vitest'
import type { History, HistoryRecipe } from '../history/history.js'
import { openRecordedHistory } from '../history/recorded-history.js'
import { historyOf } from '../modelled/history-of.js'
import { DAY_MS, FIRST_MS, HOUR_MS, wanderingSeries } from '../modelled/modelled.fixture.js'
import { openReconstructedHistory } from '../modelled/reconstructed-history.js'
import { openSyntheticHistory } from '../modelled/synthetic-history.js'
import type { Compose } from '../run/compose.js'
import { composeRules, type RulesStrategy } from '../run/compose-rules.js'
import { type CausalityInput, verifyCausality } from './verify-causality.js'

const recordings = inject('recordings')

/** Each preset, the rules as they are, and rules that use all that they can do. */
const STRATEGIES: readonly (readonly [name: string, strategy: RulesStrategy])[] = [
  ...PRESET_NAMES.map((preset) => [preset, { preset }] as const),
  ['rules', {}],
  [
    'rules that roll and take profits',
    {
      rules: {
        rollWhen: { dte: 3, which: 'all', delta: 0.45, creditOnly: false },
        closeWhen: { pnl: 0.5 },
        writeWhen: { minIvPercentile: 0.05 },
      },
    },
  ],
]

const FROM_MS = FIRST_MS + 60 * DAY_MS
const reconstructed = () =>
  openReconstructedHistory(
    { fromMs: FROM_MS, toMs: FROM_MS + 40 * DAY_MS, everyMs: 12 * HOUR_MS },
    { series: [wanderingSeries('BTC', { days: 120 })] },
  )
const synthetic = () =>
  openSyntheticHistory({
    ...{ seed: 3, fromMs: Date.UTC(2026, 0, 2, 9), toMs: Date.UTC(2026, 0, 16), everyMs: 24 * HOUR_MS },
    currencies: ['BTC'],
  })
const run = { deposits: { BTC: 2 } }
const oneSynthetic = synthetic()
const fromMs = Date.UTC(2026, 0, 23)
const toMs = Date.UTC(2026, 1, 14)
let readOnce: History | undefined
const twoCoins = () => {
  readOnce ??= openRecordedHistory({ folder: join(recordings ?? '', 'data'), fromMs, toMs })
  return readOnce
}

describe('every shipped strategy decides alike whatever comes after', () => {
  it.each(STRATEGIES)('%s, on reconstructed chains', async (_name, strategy) => {
    await expectCausal({ history: reconstructed(), compose: () => composeRules(strategy), run })
  })

  it.each(STRATEGIES)('%s, in a synthetic world', async (_name, strategy) => {
    await expectCausal({ history: oneSynthetic, compose: () => composeRules(strategy), run }, 1)
  })

  it.skipIf(recordings === null).each(STRATEGIES)('%s, on recorded chains of two coins', async (_name, strategy) => {
    const deposits = { BTC: 10, ETH: 100 }
    const history = twoCoins()
    await expectCausal({ history, compose: () => composeRules(strategy), run: { deposits, fromMs, toMs } })
  })

  it.each(['mid', 'passive'] as const)('filled %s', async (fill) => {
    const compose = () => composeRules({ preset: 'weekly-25-delta' })
    await expectCausal({ history: reconstructed(), compose, run: { ...run, fill } })
  })
})

describe('a leak is found', () => {
  it('of a policy that looks at the next snapshot', async () => {
    const compose = (history: History) => peeking(history)
    const report = await verifyCausality({ history: reconstructed(), compose, run })
    expect(report.passed).toBe(false)
    const [finding] = report.moments.flatMap((moment) => moment.finding ?? [])
    expect(finding?.path).toMatch(/^decision\.proposal\./)
    expect(finding?.timeMs).toBe(report.moments.find((moment) => moment.finding !== null)?.atMs)
  })

  it.each([
    ['reconstructed', () => reconstructed()],
    ['recorded', () => recorded()],
  ] as const)(
    'of a market whose candles are dated an hour too early, so that one is still open: %s',
    async (kind, make) => {
      if (kind === 'recorded' && recordings === null) return
      const report = await verifyOn(make(), earlyCandles)
      expect(report.moments.map(({ finding }) => finding?.path)).toEqual(
        report.moments.map(() => expect.stringMatching(/^state\.underlyings\[0\]\.vol\./)),
      )
    },
  )

  it('of a surface that is made of the volatility index of a day before the day is over', async () => {
    const history = reconstructed()
    const open = (recipe: HistoryRecipe) => historyOf(withEarlyDvol(recipe))
    const leaky = { ...open(history.recipe as HistoryRecipe), recipe: history.recipe as HistoryRecipe }
    const report = await verifyCausality({ history: leaky, compose: rules, open, run })
    expect(report.moments.map(({ finding }) => finding?.path)).toEqual(
      report.moments.map(() => expect.stringMatching(/^state\.underlyings\[0\]\./)),
    )
  })
})

it('is no leak where a market shows the bar that is still open: the state leaves it out', async () => {
  expect((await verifyOn(reconstructed(), openBars)).passed).toBe(true)
})

describe('verifyCausality', () => {
  it('looks at the moments that it is given, in order, and tells each at once', async () => {
    const history = synthetic()
    const atMs = [history.timesMs[9] as number, history.timesMs[2] as number]
    const told: number[] = []
    const report = await verifyCausality(
      { history, compose: rules, run },
      { atMs },
      { onMoment: (moment) => told.push(moment.atMs) },
    )
    expect(told).toEqual(atMs.toSorted((a, b) => a - b))
    expect(report.moments.map(({ decisions }) => decisions)).toEqual([expect.any(Number), expect.any(Number)])
    expect(report.moments[1]?.decisions).toBeGreaterThan(report.moments[0]?.decisions ?? 0)
  })

  it('draws the same moments for the same seed, and others for another', async () => {
    const momentsOf = async (seed: number) => {
      const { moments } = await verifyCausality({ history: synthetic(), compose: rules, run }, { seed, count: 2 })
      return moments.map(({ atMs }) => atMs)
    }
    expect(await momentsOf(4)).toEqual(await momentsOf(4))
    expect(await momentsOf(5)).not.toEqual(await momentsOf(4))
  })

  it('refuses a history that cannot be made again', async () => {
    const { recipe: _, ...history } = synthetic()
    await expect(verifyCausality({ history, compose: rules, run })).rejects.toMatchObject({
      code: 'backtest/no-recipe',
      recovery: 'halt',
    })
  })

  it('ends with the reason of its signal', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(verifyCausality({ history: synthetic(), compose: rules, run }, {}, { signal })).rejects.toThrow(
      'enough',
    )
  })
})

const rules = () => composeRules({ preset: 'weekly-25-delta' })

function recorded(): History {
  const [fromMs, toMs] = [Date.UTC(2026, 1, 1), Date.UTC(2026, 1, 15)]
  return openRecordedHistory({ folder: join(recordings ?? '', 'data'), currencies: ['BTC'], fromMs, toMs })
}

async function expectCausal(input: CausalityInput, count = 3): Promise<void> {
  const report = await verifyCausality(input, { count })
  expect(report.moments.map(({ finding }) => finding)).toEqual(Array.from({ length: count }, () => null))
  expect(report.moments.every(({ decisions }) => decisions > 0)).toBe(true)
  expect(report.passed).toBe(true)
}

/** Gives the index of the next snapshot as its reason to do nothing. */
function peeking({ market, timesMs }: History): Compose {
  return () => {
    const policy: Policy = {
      name: 'peeking',
      async decide({ timeMs: nowMs }) {
        const nextMs = timesMs.find((timeMs) => timeMs > nowMs) ?? nowMs
        const reasoning = `The index will be ${market.indexUsd('BTC', nextMs)}.`
        return { proposal: { action: 'DO_NOTHING', params: {}, reasoning } }
      },
    }
    return { policy }
  }
}

function leaking(history: History, leak: (market: Market) => Market): History {
  return { ...history, market: leak(history.market) }
}

function verifyOn(history: History, leak: (market: Market) => Market) {
  const open = (recipe: HistoryRecipe) => leaking(historyOf(recipe), leak)
  return verifyCausality({ history: leaking(history, leak), compose: rules, open, run })
}

/** Bars of every kind reach as far as the one that is open, as it will be when it closes. */
function openBars(market: Market): Market {
  return {
    ...market,
    history: (currency, { nowMs, toMs, resolutionMs, ...request }) =>
      market.history(currency, { ...request, resolutionMs, nowMs: nowMs + resolutionMs, toMs: toMs + resolutionMs }),
  }
}

/** Candles bear the time of the one before, so that the one that is open seems to have closed. */
function earlyCandles(market: Market): Market {
  return {
    ...market,
    history(currency, request) {
      if (request.kind !== 'candles') return market.history(currency, request)
      const { resolutionMs, nowMs, fromMs, toMs } = request
      const later = { nowMs: nowMs + resolutionMs, fromMs: fromMs + resolutionMs, toMs: toMs + resolutionMs }
      const bars = market.history(currency, { ...request, ...later })
      return { ...bars, openMs: Array.from(bars.openMs, (openMs) => openMs - resolutionMs) }
    },
  }
}

/** What is dated D is known on D, at its open and not at its close. */
function withEarlyDvol(recipe: HistoryRecipe): HistoryRecipe {
  if (recipe.kind !== 'reconstructed') return recipe
  const early = ({ dvol, ...rest }: (typeof recipe.series)[number]) => ({
    ...rest,
    dvol: dvol && { ...dvol, openMs: dvol.openMs.map((openMs) => openMs - dvol.resolutionMs) },
  })
  return { ...recipe, series: recipe.series.map(early) }
}
