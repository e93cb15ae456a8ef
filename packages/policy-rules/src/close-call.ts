import type { OptionInstrument, OptionPosition, ProposedAction } from '@cc/models'
import { nextPriceUp, purchaseCostCoin } from '@cc/pricing'
import type { Situation } from './situation.js'
import { sizeDown } from './sizing.js'
import { coinWords, percent, positionWords, size } from './words.js'

/**
 * Buys a call back, or says why it cannot.
 *
 * @param wantedCoin how much of it, at most; rounded down to the step and to what is short
 * @param reason why, in words that follow the name of the call
 */
export function closeCall(
  call: OptionPosition,
  { wantedCoin, reason }: { wantedCoin: number; reason: string },
  { underlying, trace }: Situation,
): ProposedAction | { why: string } {
  const { instrument, askPriceCoin } = call
  const { symbol, minSizeCoin } = instrument
  const priceCoin = offerCoin(call)
  trace.look('no-ask', symbol, priceCoin === undefined, { askPriceCoin })
  if (priceCoin === undefined) return { why: 'nobody offers it' }
  const sizeCoin = sizeDown(Math.min(wantedCoin, -call.sizeCoin), instrument)
  const isSmall = !(sizeCoin > 0 && sizeCoin >= minSizeCoin)
  if (trace.look('too-small-to-close', symbol, isSmall, { sizeCoin, minSizeCoin })) {
    return { why: 'it is less than the smallest order' }
  }
  return {
    action: 'CLOSE_COVERED_CALL',
    params: { symbol, size: sizeCoin },
    reasoning: `Buy back ${size(sizeCoin)} of ${positionWords(call)}, ${reason}; at ${coinWords(priceCoin, underlying.currency)}.`,
  }
}

/** Why the profit of a call is taken now, in words; `undefined`: it is not. Nobody takes a profit that nobody knows. */
export function profitReason(call: OptionPosition, { options, trace }: Situation): string | undefined {
  const { instrument, premiumCaptured, dte } = call
  const { pnl, minDte } = options.closeWhen
  const isTaken = pnl !== null && premiumCaptured !== null && premiumCaptured >= pnl && dte >= minDte
  const facts = { premiumCaptured, pnl, dte, minDte }
  if (!trace.look('close-pnl', instrument.symbol, isTaken, facts) || premiumCaptured === null) return undefined
  return `${percent(premiumCaptured)} of its premium kept, and from ${percent(pnl ?? 0)} on the profit is taken`
}

/** Price at which a call is offered; `undefined` where it is not. It pays out less than its coin, so a dearer offer is none. */
export function offerCoin({ askPriceCoin }: OptionPosition): number | undefined {
  return askPriceCoin === null || askPriceCoin > HIGHEST_CALL_PRICE_COIN ? undefined : askPriceCoin
}

/** What buying a call back costs: coin per coin of size, one tick above the ask, as far as an order may go, and the fee. */
export function buyBackCoin(instrument: OptionInstrument, askPriceCoin: number): number {
  const priceCoin = nextPriceUp(askPriceCoin, instrument)
  if (!Number.isFinite(priceCoin)) return Infinity
  return purchaseCostCoin({ sizeCoin: 1, priceCoin, feeRate: instrument.takerFeeRate })
}

/** A call can never pay out more than the coin that covers it. */
export const HIGHEST_CALL_PRICE_COIN = 1
