import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Currency, formatSymbol } from '@cc/models'
import { type PresetName, presets } from '@cc/policy-rules'
import { describe, expect, inject, it } from 'vitest'
import type { History } from '../src/history/history.js'
import { openRecordedHistory } from '../src/history/recorded-history.js'
import { composeRules, type RulesStrategy } from '../src/run/compose-rules.js'
import { runBacktest } from '../src/run/run-backtest.js'

const recordings = inject('recordings')

/** Final coin per starting coin of 10, 25 and 50 delta in the engine's form. */
const PERIODS = [
  ['BTC', '2026H1', '2026-01-02T08:01Z', '2026-06-01T00:00Z', 'weekly', [1.0468, 1.055, 1.12368]],
  ['BTC', '2026H1', '2026-01-02T08:01Z', '2026-06-01T00:00Z', 'monthly', [1.023, 1.04429, 1.07451]],
  ['ETH', '2026H1', '2026-01-02T08:01Z', '2026-06-01T00:00Z', 'weekly', [1.07004, 1.17491, 1.26058]],
  ['ETH', '2026H1', '2026-01-02T08:01Z', '2026-06-01T00:00Z', 'monthly', [1.0355, 1.1175, 1.16759]],
  ['BTC', '2022H1', '2022-01-07T08:01Z', '2022-05-01T00:00Z', 'weekly', [1.0453, 1.1627, 1.25041]],
  ['BTC', '2022H1', '2022-01-07T08:01Z', '2022-05-01T00:00Z', 'monthly', [1.0253, 1.0843, 1.15294]],
  ['BTC', '2021JunJul', '2021-06-04T08:01Z', '2021-08-01T00:00Z', 'weekly', [0.9905, 1.02366, 1.03731]],
] as const
const DELTAS = [10, 25, 50] as const
const START_COIN = { BTC: 10, ETH: 100 }

const CASES = PERIODS.flatMap(([currency, period, from, to, cadence, finals]) =>
  DELTAS.map((delta, i) => ({
    ...{ name: `${currency}_${period}_${cadence}_d${delta}`, currency, cadence, delta },
    ...{ fromMs: Date.parse(from), toMs: Date.parse(to), finalPerCoin: finals[i] as number },
  })),
)

