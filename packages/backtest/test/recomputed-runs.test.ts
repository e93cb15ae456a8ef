import { join } from 'node:path'
import type { Currency, DecisionRecord } from '@cc/models'
import { PRESET_NAMES, type PresetName } from '@cc/policy-rules'
import { describe, expect, inject, it } from 'vitest'
import type { BookedFlow } from '../src/book/run-book.js'
import { openRecordedHistory } from '../src/history/recorded-history.js'
import { equityOf } from '../src/results/attribution.js'
import { checkBook } from '../src/results/check-book.js'
import { summarise } from '../src/results/summarise.js'
import { composeRules, type RulesStrategy } from '../src/run/compose-rules.js'
import { type BacktestInput, runBacktest } from '../src/run/run-backtest.js'
import type { RunOptions } from '../src/run/run-options.js'
import { logInto } from './any-call.js'
import { recomputeAccount, spotOpens } from './recomputed-account.js'

/*
 * The accounts of runs on recorded quotes, worked out a second time from their decision records alone: cash, premium, fees,
 * payouts on the 08:00 UTC spot open, what is still held, and the final equity.
 */

const recordings = inject('recordings')

type Case = {
  why: string
  currencies?: readonly Currency[]
  from: string
  to: string
  preset?: PresetName
  strategy?: RulesStrategy
  sizes?: 'recorded'
  input?: Partial<BacktestInput>
  /** Fewest trades of all coins; 0: none may be there. */
  trades: number
}

const FEBRUARY = { from: '2026-02-01', to: '2026-02-28T09:00Z' }

const CASES: readonly Case[] = [
  ...PRESET_NAMES.map((preset) => ({
    ...{ why: `${preset}, two coins`, ...FEBRUARY, preset, currencies: ['BTC', 'ETH'] as const, trades: 2 },
  })),
  {
    ...{ why: 'a window that begins and ends within snapshots', preset: 'bxmw', trades: 2 },
    ...{ from: '2026-01-15T03:17:11Z', to: '2026-01-30T13:21:07Z' },
  },
  {
    ...{ why: 'a window that begins and ends at the moment of an expiry, which is settled', preset: 'bxmw', trades: 2 },
    ...{ from: '2026-01-16T08:00:00Z', to: '2026-01-30T08:00:00Z' },
  },
  {
    ...{ why: 'a window that ends a millisecond before an expiry', preset: 'bxmw', trades: 1 },
    ...{ from: '2026-01-16T07:59:59.999Z', to: '2026-01-30T07:59:59.999Z' },
  },
  {
    ...{ why: 'a window without a sale', preset: 'bxm', from: '2026-03-02', to: '2026-03-05', trades: 0 },
  },
  {
    ...{
      why: 'the daily files of 2021, a crash in them',
      preset: 'bxm',
      from: '2021-06-01',
      to: '2021-08-01',
      trades: 2,
    },
  },
  {
    ...{ why: 'the daily files of 2022, as much as was quoted', preset: 'always-atm', sizes: 'recorded', trades: 6 },
    ...{ from: '2022-01-01', to: '2022-03-01' },
  },
  {
    ...{ why: 'a hole of five months between two files', preset: 'always-atm', trades: 2 },
    ...{ from: '2021-07-20', to: '2022-01-20' },
  },
  { why: 'fills at the middle', ...FEBRUARY, preset: 'bxmw', input: { fill: 'mid' }, trades: 4 },
  { why: 'resting orders', ...FEBRUARY, preset: 'always-atm', input: { fill: 'passive' }, trades: 3 },
  { why: 'requests of ten seconds', ...FEBRUARY, preset: 'always-atm', input: { latencyMs: 10_000 }, trades: 4 },
  {
    ...{ why: 'decisions by the hour', ...FEBRUARY, preset: 'bxmw', trades: 1 },
    input: { intervalMs: 3_600_000 },
  },
  {
    ...{ why: 'calls that are left open at the end', ...FEBRUARY, preset: 'bxmw', trades: 5 },
    input: { sellBeyondEnd: true },
  },
  {
    ...{ why: 'rolls and buy-backs', from: '2026-02-01', to: '2026-03-14', preset: 'weekly-25-delta', trades: 8 },
    strategy: { rules: { rollWhen: { dte: 2, which: 'all', creditOnly: false }, closeWhen: { pnl: 0.5 } } },
  },
  {
    ...{ why: 'rolls whose orders rest', from: '2026-02-01', to: '2026-03-14', preset: 'weekly-25-delta', trades: 8 },
    input: { fill: 'passive' },
    strategy: { rules: { rollWhen: { dte: 3, which: 'all', creditOnly: false } } },
  },
]

