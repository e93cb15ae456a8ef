import { CANDIDATE_REJECTIONS, type CandidateRejection, type OptionInstrument, type RejectedCalls } from '@cc/models'
import type { MarketView } from './market-view.js'

/** Why one call is no candidate: what was demanded, and the number or word that it fell by. */
export type Rejection = {
  reason: CandidateRejection
  limit: number | null
  value: number | string | null
}

/**
 * Groups rejections, row for row of the market, by reason in the order of `CANDIDATE_REJECTIONS`, values by expiry, then
 * strike.
 */
export function tallyRejections(
  { instruments, expiries }: Pick<MarketView, 'instruments' | 'expiries'>,
  rejections: readonly (Rejection | undefined)[],
): RejectedCalls[] {
  const tallies = new Map<CandidateRejection, RejectedCalls>()
  for (const { from, to } of expiries) {
    // Most calls fall with their expiry, for the same reason to the object.
    let last: { rejection: Rejection; tally: RejectedCalls } | undefined
    for (let row = from; row < to; row++) {
      const rejection = rejections[row]
      if (rejection === undefined) continue
      const { reason, limit, value } = rejection
      if (rejection === last?.rejection) {
        last.tally.count++
        if (isOfExpiry(reason)) continue
      } else {
        const tally = tallies.get(reason) ?? { reason, count: 0, limit, values: {} }
        tallies.set(reason, tally)
        tally.count++
        last = { rejection, tally }
      }
      const { symbol } = instruments[row] as OptionInstrument
      last.tally.values[valueKeyOf(reason, symbol)] = shortened(value)
    }
  }
  return CANDIDATE_REJECTIONS.flatMap((reason) => tallies.get(reason) ?? [])
}

/** Groups as before with more calls among them, by symbol. The limits are those that the latter fell by. */
export function withRejections(
  before: readonly RejectedCalls[],
  rejections: ReadonlyMap<string, Rejection>,
): readonly RejectedCalls[] {
  const groups = new Map(before.map((group) => [group.reason, group]))
  for (const [symbol, { reason, limit, value }] of rejections) {
    const group = groups.get(reason)
    const values = { ...group?.values, [valueKeyOf(reason, symbol)]: shortened(value) }
    groups.set(reason, { reason, count: (group?.count ?? 0) + 1, limit, values })
  }
  return CANDIDATE_REJECTIONS.flatMap((reason) => groups.get(reason) ?? [])
}

/** Under what a call's value is kept: its symbol, or its expiry (`BTC-27MAR26`) where the whole expiry shares it. */
export function valueKeyOf(reason: CandidateRejection, symbol: string): string {
  return isOfExpiry(reason) ? symbol.slice(0, symbol.indexOf('-', symbol.indexOf('-') + 1)) : symbol
}

function isOfExpiry(reason: CandidateRejection): boolean {
  return reason === 'dte-too-short' || reason === 'dte-too-long'
}

/** Six digits tell what there is to tell, and keep a thousand of them readable. */
function shortened(value: Rejection['value']): Rejection['value'] {
  if (typeof value !== 'number') return value
  return Number.isFinite(value) ? inSixDigits(value) : null
}

/** `Number(value.toPrecision(6))`, without the text for what is of usual size and no tie: a chain has hundreds of them. */
export function inSixDigits(value: number): number {
  const size = Math.abs(value)
  if (size >= LEAST_PLAIN && size < MOST_PLAIN) {
    let unit = 1e5
    for (let least = 10; least <= size; least *= 10) unit /= 10
    for (let most = 1; most > size; most /= 10) unit *= 10
    const scaled = value * unit
    const digits = Math.round(scaled)
    // Of integers that a double holds the quotient is the nearest double, as that of the text is.
    if (Math.abs(Math.abs(scaled - digits) - 0.5) > TIE) return digits / unit
  }
  return Number(value.toPrecision(6))
}

/** Powers of ten from here on are exact, and so is where a value lies between them. */
const LEAST_PLAIN = 1e-5
const MOST_PLAIN = 1e6
const TIE = 1e-6
