import type { CandidateRejection } from '@cc/models'

/** A number that fell, or the least and the most of several. */
export type Span = { least: number; most: number }

/**
 * Says why a call is no candidate: the number that it fell by and the one that was demanded, `delta 0.08 to 0.09, least
 * 0.1`. `value` is a word where the reason has one, `null` where it has no number.
 */
export function rejectionWords(
  reason: CandidateRejection,
  { value, limit }: { value: Span | string | null; limit: number | null },
): string {
  const shown = typeof value === 'string' || value === null ? (value ?? 'not known') : spanWords(value, limit)
  return WORDS[reason](shown, String(limit))
}

const WORDS: Readonly<Record<CandidateRejection, (value: string, limit: string) => string>> = {
  'not-open': (value) => `its book is ${value}`,
  'dte-too-short': (value, limit) => `days to expiry ${value}, least ${limit}`,
  'dte-too-long': (value, limit) => `days to expiry ${value}, most ${limit}`,
  'not-quoted': () => 'the chain has no row for it',
  'in-the-money': (value, limit) => `strike over forward less 1 is ${value}, least ${limit}`,
  'no-bid': () => 'nobody bids for it',
  'no-ask': () => 'nobody offers it',
  crossed: (value) => `its bid is above its ask, by ${value}`,
  'no-iv': (value) => `no volatility gives its bid (${value}), or it has no mark`,
  'iv-out-of-range': (value) => `an IV of ${value} is none of a coin`,
  'delta-too-low': (value, limit) => `delta ${value}, least ${limit}`,
  'delta-too-high': (value, limit) => `delta ${value}, most ${limit}`,
  'premium-too-small': (value, limit) => `premium ${value} USD after the fee, least ${limit}`,
  'spread-too-wide': (value, limit) => `ask IV less bid IV ${value}, most ${limit}, and too many ticks`,
  'open-interest-too-small': (value, limit) => `open interest ${value}, least ${limit}`,
  'open-interest-missing': (_, limit) => `open interest not known, least ${limit}`,
  'ivrv-too-low': (value, limit) => `IV over RV ${value}, least ${limit}`,
  'ivrv-missing': (_, limit) => `IV over RV not known, least ${limit}`,
  'below-the-cap': (value, limit) => `rank ${value}, of which the first ${limit} are looked at`,
  'no-ticker': (value) => `its ticker could not be read (${value})`,
  'bid-size-too-small': (value, limit) => `size at the bid ${value}, least ${limit}`,
  'bid-size-missing': (_, limit) => `size at the bid not known, least ${limit}`,
}

/** `0.083`, or `0.083 to 0.097`: with so many digits that no number looks like the limit that it fell by. */
export function spanWords({ least, most }: Span, limit: number | null = null): string {
  const [from, to] = [digits(least, limit), digits(most, limit)]
  return from === to ? from : `${from} to ${to}`
}

function digits(value: number, limit: number | null): string {
  const short = DIGITS.map((count) => Number(value.toPrecision(count))).find((rounded) => rounded !== limit)
  return String(short ?? value)
}

const DIGITS = [3, 4, 5, 6] as const
