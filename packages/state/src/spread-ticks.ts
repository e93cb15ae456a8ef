import type { TickRule } from '@cc/pricing'

/**
 * Ticks of the price grid between a bid and an ask: how many times one could improve on the other. A spread across a
 * boundary counts each side in its own tick: from 0.0048 to 0.006 are two of 0.0001 and two of 0.0005. Prices off the
 * grid give fractions. Negative where the bid is above the ask.
 */
export function spreadTicksOf(
  { bidPriceCoin, askPriceCoin }: { bidPriceCoin: number; askPriceCoin: number },
  rule: TickRule,
): number {
  const ticks = ticksUpTo(askPriceCoin, rule) - ticksUpTo(bidPriceCoin, rule)
  // Three ticks are 3, not 3.0000000000000004, or they would be more than three.
  return Math.round(ticks * 1e6) / 1e6
}

/** Ticks from 0 to a price. */
function ticksUpTo(priceCoin: number, { tickSizeCoin, tickSteps }: TickRule): number {
  let ticks = 0
  let fromCoin = 0
  let tickCoin = tickSizeCoin
  const rising = tickSteps.length < 2 ? tickSteps : tickSteps.toSorted((a, b) => a.abovePriceCoin - b.abovePriceCoin)
  for (const step of rising) {
    if (priceCoin <= step.abovePriceCoin) break
    ticks += (step.abovePriceCoin - fromCoin) / tickCoin
    fromCoin = step.abovePriceCoin
    tickCoin = step.tickSizeCoin
  }
  return ticks + (priceCoin - fromCoin) / tickCoin
}
