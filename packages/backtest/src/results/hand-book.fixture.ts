import type { BookedFlow, BookRow, HeldOption, RunBook } from '../book/run-book.js'
import type { DecisionNote } from '../run/backtest-run.js'

/** What a test says of a trade; the rest follows. */
type HandTrade = Pick<BookedFlow, 'symbol' | 'sizeCoin' | 'priceCoin' | 'decisionId'> & Partial<BookedFlow>

/** One row by hand: its day, the index, what is booked, what is held after it. */
type HandRow = {
  day: number
  indexUsd?: number
  flows?: readonly (HandTrade & { kind?: BookedFlow['kind'] })[]
  options?: readonly HeldOption[]
  marginUsedPct?: number | null
}

/** A book out of rows by hand, cash kept by the flows, from 1 January 2026. */
export function handBook(depositCoin: number, rows: readonly HandRow[]): RunBook {
  let cashCoin = depositCoin
  return {
    ...{ currency: 'BTC', depositCoin },
    rows: rows.map((row): BookRow => {
      const { day, indexUsd = 100_000, options = [], marginUsedPct = null } = row
      const timeMs = dayMs(day)
      const flows = (row.flows ?? []).map((flow): BookedFlow => {
        const { sizeCoin, priceCoin, feeCoin = 0.0003 * Math.abs(sizeCoin) } = flow
        const cash = -sizeCoin * priceCoin - feeCoin
        cashCoin += cash
        return {
          ...{ timeMs, indexUsd, kind: 'trade', markCoin: priceCoin, delta: 0.25, feeCoin, cashCoin: cash },
          ...{ bidCoin: null, askCoin: null, iv: 0.5, liquidity: 'taker' },
          ...flow,
        }
      })
      const optionsCoin = options.reduce((sum, { sizeCoin, markCoin }) => sum + sizeCoin * markCoin, 0)
      return { timeMs, indexUsd, cashCoin, optionsCoin, marginUsedPct, options, flows }
    }),
  }
}

/** 00:00 UTC so many days after 1 January 2026, fractions of a day too. */
export function dayMs(day: number): number {
  return Date.UTC(2026, 0, 1) + day * 86_400_000
}

/** A short call as a row holds it. */
export function shortCall(symbol: string, sizeCoin: number, markCoin: number, delta = 0.25): HeldOption {
  return { symbol, sizeCoin: -sizeCoin, markCoin, delta }
}

/** A note of a decision, its reasoning and the volatility ratio it saw. */
export function handNote(decisionId: string, changes: Partial<DecisionNote> = {}): DecisionNote {
  return {
    ...{
      decisionId,
      timeMs: dayMs(0),
      action: 'OPEN_COVERED_CALL',
      symbol: null,
      reasoning: `because of ${decisionId}`,
    },
    ...{ refusals: [], failure: null, ivrv: { BTC: 1.2 }, rejections: {} },
    ...changes,
  }
}