describe.skipIf(recordings === null)('the references computed independently on the same quotes', () => {
  const histories = new Map<string, History>()

  function historyOf(currency: Currency, { fromMs, toMs }: { fromMs: number; toMs: number }): History {
    const key = `${currency} ${fromMs}`
    const known = histories.get(key)
    if (known !== undefined) return known
    const history = openRecordedHistory({
      folder: join(recordings ?? '', 'data'),
      currencies: [currency],
      fromMs: fromMs - 30 * DAY_MS,
      toMs,
    })
    histories.set(key, history)
    return history
  }

  it.each(CASES)('$name: the same trades, and as many coins', async ({ name, currency, cadence, delta, ...window }) => {
    const { finalPerCoin, fromMs, toMs } = window
    const startCoin = START_COIN[currency]
    const run = await runBacktest({
      history: historyOf(currency, { fromMs, toMs }),
      deposits: { [currency]: startCoin },
      ...{ fromMs, toMs },
      compose: composeRules(strategyOf(cadence, delta)),
    })
    const [book] = run.books
    const rows = book?.rows ?? []
    const trades = rows
      .flatMap(({ flows }) => flows)
      .filter(({ kind }) => kind === 'trade')
      .map(({ symbol, timeMs, priceCoin }) => ({ symbol, timeMs, priceCoin }))
    expect(trades).toEqual(referenceTrades(name, currency))
    expect(rows.at(-1)?.options).toEqual([])
    expect(Math.abs((rows.at(-1)?.cashCoin ?? 0) / startCoin - finalPerCoin)).toBeLessThan(2e-4)
    expect(run.notes.filter(({ failure }) => failure !== null)).toEqual([])
  })

  it('sells of two coins at once what it sells of each alone', async () => {
    const [fromMs, toMs] = [Date.parse('2026-01-02T08:01Z'), Date.parse('2026-02-14')]
    const history = openRecordedHistory({ folder: join(recordings ?? '', 'data'), fromMs, toMs })
    const run = await runBacktest({
      history,
      deposits: START_COIN,
      fromMs,
      toMs,
      compose: composeRules(strategyOf('weekly', 25)),
    })
    for (const { currency, rows } of run.books) {
      const trades = rows.flatMap(({ flows }) => flows).filter(({ kind }) => kind === 'trade')
      const wanted = referenceTrades(`${currency}_2026H1_weekly_d25`, currency).slice(0, trades.length)
      expect(trades.length).toBe(6)
      expect(trades.map(({ symbol, priceCoin }) => [symbol, priceCoin])).toEqual(
        wanted.map(({ symbol, priceCoin }) => [symbol, priceCoin]),
      )
      // The second coin is sold a millisecond after the first.
      trades.forEach(({ timeMs }, i) => {
        expect(timeMs - (wanted[i]?.timeMs ?? 0)).toBeLessThanOrEqual(1)
      })
    }
  })

  it('names every list of reference trades', () => {
    const lists = readdirSync(join(recordings ?? '', 'data/reference_backtests'))
      .filter((name) => /^trades_.*_bid\.csv$/.test(name))
      .map((name) => name.slice('trades_'.length, -'_bid.csv'.length))
    expect(CASES.map(({ name }) => name).sort()).toEqual(lists.sort())
  })

  it('gives 10.5500 coins of 10 with the preset that sells 25 delta weekly', async () => {
    const [fromMs, toMs] = [Date.parse('2026-01-02'), Date.parse('2026-05-31')]
    const run = await runBacktest({
      history: historyOf('BTC', { fromMs: Date.parse('2026-01-02T08:01Z'), toMs: Date.parse('2026-06-01') }),
      deposits: { BTC: 10 },
      ...{ fromMs, toMs },
      compose: composeRules({ preset: 'weekly-25-delta' }),
    })
    expect(run.books[0]?.rows.at(-1)?.cashCoin.toFixed(4)).toBe('10.5500')
  })
})

const DAY_MS = 86_400_000

const PRESETS: Readonly<Partial<Record<string, PresetName>>> = {
  'weekly 10': 'weekly-10-delta',
  'weekly 25': 'weekly-25-delta',
  'weekly 50': 'always-atm',
  'monthly 50': 'monthly-50-delta',
}

/** The preset of that name, its limits in force; where there is none, the rules of its kin at another delta. */
function strategyOf(cadence: 'weekly' | 'monthly', delta: number): RulesStrategy {
  const preset = PRESETS[`${cadence} ${delta}`]
  if (preset !== undefined) return { preset }
  const { limits, rules } = presets['monthly-50-delta']
  return {
    rules: { target: { ...rules.target, delta: delta / 100 } },
    screening: {
      ...{ deltaMin: delta / 100 - 0.06, deltaMax: delta / 100 + 0.06, dteMin: limits.dteMin, dteMax: limits.dteMax },
      liquidity: { maxSpreadTicks: 8, maxSpreadIv: limits.maxSpreadIv },
    },
    limits: { crash: { dayChangePct: 30, dvolPoints: 50 } },
  }
}

function referenceTrades(name: string, currency: Currency) {
  const text = readFileSync(join(recordings ?? '', `data/reference_backtests/trades_${name}_bid.csv`), 'utf8')
  return text
    .trim()
    .split('\n')
    .slice(1)
    .map((row) => {
      const [soldSec, expirySec, strikeUsd, , , , bidCoin] = row.split(',').map(Number)
      const option = {
        currency,
        expiryMs: Number(expirySec) * 1_000,
        strikeUsd: Number(strikeUsd),
        kind: 'call' as const,
      }
      return { symbol: formatSymbol(option), timeMs: Number(soldSec) * 1_000, priceCoin: Number(bidCoin) }
    })
}