describe.skipIf(recordings === null)('accounts worked out from decision records alone', () => {
  const folder = recordings ?? ''
  const opens = new Map<Currency, ReadonlyMap<number, number>>()
  const opensOf = (currency: Currency) => {
    const known = opens.get(currency) ?? spotOpens(folder, currency)
    opens.set(currency, known)
    return known
  }

  it.each(CASES)('are those of the run: $why', async (given) => {
    const { currencies = ['BTC'], preset, strategy = {}, sizes, input = {} } = given
    const [fromMs, toMs] = [Date.parse(given.from), Date.parse(given.to)]
    const history = openRecordedHistory({
      ...{ folder: join(folder, 'data'), currencies, fromMs: fromMs - DAY_MS, toMs },
      ...(sizes === undefined ? {} : { sizes }),
    })
    const records: DecisionRecord[] = []
    const deposits = Object.fromEntries(currencies.map((currency) => [currency, DEPOSITS[currency]]))
    const run = await runBacktest(
      {
        ...{ history, deposits, fromMs, toMs, compose: composeRules({ ...strategy, ...(preset && { preset }) }) },
        ...input,
      },
      { log: logInto(records) },
    )
    const context = {
      objective: 'coin',
      codeVersion: '1',
      preset: null,
      seed: 1,
      fill: 'cross',
      reproduce: null,
    } as const
    const { underlyings } = summarise(run, { ...context, resamples: 10 })

    let trades = 0
    for (const book of run.books) {
      const own = recomputeAccount(records, book.currency, (expiryMs) => opensOf(book.currency).get(expiryMs))
      const last = book.rows.at(-1)
      const result = underlyings[book.currency]
      if (last === undefined || result === undefined) throw new Error('no result')
      expect(own.findings).toEqual([])
      expect(checkBook(book)).toEqual([])
      const near = 1e-12 * own.grossCoin
      expect(Math.abs(own.cashCoin - last.cashCoin)).toBeLessThanOrEqual(near)
      expect(own.held).toEqual(new Map(last.options.map(({ symbol, sizeCoin }) => [symbol, sizeCoin])))
      const marked = last.options.reduce((sum, { sizeCoin, markCoin }) => sum + sizeCoin * markCoin, own.cashCoin)
      expect(Math.abs(marked - result.finalEquityCoin)).toBeLessThanOrEqual(near)
      expect(equityOf(last)).toBe(result.finalEquityCoin)
      expect(Math.abs(own.premiumCoin - result.calls.premiumCoin)).toBeLessThanOrEqual(near)
      expect(Math.abs(own.feesCoin - result.calls.feesCoin)).toBeLessThanOrEqual(near)
      expect(Math.abs(own.payoutCoin - result.calls.payoutCoin)).toBeLessThanOrEqual(near)
      for (const flow of book.rows.flatMap((row) => row.flows)) expect(isFair(flow, input.fill ?? 'cross')).toBe(true)
      trades += own.trades
    }
    expect(run.notes.filter(({ failure }) => failure !== null)).toEqual([])
    if (given.trades === 0) expect(trades).toBe(0)
    else expect(trades).toBeGreaterThanOrEqual(given.trades)
  })
})

const DAY_MS = 86_400_000
const DEPOSITS = { BTC: 10, ETH: 100 }

/** Whether a trade has a price that its kind of fill allows, between the touch and the middle. */
function isFair(
  { kind, sizeCoin, priceCoin, bidCoin, askCoin, liquidity }: BookedFlow,
  fill: RunOptions['fill'],
): boolean {
  if (kind === 'delivery') return true
  if (bidCoin === null || askCoin === null) return sizeCoin < 0 ? priceCoin === bidCoin : priceCoin === askCoin
  const [touch, middle] = [sizeCoin < 0 ? bidCoin : askCoin, (bidCoin + askCoin) / 2]
  if (fill === 'cross') return priceCoin === touch
  // What rested was reached by the other side.
  if (liquidity === 'maker') return sizeCoin < 0 ? bidCoin >= priceCoin : askCoin <= priceCoin
  const isBetween = priceCoin >= Math.min(touch, middle) && priceCoin <= Math.max(touch, middle)
  return fill === 'mid' ? isBetween : priceCoin === touch
}
