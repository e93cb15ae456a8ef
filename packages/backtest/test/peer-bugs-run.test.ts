import type { Market } from '@cc/exchange-sim'
import { type AgentState, type Decision, type DecisionRecord, type Policy, parseSymbol } from '@cc/models'
import { describe, expect, it } from 'vitest'
import type { RunBook } from '../src/book/run-book.js'
import type { History } from '../src/history/history.js'
import { callStories } from '../src/results/stories.js'
import type { Compose } from '../src/run/compose.js'
import { composeRules } from '../src/run/compose-rules.js'
import { type BacktestInput, runBacktest } from '../src/run/run-backtest.js'
import { HOUR_MS, syntheticHistory } from '../src/run/synthetic-history.fixture.js'
import { ANY_CALL, logInto, WIDEST_LIMITS } from './any-call.js'

/*
 * What other backtesters are known to get wrong in the run itself, each as a test of ours. What they get wrong in results is
 * in `peer-bugs.test.ts`.
 */

const EXPIRY_MS = Date.UTC(2026, 0, 9, 8)

describe('an expiry (nautilus_trader #4966, #3531)', () => {
  it('settles every option of it in one moment, on one price that is no quote, and nothing of it trades after', async () => {
    const history = syntheticHistory({ days: 10, everyHours: 2 })
    const { book, records } = await runOf({ history, compose: sellsEvery(expiringAt(EXPIRY_MS), 0.1) })
    const flows = book.rows.flatMap((row) => row.flows)
    const deliveries = flows.filter(({ kind }) => kind === 'delivery')
    const sold = new Set(flows.filter(({ kind }) => kind === 'trade').map(({ symbol }) => symbol))
    expect(sold.size).toBeGreaterThan(3)
    expect(new Set(deliveries.map(({ symbol }) => symbol))).toEqual(sold)
    // Some ended in the money and some did not, at one delivery price.
    expect(new Set(deliveries.map(({ priceCoin }) => priceCoin > 0))).toEqual(new Set([true, false]))
    expect(new Set(deliveries.map(({ timeMs }) => timeMs))).toEqual(new Set([EXPIRY_MS]))
    const priceUsd = history.market.deliveryUsd('BTC', EXPIRY_MS, EXPIRY_MS)
    expect(new Set(deliveries.map(({ indexUsd }) => indexUsd))).toEqual(new Set([priceUsd]))
    // One row of the book takes all of them: no moment has some delivered and others not.
    expect(book.rows.filter((row) => row.flows.some(({ kind }) => kind === 'delivery'))).toHaveLength(1)

    for (const { state, startedMs, execution } of records) {
      for (const { symbol } of execution?.legs ?? []) expect(parseSymbol(symbol)?.expiryMs).toBeGreaterThan(startedMs)
      if (startedMs < EXPIRY_MS) continue
      expect(state?.underlyings.flatMap(({ portfolio }) => portfolio.positions)).toEqual([])
    }
  })

  it('ends an order that rests into it: it trades before or never', async () => {
    const fates: string[] = []
    for (const seed of [1, 2, 3]) {
      const history = syntheticHistory({ seed, days: 6, everyHours: 6 })
      const compose = sellsEvery((option, nowMs) => option.expiryMs - nowMs < 6 * HOUR_MS, 0.5)
      const input = { history, compose, fill: 'passive', passive: { queueShare: 0 }, sellBeyondEnd: true } as const
      const { book, records } = await runOf(input)
      const legs = records.flatMap(({ execution }) => execution?.legs ?? [])
      fates.push(...legs.flatMap(({ orders }) => orders.map(({ outcome }) => outcome)))
      for (const { symbol, timeMs, kind } of book.rows.flatMap((row) => row.flows)) {
        if (kind === 'trade') expect(timeMs).toBeLessThan(parseSymbol(symbol)?.expiryMs ?? 0)
      }
      expect(records.filter(({ failure }) => failure !== null)).toEqual([])
    }
    expect(fates.filter((fate) => fate === 'cancelled').length).toBeGreaterThan(3)
  })
})

