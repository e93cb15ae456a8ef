import { black76, MS_PER_YEAR } from '@cc/pricing'
import { coins } from './satoshis.js'
import type { ShortCall } from './short-calls.js'
import type { QuotedOption } from './trade.js'

/** Moves of the index that an account must stand, percent, upward: what hurts a short call. */
export const STRESS_MOVES_PCT = [25, 50, 100] as const

/** What the maintenance margin of a short call is above its mark: https://support.deribit.com/hc/en-us/articles/25944811317149 */
export const MAINTENANCE_RATE = 0.075

/** Volatility rises with the index by this much: 20 points. */
const IV_RISE = 0.2

/** A short call whose market nobody knows is marked with its coin: it can never cost more. */
const DEAREST_MARK_COIN = 1

/** Of what is short no more, `satoshis` is negative. */
export type StressedCall = Pick<ShortCall, 'satoshis' | 'option'>
type Mark = (option: QuotedOption, iv: number, scenario: Scenario) => number
/** `growth`: the stressed forward over today's. */
type Scenario = { growth: number; atMs: number }

/** Maintenance margin of short calls, in coin, were the index higher by `movePct` and all volatility by 20 points. */
export function stressedMaintenanceCoin(
  calls: readonly StressedCall[],
  { movePct, atMs }: { movePct: number; atMs: number },
): number {
  return maintenanceCoin(calls, { growth: 1 + movePct / 100, atMs }, exactMarkCoin)
}

/**
 * The same from above, at the price of two roots a call. For a call of forward F, strike K and total deviation s,
 * C/F ≤ max(0, 1 − K/F) + √(K/F) · (2N(s/2) − 1): its time value over √(FK) is greatest at the money. And
 * 2N(s/2) − 1 ≤ s/√(2π), a normal density being greatest at 0.
 */
export function stressedMaintenanceAtMostCoin(
  calls: readonly StressedCall[],
  { movePct, atMs }: { movePct: number; atMs: number },
): number {
  return maintenanceCoin(calls, { growth: 1 + movePct / 100, atMs }, highestMarkCoin)
}

function maintenanceCoin(calls: readonly StressedCall[], scenario: Scenario, mark: Mark): number {
  let sum = 0
  for (const { satoshis, option } of calls) {
    const markCoin =
      option === undefined || option.markIv === null
        ? DEAREST_MARK_COIN
        : mark(option, option.markIv + IV_RISE, scenario)
    sum += coins(satoshis) * (MAINTENANCE_RATE + markCoin)
  }
  return sum
}

function exactMarkCoin(option: QuotedOption, iv: number, { growth, atMs }: Scenario): number {
  const { strikeUsd, expiryMs } = option.instrument
  const forwardUsd = option.forwardUsd * growth
  const expiryYears = yearsLeft(atMs, expiryMs)
  return black76({ forwardUsd, strikeUsd, expiryYears, iv, kind: 'call' }).priceCoin
}

function highestMarkCoin(option: QuotedOption, iv: number, { growth, atMs }: Scenario): number {
  const { strikeUsd, expiryMs } = option.instrument
  const strikeShare = strikeUsd / (option.forwardUsd * growth)
  const deviation = iv * Math.sqrt(yearsLeft(atMs, expiryMs))
  return Math.max(0, 1 - strikeShare) + Math.sqrt(strikeShare) * deviation * INVERSE_ROOT_TWO_PI
}

function yearsLeft(atMs: number, expiryMs: number): number {
  return Math.max(0, expiryMs - atMs) / MS_PER_YEAR
}

const INVERSE_ROOT_TWO_PI = 1 / Math.sqrt(2 * Math.PI)
