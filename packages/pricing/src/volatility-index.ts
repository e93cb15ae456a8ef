import { black76 } from './black76.js'
import { constantMaturityIv } from './constant-maturity.js'
import { impliedVolatility } from './implied-volatility.js'
import { parityForward } from './parity-forward.js'
import { type ExpiryQuotes, requireQuote, type SmileQuote } from './smile-quotes.js'
import { requireFinite, requirePositive } from './validation.js'
import { stripVariance } from './volatility-index-strip.js'

/** Which far out-of-the-money options an index leaves out. */
export type WingCut =
  /** Those whose middle of the book is below a price in coin. */
  | { kind: 'price-below'; priceCoin: number }
  /** Those whose Black-Scholes delta is below a size, 0..1. */
  | { kind: 'delta-below'; delta: number }
  /** None: the result is a variance-swap rate, points above an index with a cut. */
  | { kind: 'none' }

export type DvolLikeInput = {
  /** Time of the quotes, UTC epoch milliseconds: decides the wing cut where none is given. */
  atMs: number
  expiries: readonly ExpiryQuotes[]
  wingCut?: WingCut
  /** What the index looks ahead, in days. Default 30. */
  targetDays?: number
}

/** Why a quote is in no strip. An option that only its pivot or its parity would need is none of them. */
export type StripExclusion = 'no-bid' | 'no-ask' | 'crossed' | 'duplicate' | 'wing'

export type DvolLike = {
  /** The index as a ratio, 0.52 = 52 %, or `null`. */
  iv: number | null
  /** Why there is none: no cut is known for that date, or no expiry with a strip on one side of the target. */
  missing: 'wing-cut' | 'expiry-before' | 'expiry-after' | null
  wingCut: WingCut | null
  /** Every expiry with time left, by rising time; `variance` is `null` where its quotes make no strip. */
  expiries: { expiry: number; expiryYears: number; variance: number | null; strikes: number }[]
  excluded: Record<StripExclusion, number>
}

/**
 * A 30-day index of implied volatility in the way of Deribit's DVOL, from books alone. It is not DVOL: no smoothing over
 * two minutes, and a wing cut that Deribit does not publish.
 *
 * Per expiry the strip of `stripVariance` over the middles of out-of-the-money books, on the parity forward; between the
 * two expiries around the target, total variance is linear in time. Measured on recorded chains with the cut of
 * `wingCutAt`, the median distance to DVOL is 0.04-0.21 volatility points.
 *
 * Expired expiries are left out. Of several rows of one strike and kind the first counts.
 *
 * @throws RangeError naming the row and the field, for a number that is not finite or out of range, or two expiries at
 * one time.
 */
export function dvolLike({ atMs, expiries, wingCut, targetDays = 30 }: DvolLikeInput): DvolLike {
  requireFinite('dvolLike', 'atMs', atMs)
  requirePositive('dvolLike', 'targetDays', targetDays)
  const cut = wingCut ?? wingCutAt(atMs)
  if (cut !== null) requireCut(cut)
  const excluded = { 'no-bid': 0, 'no-ask': 0, crossed: 0, duplicate: 0, wing: 0 }
  const nothing = { iv: null, wingCut: cut, expiries: [], excluded }
  if (cut === null) return { ...nothing, missing: 'wing-cut' }

  const strips: DvolLike['expiries'] = []
  expiries.forEach((quotes, expiry) => {
    const where = `dvolLike: expiries[${expiry}]`
    requireFinite(where, 'expiryYears', quotes.expiryYears)
    for (const [row, quote] of quotes.quotes.entries()) requireQuote(where, row, quote)
    if (quotes.expiryYears <= 0) return
    const strip = stripOf(quotes, cut, excluded)
    const { expiryYears } = quotes
    strips.push({ expiry, expiryYears, variance: strip?.variance ?? null, strikes: strip?.strikes ?? 0 })
  })
  strips.sort((first, second) => first.expiryYears - second.expiryYears)
  const usable = strips.flatMap(({ expiryYears, variance }) =>
    variance === null ? [] : [{ expiryYears, iv: Math.sqrt(variance) }],
  )
  const targetYears = targetDays / DAYS_PER_YEAR
  const iv = constantMaturityIv(targetYears, usable)
  const isLate = usable.every(({ expiryYears }) => expiryYears > targetYears)
  const missing = iv !== null ? null : isLate ? 'expiry-before' : 'expiry-after'
  return { iv, missing, wingCut: cut, expiries: strips, excluded }
}