describe('days to expiry', () => {
  it('are never below 0: no candidate, position or sale is of an option that is over', async () => {
    const history = syntheticHistory({ days: 4, everyHours: 1 })
    const { book, notes, records } = await runOf({ history, compose: sellsEvery(() => true, 0.1), sellBeyondEnd: true })
    let least = Number.POSITIVE_INFINITY
    for (const { state } of records) {
      for (const { candidates, portfolio } of state?.underlyings ?? []) {
        const listed = [...candidates, ...portfolio.positions].map(({ instrument }) => instrument.expiryMs)
        for (const expiryMs of listed) least = Math.min(least, expiryMs - (state?.timeMs ?? 0))
      }
    }
    expect(least).toBeGreaterThan(0)
    expect(least).toBeLessThan(HOUR_MS * 24)
    for (const { dte } of callStories(book, notes)) expect(dte).toBeGreaterThan(0)
  })
})

describe('time (backtesters whose runs take the square of their length)', () => {
  it('a run four times as long asks the market four times as much', async () => {
    const asked = async (days: number) => {
      const history = syntheticHistory({ days, everyHours: 12 })
      const counts = new Map<string, number>()
      const compose = composeRules({ preset: 'always-atm' })
      const { cycles } = await runBacktest({ history: counted(history, counts), deposits: { BTC: 2 }, compose })
      return { cycles, calls: [...counts.values()].reduce((sum, count) => sum + count, 0) }
    }
    const [short, long] = [await asked(10), await asked(40)]
    expect(long.cycles / short.cycles).toBeGreaterThan(3.5)
    expect(long.calls / short.calls).toBeLessThan(1.15 * (long.cycles / short.cycles))
  })
})

/** A run of one coin, with its records. */
async function runOf(input: Pick<BacktestInput, 'history' | 'compose'> & Partial<BacktestInput>) {
  const records: DecisionRecord[] = []
  const run = await runBacktest({ deposits: { BTC: 10 }, ...input }, { log: logInto(records) })
  return { book: run.books[0] as RunBook, notes: run.notes, records }
}

type Wanted = (option: { expiryMs: number; strikeUsd: number }, nowMs: number) => boolean

function expiringAt(expiryMs: number): Wanted {
  return (option) => option.expiryMs === expiryMs
}

/** Sells so many coins of one wanted candidate after the other, each symbol once. */
function sellsEvery(isWanted: Wanted, size: number): Compose {
  const sold = new Set<string>()
  const policy: Policy = {
    name: 'every',
    async decide({ timeMs, underlyings }: AgentState): Promise<Decision> {
      const symbols = underlyings.flatMap(({ candidates }) =>
        candidates
          .filter(({ instrument }) => isWanted(instrument, timeMs) && !sold.has(instrument.symbol))
          .map(({ instrument }) => instrument.symbol),
      )
      const [symbol] = symbols
      if (symbol === undefined) return { proposal: { action: 'DO_NOTHING', params: {}, reasoning: 'None is left.' } }
      sold.add(symbol)
      return { proposal: { action: 'OPEN_COVERED_CALL', params: { symbol, size }, reasoning: 'It is wanted.' } }
    },
  }
  return () => ({ policy, limits: WIDEST_LIMITS, screening: ANY_CALL })
}

/** The same history; every question to its market is counted by name. */
function counted(history: History, counts: Map<string, number>): History {
  const market = new Proxy(history.market, {
    get(target, name: keyof Market) {
      const value = target[name]
      if (typeof value !== 'function') return value
      return (...given: unknown[]) => {
        counts.set(name, (counts.get(name) ?? 0) + 1)
        return Reflect.apply(value, target, given)
      }
    },
  })
  return { ...history, market }
}
