import type { RejectedCalls, UnderlyingState } from '@cc/models'
import { type StateOptions, type StateOptionsInput, stateOptionsSchema } from './options.js'
import { type Rejection, withRejections } from './rejections.js'
import { rejectCandidate } from './screening.js'

/**
 * Gives what one underlying of a recorded state would have been under the options `to` instead of `from`, as far as the
 * record tells: candidates that fall now are rejected with their number. Of calls that were rejected then a record has
 * that one number and no prices, so none comes back; `mayLack` says that one might have.
 *
 * @throws ZodError for options that are none
 */
export function rescreen(
  underlying: UnderlyingState,
  options: { from: StateOptionsInput; to: StateOptionsInput },
): { underlying: UnderlyingState; mayLack: boolean } {
  const from = stateOptionsSchema.parse(options.from)
  const to = stateOptionsSchema.parse(options.to)
  const rejections = new Map<string, Rejection>()
  for (const candidate of underlying.candidates) {
    const rejection = rejectCandidate(candidate, underlying.vol, to)
    if (rejection !== null) rejections.set(candidate.instrument.symbol, rejection)
  }
  const moreTicks = to.liquidity.maxSpreadTicks > from.liquidity.maxSpreadTicks
  const mayLack = underlying.rejectedCandidates.some((rejected) => {
    if (rejected.reason === 'below-the-cap') return rejections.size > 0 || to.maxCandidates > from.maxCandidates
    if (rejected.reason === 'spread-too-wide' && moreTicks) return true
    return mightPass(rejected, underlying, to)
  })
  if (rejections.size === 0) return { underlying, mayLack }
  const candidates = underlying.candidates.filter(({ instrument }) => !rejections.has(instrument.symbol))
  const rejectedCandidates = withRejections(underlying.rejectedCandidates, rejections)
  return { underlying: { ...underlying, candidates, rejectedCandidates }, mayLack }
}

/** Whether a call that one reason kept out would get past it now; of what comes after that reason nobody knows. */
function mightPass(
  { reason, limit, values }: RejectedCalls,
  { vol }: Pick<UnderlyingState, 'vol'>,
  options: StateOptions,
): boolean {
  // Numbers are rounded: held against the limit that they fell by, one of them might pass.
  const some = (limitNow: number, passes: (value: number) => boolean) =>
    limitNow !== limit && Object.values(values).some((value) => typeof value === 'number' && passes(value))
  const { dteMin, dteMax, moneynessMin, deltaMin, deltaMax, premiumMinUsd, ivrvMin } = options
  const { maxSpreadIv, minOpenInterestCoin, minBidSizeCoin } = options.liquidity
  switch (reason) {
    case 'dte-too-short':
      return some(dteMin, (dte) => dte >= dteMin && dte > 0)
    case 'dte-too-long':
      return some(dteMax, (dte) => dte <= dteMax)
    case 'in-the-money':
      return some(moneynessMin, (moneyness) => moneyness >= moneynessMin)
    case 'delta-too-low':
      return some(deltaMin, (delta) => delta >= deltaMin)
    case 'delta-too-high':
      return some(deltaMax, (delta) => delta <= deltaMax)
    case 'premium-too-small':
      return some(premiumMinUsd, (premiumUsd) => premiumUsd >= premiumMinUsd)
    case 'spread-too-wide':
      return some(maxSpreadIv, (spreadIv) => spreadIv <= maxSpreadIv)
    case 'open-interest-too-small':
      return some(minOpenInterestCoin, (coins) => coins >= minOpenInterestCoin)
    case 'open-interest-missing':
      return minOpenInterestCoin === 0
    case 'ivrv-too-low':
      return ivrvMin === undefined || (vol.ivrv ?? 0) >= ivrvMin
    case 'ivrv-missing':
      return ivrvMin === undefined
    case 'bid-size-too-small':
      return some(minBidSizeCoin, (coins) => coins >= minBidSizeCoin)
    case 'bid-size-missing':
      return minBidSizeCoin === 0
    default:
      return false
  }
}
