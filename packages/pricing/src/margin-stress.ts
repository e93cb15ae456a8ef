import { black76 } from './black76.js'
import { shortCallMargin } from './margin.js'
import { requireFinite, requireNonNegative, requirePositive } from './validation.js'

/** Short calls of one currency and the balance that backs them. */
export type ShortCallBook = {
  calls: readonly ShortCall[]
  /** Margin balance: equity less option value, which is the cash of an account that holds options only. */
  marginBalanceCoin: number
  indexUsd: number
}

/** One short call and its market. */
export type ShortCall = {
  /** Calls sold, in coin, >= 0. */
  sizeCoin: number
  strikeUsd: number
  forwardUsd: number
  /** Years of 365 days, >= 0. */
  expiryYears: number
  /** Annual volatility as a ratio, >= 0. */
  iv: number
}

/** A sudden move of the market. */
export type MarketShock = {
  /** Relative move of the index and of every forward, > −1: 0.3 is up 30 %. */
  indexMove: number
  /** Added to every call's volatility, as a ratio: 0.2 turns 0.5 into 0.7. A volatility never falls below 0. */
  ivMove: number
}

/** The account after a shock; USD at the shocked index. */
export type StressedMargin = {
  indexUsd: number
  initialMarginCoin: number
  initialMarginUsd: number
  maintenanceMarginCoin: number
  maintenanceMarginUsd: number
  /** Value of the calls: what buying them back at the mark would cost, as a number <= 0. */
  optionsValueCoin: number
  /** Margin balance plus option value. */
  equityCoin: number
  equityUsd: number
  /** Margin balance less initial margin: below 0 the account can open nothing. */
  availableFundsCoin: number
  /** Margin balance less maintenance margin: below 0 Deribit liquidates. */
  maintenanceExcessCoin: number
}

/**
 * Margins of a book of short calls after each shock, under segregated standard margin.
 *
 * Assumes: index and forwards move by the same ratio at once, no time passes, nothing is traded; every call is marked
 * with Black-76 at its own shocked forward and volatility; each asks what `shortCallMargin` says at that forward and
 * mark, summed without offset; the margin balance stays as it is in coin, since option profits are no part of it and
 * futures are not in the book. Source: https://support.deribit.com/hc/en-us/articles/25944811317149-Margin-types-and-usage
 *
 * @throws RangeError when an input is not finite or out of the range its field states.
 */
export function stressedCallMargin(book: ShortCallBook, shocks: readonly MarketShock[]): StressedMargin[] {
  requireFinite('stressedCallMargin', 'marginBalanceCoin', book.marginBalanceCoin)
  requirePositive('stressedCallMargin', 'indexUsd', book.indexUsd)
  for (const call of book.calls) requireCall('stressedCallMargin', call)
  return shocks.map((shock) => stressed(book, shock))
}

/** A call sold, and the balance that backs it. */
export type CallMarginBreachInput = {
  /** Calls sold, in coin, > 0. */
  sizeCoin: number
  strikeUsd: number
  /** Years of 365 days, >= 0. */
  expiryYears: number
  /** Annual volatility as a ratio, >= 0; held as the forward moves. */
  iv: number
  /** Balance behind the call, >= 0: for a fully covered one its coins and the net premium. */
  marginBalanceCoin: number
}

/**
 * Forwards above which the margins of a short call exceed the balance: 0 when they do at any forward, `null` when they
 * never do.
 */
export type CallMarginBreach = { initialUsd: number | null; maintenanceUsd: number | null }

/**
 * The forwards at which the initial and the maintenance margin of one short call, at its Black-76 mark, reach the
 * balance behind it. Both margins rise with the forward, so there is one of each.
 *
 * Without time value the mark in the money is 1 − K/F, and the margins are breached above K/(1 + 0.15 − b) and
 * K/(1 + 0.075 − b), b the balance per coin sold: 6.67 and 13.33 strikes when one coin covers one call. Time value
 * brings both nearer; they are then found by bisection to the last digits of a double. Formulas as `shortCallMargin`.
 *
 * @throws RangeError when an input is not finite or out of the range its field states.
 */
