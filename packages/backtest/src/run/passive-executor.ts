import type { Clock, Currency, Executor, MarketData, OptionQuote } from '@cc/models'

/** How long an order may rest at most, whatever the quotes do, ms: an approval lives for twelve hours. */
export const LONGEST_REST_MS = 39_600_000
/** Age from which on a quote of the past is no price to cross at, ms. */
const STALE_MS = 3_600_000
/** How long after a change of quotes a rest ends that waited for it, ms. */
const AFTER_CHANGE_MS = 1_000

/**
 * Works sales as somebody who is not in a hurry: an order rests at the middle for `restMs`, or until quotes have changed
 * once where that takes longer; what is left then crosses. The two orders of a roll rest one after the other, each for half
 * of the longest rest at most. Where the quotes are too old to cross at, or the approval has ended, the next decision on
 * that coin crosses at once, at the quotes that it is made on.
 */
export function createPassiveExecutor(parts: {
  /** An executor whose orders rest that long before the last one crosses. */
  resting(restMs: number): Executor
  crossing: Executor
  restMs: number
  /** When quotes change next; infinite where they do not. */
  nextChangeMs(afterMs: number): number
  clock: Pick<Clock, 'now'>
}): Executor {
  const { resting, crossing, restMs, nextChangeMs, clock } = parts
  const timedOut = new Set<Currency>()

  function restFrom(nowMs: number, legs: number): number {
    const longestMs = Math.floor(LONGEST_REST_MS / legs)
    const changedMs = nextChangeMs(nowMs) - nowMs + AFTER_CHANGE_MS
    return Math.min(longestMs, changedMs <= longestMs ? Math.max(restMs, changedMs) : restMs)
  }

  return {
    async execute(approved, signal) {
      const { legs } = approved.bounds
      const currency = legs[0]?.instrument.currency
      // Where nothing is traded, nothing rests.
      if (currency === undefined) return crossing.execute(approved, signal)
      const executor = timedOut.has(currency) ? crossing : resting(restFrom(clock.now(), legs.length))
      const result = await executor.execute(approved, signal)
      if (result.status === 'filled') timedOut.delete(currency)
      else timedOut.add(currency)
      return result
    },
    recover: (signal) => crossing.recover(signal),
    cancelOwn: (signal) => crossing.cancelOwn(signal),
  }
}

/** The quotes of a venue to price orders by: one that is too old shows neither bid nor ask. */
export function freshQuotes(market: Pick<MarketData, 'quote'>, clock: Pick<Clock, 'now'>): Pick<MarketData, 'quote'> {
  return {
    async quote(symbol): Promise<OptionQuote> {
      const quote = await market.quote(symbol)
      if (clock.now() - quote.timestampMs <= STALE_MS) return quote
      return { ...quote, bidPriceCoin: null, bidSizeCoin: null, askPriceCoin: null, askSizeCoin: null }
    },
  }
}
