import type { CreditPool } from './method.js'

/** What a call costs, how much a pool holds, and what flows back per millisecond. Whole numbers: nothing is rounded. */
type Terms = { readonly cost: number; readonly capacity: number; readonly perMs: number }

/** Deribit gives these by rate and burst: five orders a second, twenty at once. */
const ORDERS: Terms = { cost: 200, capacity: 4_000, perMs: 1 }

/**
 * An account of the lowest tier, which testnet accounts are. What the mass cancel's own pool holds is not published: it is
 * taken to be as large as that of the orders. Source: https://docs.deribit.com/articles/rate-limits
 */
const TERMS: Readonly<Record<CreditPool, Terms>> = {
  'non-matching': { cost: 500, capacity: 50_000, perMs: 10 },
  'get-instruments': { cost: 10_000, capacity: 500_000, perMs: 10 },
  'transaction-log': { cost: 10_000, capacity: 80_000, perMs: 10 },
  subscribe: { cost: 3_000, capacity: 30_000, perMs: 10 },
  matching: ORDERS,
  'cancel-all': ORDERS,
}

/** The leaky pools of one account, or of one connection that has not said whose it is. */
export type CreditPools = {
  /** Takes what one call costs: 0; or takes nothing and says after how many milliseconds there will be enough. */
  charge(pool: CreditPool, nowMs: number): number
}

/** Pools that begin full. Time that goes back fills nothing. */
export function createCreditPools(): CreditPools {
  const levels = new Map<CreditPool, { credits: number; updatedMs: number }>()

  return {
    charge(pool, nowMs) {
      const { cost, capacity, perMs } = TERMS[pool]
      let level = levels.get(pool)
      if (level === undefined) {
        level = { credits: capacity, updatedMs: nowMs }
        levels.set(pool, level)
      } else if (nowMs > level.updatedMs) {
        level.credits = Math.min(capacity, level.credits + (nowMs - level.updatedMs) * perMs)
        level.updatedMs = nowMs
      }
      if (level.credits < cost) return Math.ceil((cost - level.credits) / perMs)
      level.credits -= cost
      return 0
    },
  }
}