export function callMarginBreach(input: CallMarginBreachInput): CallMarginBreach {
  const { sizeCoin, strikeUsd, expiryYears, iv, marginBalanceCoin } = input
  requirePositive('callMarginBreach', 'sizeCoin', sizeCoin)
  requirePositive('callMarginBreach', 'strikeUsd', strikeUsd)
  requireNonNegative('callMarginBreach', 'expiryYears', expiryYears)
  requireNonNegative('callMarginBreach', 'iv', iv)
  requireNonNegative('callMarginBreach', 'marginBalanceCoin', marginBalanceCoin)
  const balance = marginBalanceCoin / sizeCoin
  const marginAt = (forwardUsd: number) => marginOf({ sizeCoin: 1, strikeUsd, forwardUsd, expiryYears, iv })
  const breach = (rateInTheMoney: number, asks: (forwardUsd: number) => number): number | null => {
    const room = 1 + rateInTheMoney - balance
    // Time value only adds to the mark, so the margin is reached by the forward that would reach it without.
    return room <= 0 ? null : lowestReaching(balance, { asks, reachedUsd: strikeUsd / room })
  }
  return {
    initialUsd: breach(0.15, (forwardUsd) => marginAt(forwardUsd).initialMarginCoin),
    maintenanceUsd: breach(0.075, (forwardUsd) => marginAt(forwardUsd).maintenanceMarginCoin),
  }
}

/** Of the highest forward in question: so far down a call is worthless, whatever volatility a market has. */
const LOWEST_SHARE = 1e-12

function lowestReaching(
  target: number,
  { asks, reachedUsd }: { asks: (forwardUsd: number) => number; reachedUsd: number },
): number {
  let low = reachedUsd * LOWEST_SHARE
  if (asks(low) >= target) return 0
  let high = reachedUsd
  // The geometric mean, as the ends may lie powers of ten apart.
  for (let middle = Math.sqrt(low * high); middle > low && middle < high; middle = Math.sqrt(low * high)) {
    if (asks(middle) >= target) high = middle
    else low = middle
  }
  return high
}

function stressed(book: ShortCallBook, { indexMove, ivMove }: MarketShock): StressedMargin {
  requirePositive('stressedCallMargin', '1 + indexMove', 1 + indexMove)
  requireFinite('stressedCallMargin', 'ivMove', ivMove)
  const margins = book.calls.map((call) =>
    marginOf({ ...call, forwardUsd: call.forwardUsd * (1 + indexMove), iv: Math.max(0, call.iv + ivMove) }),
  )
  const sum = (field: keyof CallMargin) => margins.reduce((total, margin) => total + margin[field], 0)
  const indexUsd = book.indexUsd * (1 + indexMove)
  const initialMarginCoin = sum('initialMarginCoin')
  const maintenanceMarginCoin = sum('maintenanceMarginCoin')
  // `0 − x`: a worthless book is worth 0, not −0.
  const optionsValueCoin = 0 - sum('valueCoin')
  const equityCoin = book.marginBalanceCoin + optionsValueCoin
  return {
    indexUsd,
    initialMarginCoin,
    initialMarginUsd: initialMarginCoin * indexUsd,
    maintenanceMarginCoin,
    maintenanceMarginUsd: maintenanceMarginCoin * indexUsd,
    optionsValueCoin,
    equityCoin,
    equityUsd: equityCoin * indexUsd,
    availableFundsCoin: book.marginBalanceCoin - initialMarginCoin,
    maintenanceExcessCoin: book.marginBalanceCoin - maintenanceMarginCoin,
  }
}

type CallMargin = { initialMarginCoin: number; maintenanceMarginCoin: number; valueCoin: number }

function marginOf({ sizeCoin, strikeUsd, forwardUsd, expiryYears, iv }: ShortCall): CallMargin {
  const { priceCoin: markCoin } = black76({ forwardUsd, strikeUsd, expiryYears, iv, kind: 'call' })
  const margin = shortCallMargin({ sizeCoin, strikeUsd, underlyingUsd: forwardUsd, markCoin })
  return { ...margin, valueCoin: sizeCoin * markCoin }
}

function requireCall(where: string, call: ShortCall): void {
  requireNonNegative(where, 'sizeCoin', call.sizeCoin)
  requirePositive(where, 'strikeUsd', call.strikeUsd)
  requirePositive(where, 'forwardUsd', call.forwardUsd)
  requireNonNegative(where, 'expiryYears', call.expiryYears)
  requireNonNegative(where, 'iv', call.iv)
}
