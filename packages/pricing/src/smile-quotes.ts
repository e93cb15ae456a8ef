import { INVERSE_ROOT_TWO_PI, type OptionKind } from './black76.js'
import { impliedVolatility } from './implied-volatility.js'
import { requireEither, requirePositive } from './validation.js'

/** The book of one option. Marks have no place here: they lie above what one can sell at. */
export type SmileQuote = {
  /** Forward that this option is quoted on, > 0. Rows of one expiry may differ by the instant they were read at. */
  forwardUsd: number
  /** > 0. */
  strikeUsd: number
  kind: OptionKind
  /** Best bid in coin; `null` (or 0) where there is none. */
  bidCoin: number | null
  /** Best ask in coin; `null` (or 0) where there is none. */
  askCoin: number | null
}

/** The quotes of one expiry, in any order. */
export type ExpiryQuotes = {
  /** Time to expiry in years of 365 days: `yearsBetween(now, expiry)`. */
  expiryYears: number
  quotes: readonly SmileQuote[]
}

/** An out-of-the-money quote with both sides, as a point of the smile. */
export type SmilePoint = {
  /** Its position in `quotes`. */
  row: number
  strikeUsd: number
  /** ln(K/F), F being the forward of the row. */
  logMoneyness: number
  /** Volatility of the middle of bid and ask. */
  iv: number
  /** Half of ask − bid, in volatility: over the vega of the middle. */
  halfSpreadIv: number
  /** Whether the option is so far out of the money that its delta at `iv` is below 0.01 in size. */
  isDeep: boolean
}

/** Why a quote is no point of the smile. */
export type SmileExclusion = 'in-the-money' | 'no-bid' | 'no-ask' | 'crossed' | 'duplicate' | 'volatility-out-of-range'

export type SmilePoints = {
  /** By rising strike. */
  points: SmilePoint[]
  /** How many quotes each reason excluded. */
  excluded: Record<SmileExclusion, number>
}

/**
 * The points of a smile from the books of one expiry: out-of-the-money options (puts below the forward, calls from it
 * upwards) with a bid and an ask. Every other quote is counted under the reason that excludes it.
 *
 * A second row of the same strike and kind is a `duplicate`, the first one counts. A bid above the ask is `crossed`. The
 * volatility of the middle must exist and lie in 0.01..10.
 *
 * @throws RangeError naming the row and the field, when a forward or a strike is not finite and > 0, a kind is none, or a
 * price is neither `null` nor finite and >= 0; and for a time to expiry that is not finite and > 0.
 */
export function smilePoints(quotes: ExpiryQuotes): SmilePoints {
  return pointsIn('smilePoints', quotes)
}

/** `smilePoints` for a caller that errors are to name. */
export function pointsIn(where: string, { expiryYears, quotes }: ExpiryQuotes): SmilePoints {
  requirePositive(where, 'expiryYears', expiryYears)
  const excluded = noExclusions()
  const points: SmilePoint[] = []
  const seen = new Set<number>()
  const rootYears = Math.sqrt(expiryYears)
  for (let row = 0; row < quotes.length; row++) {
    const quote = quotes[row] as SmileQuote
    requireQuote(where, row, quote)
    const { forwardUsd, strikeUsd, kind, bidCoin, askCoin } = quote
    const identity = kind === 'call' ? strikeUsd : -strikeUsd
    const reason = seen.has(identity) ? 'duplicate' : obstacle(quote)
    seen.add(identity)
    if (reason !== null) {
      excluded[reason]++
      continue
    }
    const bid = bidCoin as number
    const ask = askCoin as number
    const priceUsd = ((bid + ask) / 2) * forwardUsd
    const iv =
      priceUsd < Math.min(forwardUsd, strikeUsd)
        ? impliedVolatility({ forwardUsd, strikeUsd, expiryYears, priceUsd, kind })
        : null
    if (iv === null || !isPlausibleIv(iv)) {
      excluded['volatility-out-of-range']++
      continue
    }
    const logMoneyness = Math.log(strikeUsd / forwardUsd)
    const deviation = iv * rootYears
    const d1 = deviation / 2 - logMoneyness / deviation
    const vegaCoin = Math.exp((-d1 * d1) / 2) * INVERSE_ROOT_TWO_PI * rootYears
    points.push({
      row,
      strikeUsd,
      logMoneyness,
      iv,
      halfSpreadIv: (ask - bid) / 2 / vegaCoin,
      isDeep: (kind === 'call' ? -d1 : d1) > DEEP_D1,
    })
  }
  points.sort((first, second) => first.logMoneyness - second.logMoneyness)
  return { points, excluded }
}

/** A count of nothing under every reason. */
function noExclusions(): Record<SmileExclusion, number> {
  return {
    'in-the-money': 0,
    'no-bid': 0,
    'no-ask': 0,
    crossed: 0,
    duplicate: 0,
    'volatility-out-of-range': 0,
  }
}

/** Whether a volatility can be one: less or more is a quote that says nothing. */
export function isPlausibleIv(iv: number): boolean {
  return iv >= LOWEST_IV && iv <= HIGHEST_IV
}

/** What keeps a quote from being a point, before its volatility is known. */
function obstacle({ forwardUsd, strikeUsd, kind, bidCoin, askCoin }: SmileQuote): SmileExclusion | null {
  if (strikeUsd < forwardUsd === (kind === 'call')) return 'in-the-money'
  if (bidCoin === null || bidCoin === 0) return 'no-bid'
  if (askCoin === null || askCoin === 0) return 'no-ask'
  return bidCoin > askCoin ? 'crossed' : null
}

/** Throws a `RangeError` that names the row, unless a quote is one. */
export function requireQuote(
  caller: string,
  row: number,
  { forwardUsd, strikeUsd, kind, bidCoin, askCoin }: SmileQuote,
): void {
  if (
    forwardUsd > 0 &&
    forwardUsd < Infinity &&
    strikeUsd > 0 &&
    strikeUsd < Infinity &&
    (kind === 'call' || kind === 'put') &&
    (bidCoin === null || (bidCoin >= 0 && bidCoin < Infinity)) &&
    (askCoin === null || (askCoin >= 0 && askCoin < Infinity))
  ) {
    return
  }
  const where = `${caller}: quotes[${row}]`
  requirePositive(where, 'forwardUsd', forwardUsd)
  requirePositive(where, 'strikeUsd', strikeUsd)
  requireEither(where, 'kind', kind, ['call', 'put'])
  for (const [field, price] of [
    ['bidCoin', bidCoin],
    ['askCoin', askCoin],
  ] as const) {
    if (price !== null && !(price >= 0 && price < Infinity)) {
      throw new RangeError(`${where}: ${field} must be null or a finite number >= 0, got ${String(price)}`)
    }
  }
}

const LOWEST_IV = 0.01
const HIGHEST_IV = 10
/** −N⁻¹(0.01). */
const DEEP_D1 = 2.3263478740408408
