import { CcError, type Currency } from '@cc/models'
import type { History } from '../history/history.js'
import { unionOf } from '../history/history-market.js'
import { lastAt } from '../history/listed-rows.js'
import type { RunOptions } from './run-options.js'

/** When a run begins, ends and decides. */
type RunWindow = {
  /** The first decision. */
  startMs: number
  toMs: number
  /** The next decision after a time; infinite: none is left. `undefined`: at multiples of the interval. */
  nextTickMs: ((afterMs: number) => number) | undefined
}

/**
 * Coins of a run: those that were asked for, else all that have a deposit and a history.
 *
 * @throws CcError `backtest/no-such-coin` (recovery `halt`) for a coin without a deposit or a history.
 */
export function coinsOf({ underlyings, deposits }: RunOptions, { card }: History): readonly Currency[] {
  const wanted = underlyings ?? card.currencies.filter((currency) => deposits[currency] !== undefined)
  const lacking = wanted.find((currency) => !card.currencies.includes(currency) || deposits[currency] === undefined)
  if (wanted.length > 0 && lacking === undefined) return wanted
  const currency = lacking ?? Object.keys(deposits).join(', ')
  throw new CcError(`${currency} cannot be traded: it needs a deposit and a history.`, {
    code: 'backtest/no-such-coin',
    recovery: 'halt',
    facts: { currency, inHistory: [...card.currencies], deposits: Object.keys(deposits) },
  })
}

/**
 * Window of a run in its history: from the first time at or after `fromMs` at which every coin has quotes.
 *
 * @throws CcError `backtest/empty-window` (recovery `halt`) where no time is left to decide at.
 */
export function windowOf(options: RunOptions, history: History, underlyings: readonly Currency[]): RunWindow {
  const timesMs = timesOf(history, underlyings)
  const firstMs = Math.max(
    ...underlyings.map((currency) => history.chains.get(currency)?.timeMs[0] ?? 0),
    timesMs[0] ?? 0,
  )
  const earliestMs = Math.max(options.fromMs ?? firstMs, firstMs)
  const toMs = options.toMs ?? (timesMs.at(-1) ?? 0) + 1
  const { intervalMs } = options
  const startMs = intervalMs === undefined ? nextOf(timesMs, earliestMs - 1) : earliestMs
  if (!(startMs < toMs)) {
    const from = options.fromMs ?? firstMs
    throw new CcError(`There is nothing to decide at from ${textOf(from)} to ${textOf(toMs)}.`, {
      code: 'backtest/empty-window',
      recovery: 'halt',
      facts: { fromMs: from, toMs, firstMs: timesMs[0] ?? null, lastMs: timesMs.at(-1) ?? null },
    })
  }
  return { startMs, toMs, nextTickMs: intervalMs === undefined ? (afterMs) => nextOf(timesMs, afterMs) : undefined }
}

/** When the quotes of these coins change. */
function timesOf({ chains, timesMs }: History, underlyings: readonly Currency[]): Float64Array {
  const own = underlyings.flatMap((currency) => chains.get(currency)?.timeMs ?? [])
  return own.length === underlyings.length ? unionOf(own) : timesMs
}

function nextOf(timesMs: Float64Array, afterMs: number): number {
  return timesMs[lastAt(timesMs, afterMs) + 1] ?? Number.POSITIVE_INFINITY
}

function textOf(timeMs: number): string {
  return Number.isFinite(timeMs) ? new Date(timeMs).toISOString() : String(timeMs)
}
