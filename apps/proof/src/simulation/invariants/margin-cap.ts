import { type Broker, type Currency, parseSymbol } from '@cc/models'
import type { Accuse } from './violation.ts'

/** What prices may do to margins between a verdict and its order. */
const NOISE_PCT = 2

/** Holds every sale to the cap on the margin used, by the exchange's own account. */
export type MarginCap = {
  /** An order is about to leave. */
  sent(label: string, symbol: string): void
  /** A sale has come in. */
  sold(label: string, symbol: string): Promise<void>
}

/**
 * A roll may begin above the cap, if it ends below it. Where only a part of it comes about the margin lies between the two:
 * no sale brings it above the cap and above what it was before the decision's first order.
 */
export function createMarginCap(
  broker: Pick<Broker, 'account'>,
  { maxUsedPct, accuse }: { maxUsedPct: number; accuse: Accuse },
): MarginCap {
  /** By decision. */
  const before = new Map<string, Promise<number>>()

  async function usedPct(currency: Currency): Promise<number> {
    const { initialMarginCoin, marginBalanceCoin } = await broker.account(currency)
    return (100 * initialMarginCoin) / marginBalanceCoin
  }

  return {
    sent(label, symbol) {
      const currency = parseSymbol(symbol)?.currency
      const decision = decisionOf(label)
      if (currency !== undefined && !before.has(decision)) before.set(decision, usedPct(currency))
    },
    async sold(label, symbol) {
      const currency = parseSymbol(symbol)?.currency
      if (currency === undefined) return
      const allowedPct = Math.max(maxUsedPct, (await before.get(decisionOf(label))) ?? 0)
      const pct = await usedPct(currency)
      if (pct > allowedPct + NOISE_PCT)
        accuse('I7', `${label} brings the margin used to ${pct} %, of ${allowedPct} allowed`)
    },
  }
}

/** A label without its leg and attempt. */
function decisionOf(label: string): string {
  return label.split('-', 3).join('-')
}
