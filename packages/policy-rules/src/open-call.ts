import { roundSizeDown } from '@cc/pricing'
import { bestCandidate } from './best-candidate.js'
import type { Ruling, Situation } from './ruling.js'
import { quotedShortCalls, unquotedShortCalls } from './short-calls.js'
import { candidateWords, coinWords, positionWords, rejectionWords, size, usdWords, volWords } from './wording.js'

/** Sells the best candidate on all free coins, where no call of the underlying is open and no order rests. */
export function openCall(situation: Situation): Ruling {
  const { underlying, options, trace } = situation
  const { currency, portfolio, candidates } = underlying
  const obstacle = inTheWay(situation)
  if (obstacle !== undefined) return { why: obstacle }

  const best = bestCandidate(candidates, options)
  const facts = { candidates: candidates.length, ...underlying.rejectedCandidates }
  trace.look('no-candidate', currency, best === undefined, facts)
  if (best === undefined) return { why: `no call is a candidate (${rejectionWords(underlying)})` }

  const { candidate, score } = best
  const { instrument, delta, dte, annualisedYieldPct, spreadPct, bidPriceCoin, netPremiumUsd } = candidate
  const { symbol, minSizeCoin, sizeStepCoin } = instrument
  trace.look('best-candidate', symbol, true, { score, delta, dte, annualisedYieldPct, spreadPct })

  const { freeCoin } = portfolio.coverage
  const maxSizeCoin = options.maxSizeCoin[currency]
  const sizeCoin = roundSizeDown(Math.min(freeCoin, maxSizeCoin ?? freeCoin), sizeStepCoin)
  const sizes = { freeCoin, maxSizeCoin: maxSizeCoin ?? null, sizeCoin, minSizeCoin }
  if (trace.look('too-few-free-coins', currency, sizeCoin < minSizeCoin, sizes)) {
    const most = maxSizeCoin === undefined ? '' : ` and at most ${coinWords(maxSizeCoin, currency)} an order`
    return { why: `${coinWords(freeCoin, currency)} free${most} is too little to sell ${size(minSizeCoin)} ${symbol}` }
  }
  return {
    action: 'OPEN_COVERED_CALL',
    params: { symbol, size: sizeCoin },
    reasoning:
      `Sell ${size(sizeCoin)} ${symbol} at ${coinWords(bidPriceCoin, currency)} ` +
      `(${usdWords(netPremiumUsd * sizeCoin)} for ${size(sizeCoin)} after the fee): ` +
      `${candidateWords(candidate)}, ${volWords(underlying)}.`,
  }
}

/** The first reason not to open at all, in words. */
function inTheWay({ underlying, mode, options, trace }: Situation): string | undefined {
  const { currency, portfolio, vol, missing } = underlying
  if (trace.look('reduce-only', currency, mode === 'reduce-only')) return 'the mode is reduce-only'

  const held = [...quotedShortCalls(underlying).map(positionWords), ...unquotedShortCalls(underlying)]
  if (trace.look('call-open', currency, held.length > 0, { calls: held.length })) return `short ${held.join(' and ')}`

  const resting = portfolio.openOrders.filter(({ state }) => state === 'open')
  if (trace.look('order-resting', currency, resting.length > 0, { orders: resting.length })) {
    return `an order rests on ${resting.map(({ symbol }) => symbol).join(', ')}`
  }
  if (options.ivrvMin === undefined) return undefined

  const { ivrv } = vol
  const reason = missing.find(({ datum }) => datum === 'vol.ivrv')?.reason ?? 'no reason given'
  trace.look('ivrv-missing', currency, ivrv === null, ivrv === null ? { reason } : { ivrv })
  if (ivrv === null) return `IV over RV is missing (${reason})`
  const low = trace.look('ivrv-below-minimum', currency, ivrv < options.ivrvMin, { ivrv, ivrvMin: options.ivrvMin })
  return low ? `IV over RV is ${ivrv.toFixed(2)}, below ${options.ivrvMin}` : undefined
}