/**
 * The wing cut with which recorded chains come closest to recorded DVOL: below 0.002 coin until the end of 2022, below a
 * delta of 0.05 from 2024 on, `null` in 2023, of which nothing is recorded. Deribit does not publish its own.
 *
 * @throws RangeError when the time is not finite.
 */
export function wingCutAt(atMs: number): WingCut | null {
  requireFinite('wingCutAt', 'atMs', atMs)
  if (atMs < START_OF_2023) return { kind: 'price-below', priceCoin: 0.002 }
  return atMs < START_OF_2024 ? null : { kind: 'delta-below', delta: 0.05 }
}

function stripOf(
  { expiryYears, quotes }: ExpiryQuotes,
  cut: WingCut,
  excluded: Record<StripExclusion, number>,
): { variance: number; strikes: number } | null {
  const parity = parityForward(quotes)
  if (parity === null) return null
  const { forwardUsd } = parity
  const strikes = new Map<number, { callUsd: number | null; putUsd: number | null; isWing: boolean }>()
  const seen = new Set<number>()
  for (const quote of quotes) {
    const { strikeUsd, kind, bidCoin, askCoin } = quote
    const identity = kind === 'call' ? strikeUsd : -strikeUsd
    if (seen.has(identity)) {
      excluded.duplicate++
      continue
    }
    seen.add(identity)
    const isOutOfTheMoney = strikeUsd < forwardUsd === (kind === 'put')
    if (!bidCoin || !askCoin || bidCoin > askCoin) {
      if (isOutOfTheMoney) excluded[!bidCoin ? 'no-bid' : !askCoin ? 'no-ask' : 'crossed']++
      continue
    }
    const priceCoin = (bidCoin + askCoin) / 2
    const strike = strikes.get(strikeUsd) ?? { callUsd: null, putUsd: null, isWing: false }
    strikes.set(strikeUsd, strike)
    if (isOutOfTheMoney && isWing(quote, expiryYears, priceCoin, cut)) {
      strike.isWing = true
      excluded.wing++
    }
    strike[kind === 'call' ? 'callUsd' : 'putUsd'] = priceCoin * forwardUsd
  }
  // What is cut is cut with both its options, so that it is no pivot either.
  const kept = [...strikes].flatMap(([strikeUsd, { callUsd, putUsd, isWing }]) =>
    isWing ? [] : [{ strikeUsd, callUsd, putUsd }],
  )
  return stripVariance({ forwardUsd, expiryYears, strikes: kept })
}

function isWing(
  { forwardUsd, strikeUsd, kind }: SmileQuote,
  expiryYears: number,
  priceCoin: number,
  cut: WingCut,
): boolean {
  if (cut.kind === 'none') return false
  if (cut.kind === 'price-below') return priceCoin < cut.priceCoin
  const priceUsd = priceCoin * forwardUsd
  const iv = impliedVolatility({ forwardUsd, strikeUsd, expiryYears, priceUsd, kind })
  // At or below the intrinsic value of its own forward an option is at the money, not in the wing.
  if (iv === null) return false
  return Math.abs(black76({ forwardUsd, strikeUsd, expiryYears, iv, kind }).delta) < cut.delta
}

function requireCut(cut: WingCut): void {
  if (cut.kind === 'price-below') requirePositive('dvolLike', 'wingCut.priceCoin', cut.priceCoin)
  if (cut.kind === 'delta-below') requirePositive('dvolLike', 'wingCut.delta', cut.delta)
}

const DAYS_PER_YEAR = 365
const START_OF_2023 = Date.UTC(2023, 0, 1)
const START_OF_2024 = Date.UTC(2024, 0, 1)
