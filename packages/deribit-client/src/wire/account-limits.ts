import { z } from 'zod'

/**
 * Credits of the account. Three shapes are known: flat numbers (2020), one rate per engine (2021), pools within each engine,
 * by currency where `limits_per_currency` is true. Read it with {@link readLimits}.
 * https://docs.deribit.com/articles/rate-limits
 */
export const limitsSchema = z.record(z.string(), z.unknown())
export type WireLimits = z.infer<typeof limitsSchema>

/** Requests a second that a pool refills with, and how many it holds. */
export type RateLimit = { rate: number; burst: number }

/** What was understood of an account's limits; a pool that was not is absent. */
export type AccountLimits = { nonMatching?: RateLimit; matching?: RateLimit; cancelAll?: RateLimit }

/** Reads the limits in whichever shape. Where trading is limited by currency, `matching` is the tightest of them. */
export function readLimits(limits: WireLimits | null | undefined): AccountLimits {
  if (limits === null || limits === undefined) return {}
  const matching = limits.matching_engine
  const nonMatching = rateOf(limits.non_matching_engine, limits.non_matching_engine_burst)
  const trading = rateOf(matching, limits.matching_engine_burst) ?? tightest(tradingRates(matching))
  const cancelAll = rateOf(field(matching, 'cancel_all'))
  return {
    ...(nonMatching && { nonMatching }),
    ...(trading && { matching: trading }),
    ...(cancelAll && { cancelAll }),
  }
}

function tradingRates(engine: unknown): RateLimit[] {
  const total = rateOf(field(field(engine, 'trading'), 'total'))
  if (total !== undefined) return [total]
  return Object.values(isObject(engine) ? engine : {}).flatMap(
    (currency) => rateOf(field(field(currency, 'trading'), 'total')) ?? [],
  )
}

function tightest(rates: readonly RateLimit[]): RateLimit | undefined {
  if (rates.length === 0) return undefined
  return { rate: Math.min(...rates.map(({ rate }) => rate)), burst: Math.min(...rates.map(({ burst }) => burst)) }
}

/** `{ rate, burst }`, or a rate with its burst beside it. */
function rateOf(value: unknown, burstBeside?: unknown): RateLimit | undefined {
  const rate = isObject(value) ? value.rate : value
  const burst = isObject(value) ? value.burst : burstBeside
  return isPositive(rate) && isPositive(burst) ? { rate, burst } : undefined
}

function field(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isPositive(value: unknown): value is number {
  return typeof value === 'number' && value > 0
}
