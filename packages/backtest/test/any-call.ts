import type { DecisionLog, DecisionRecord } from '@cc/models'
import type { RiskLimitsInput } from '@cc/risk'

/** Screening that leaves out next to nothing that is quoted up to twelve days ahead. */
export const ANY_CALL = {
  ...{ deltaMin: 0, deltaMax: 1, dteMin: 0, dteMax: 12, moneynessMin: -0.05, premiumMinUsd: 0 },
  ...{ maxCandidates: 60, readTickers: false },
  liquidity: { maxSpreadTicks: 100, maxSpreadIv: 1 },
}

/** Each limit as wide as it can be set: what is left of risk is cover, and what cannot be turned off. */
export const WIDEST_LIMITS: RiskLimitsInput = {
  ...{ maxMarginUsedPct: 100, maxMaintenancePct: 100, maxStressPct: 95, maxNetDeltaAbs: 1, maxBalanceDropPct: 10 },
  ...{ minMoneyness: -0.05, minTimeLeftMs: 600_000, minPriceCoin: 0, minNetPremiumUsd: 0, maxNetDebitCoin: null },
  ...{ maxDailyLossPct: 25, maxDrawdownPct: 60, cooldownMs: 60_000, maxOpensPerDay: 100 },
  ...{ maxOrderCoin: { BTC: 1_000_000, ETH: 1_000_000 }, maxOrderUsd: 1e9 },
  ...{ delta: { min: 0, max: 1 }, dte: { min: 0, max: 400 }, spread: { ticks: 100, fraction: 1 } },
  collar: { sellTicks: 100, sellFraction: 0.99, buyTicks: 100, buyFraction: 1 },
  crash: { dayChangePct: 30, dvolPoints: 50, forMs: 3_600_000 },
  maxSends: { perHour: 120, perDay: 1_000 },
}

/** A log that keeps decision records in a list. */
export function logInto(records: DecisionRecord[]): DecisionLog {
  return {
    async record(entry) {
      if (entry.kind === 'decision') records.push(entry)
    },
  }
}
