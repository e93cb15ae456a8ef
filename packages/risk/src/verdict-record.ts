import type { Verdict, VerdictRecord } from '@cc/models'

/** A verdict as plain data for the record, the legs by symbol. Read back, it approves nothing. */
export function verdictRecord(verdict: Verdict): VerdictRecord {
  if (!verdict.allowed) {
    const { breaches, reasons } = verdict
    return { allowed: false, breaches, reasons }
  }
  const { legs, maxNetDebitCoin, maxOrders, expiresMs } = verdict.action.bounds
  return {
    allowed: true,
    legs: legs.map(({ leg, instrument, side, maxSizeCoin, worstPriceCoin, reduceOnly }) => ({
      leg,
      symbol: instrument.symbol,
      side,
      maxSizeCoin,
      worstPriceCoin,
      reduceOnly,
    })),
    maxNetDebitCoin,
    maxOrders,
    expiresMs,
  }
}
