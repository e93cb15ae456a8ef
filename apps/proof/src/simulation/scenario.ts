import type { Currency } from '@cc/models'
import type { RiskLimitsInput } from '@cc/risk'
import { createRandom } from './seeded-random.ts'
import type { ToyMarketOptions } from './toy-market.ts'
import { drawTemper, type Temper } from './toy-policy.ts'
import { drawWeather, type Weather } from './weather.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** Ticks of a seed; a cycle at each, and more where something was traded. */
const TICKS = 11

/** All that a seed decides before anything happens. */
export type Scenario = {
  seed: number
  weather: Weather
  temper: Temper
  market: ToyMarketOptions
  depositsCoin: Partial<Record<Currency, number>>
  intervalMs: number
  /** When faults end. */
  endMs: number
  dryRun: boolean
  limits: RiskLimitsInput & {
    cooldownMs: number
    maxOpensPerDay: number
    maxSends: { perHour: number; perDay: number }
    maxCoverage: number
    maxExpiryExposure: number
    maxMarginUsedPct: number
  }
  exec: { pegs: number; restMs: number }
  readTickers: boolean
}

export function drawScenario(seed: number): Scenario {
  const random = createRandom(seed, 'scenario')
  const intervalMs = random.pick([60, 120, 180]) * MINUTE_MS
  const lengthMs = TICKS * intervalMs
  const settlementMs = Date.UTC(2026, 2, 1 + random.below(200), 8)
  const startMs = settlementMs - Math.floor(random.between(0.4, 0.95) * lengthMs)
  const currencies: readonly Currency[] = random.chance(0.92) ? [random.pick(['BTC', 'ETH'] as const)] : ['BTC', 'ETH']
  return {
    seed,
    weather: drawWeather(random),
    temper: drawTemper(random),
    market: {
      seed,
      startMs,
      currencies,
      lengthMs: lengthMs + 2 * DAY_MS,
      expiries: random.chance(0.9) ? [1, 2] : [1, 2, 3],
      strikes: 3 + random.below(2),
      volatility: random.between(0.45, 0.9),
      jump: random.chance(0.05) ? random.between(-0.12, 0.12) : 0,
    },
    depositsCoin: {
      BTC: Math.round(random.between(3, 30)) / 10 + random.pick([0, 0, 0.05]),
      ETH: Math.round(random.between(3, 30)) + random.pick([0, 0, 0.5]),
    },
    intervalMs,
    endMs: startMs + lengthMs,
    dryRun: random.chance(0.04),
    limits: {
      cooldownMs: random.pick([1, 5, 20, 30]) * MINUTE_MS,
      maxOpensPerDay: random.pick([3, 10, 10, 20]),
      maxSends: { perHour: random.pick([6, 30, 30]), perDay: random.pick([20, 100, 100]) },
      maxCoverage: random.pick([1, 1, 1, 0.8]),
      maxExpiryExposure: random.chance(0.1) ? 0.5 : 1,
      maxMarginUsedPct: random.chance(0.1) ? 12 : 60,
      delta: { min: 0, max: 0.75 },
      minPriceCoin: random.pick([0.0002, 0.0005]),
    },
    exec: { pegs: random.pick([1, 2, 3]), restMs: random.pick([4_000, 10_000, 20_000]) },
    readTickers: random.chance(0.3),
  }
}
