import type { Currency } from '@cc/models'
import { createRandomness, type Randomness } from './seeded-noise.js'
import { CALM_VOL_OVER_ATM, CORRELATION, FORCES, JUMPS, WORLD } from './world-parameters.js'

/** The forces on one currency at one time. */
export type Forces = Record<keyof typeof FORCES, number>

/** One currency at the start of an hour. */
type HourState = Forces & {
  logIndex: number
  /** Annual volatility of the index through the hour, jump aside. */
  volatility: number
  /** Log jump inside the hour, 0 for none, and the minute in which it comes. */
  jump: number
  jumpMinute: number
}

/** Both currencies hour by hour, from 400 days before the start on. Hours are counted from the Unix epoch. */
export type HourlyWorld = { readonly firstHour: number; at(currency: Currency, hour: number): HourState }

export const HOUR_MS = 3_600_000
const HISTORY_DAYS = 400

/**
 * Lays out the seeded world: mean-reverting log-volatilities in two speeds, correlated returns without drift, rare
 * jumps. It is drawn in one sequence of hours, so that it is the same however far and in whatever order it is read.
 */
export function createHourlyWorld({ seed, startMs }: { seed: number; startMs: number }): HourlyWorld {
  const startHour = Math.floor(startMs / HOUR_MS)
  const firstHour = Math.floor(startHour / 24) * 24 - HISTORY_DAYS * 24
  const randomness = createRandomness(seed, WORLD_STREAM)
  const hours: Record<Currency, HourState>[] = [firstState(randomness)]

  function reach(hour: number): Record<Currency, HourState> {
    for (let last = hours.at(-1); last !== undefined && hours.length <= hour - firstHour; last = hours.at(-1)) {
      hours.push(nextState(last, randomness))
    }
    const state = hours[hour - firstHour]
    if (state === undefined) throw new RangeError(`The synthetic world starts at hour ${firstHour}, asked was ${hour}.`)
    return state
  }

  const start = reach(startHour)
  const shift = {
    BTC: Math.log(WORLD.BTC.startIndexUsd) - start.BTC.logIndex,
    ETH: Math.log(WORLD.ETH.startIndexUsd) - start.ETH.logIndex,
  }
  for (const state of hours) {
    state.BTC.logIndex += shift.BTC
    state.ETH.logIndex += shift.ETH
  }
  return { firstHour, at: (currency, hour) => reach(hour)[currency] }
}

const WORLD_STREAM = 6
const HOURS_PER_YEAR = 8_760

type Shocks = Forces & { index: number }
type Jump = { size: number; minute: number }

function firstState(randomness: Randomness): Record<Currency, HourState> {
  const shocks = drawShocks(randomness)
  const jump = drawJump(randomness)
  const settled = ({ slow, fast, premium, skew, wings, carry }: Shocks): Forces => ({
    slow: slow * FORCES.slow.deviation,
    fast: fast * FORCES.fast.deviation,
    premium: premium * FORCES.premium.deviation,
    skew,
    wings,
    carry,
  })
  return {
    BTC: stateOf('BTC', 0, settled(shocks.BTC), jump),
    ETH: stateOf('ETH', 0, settled(shocks.ETH), jump),
  }
}

function nextState(last: Record<Currency, HourState>, randomness: Randomness): Record<Currency, HourState> {
  const shocks = drawShocks(randomness)
  const jump = drawJump(randomness)
  const advance = (currency: Currency): HourState => {
    const from = last[currency]
    const by = shocks[currency]
    const hourly = from.volatility / Math.sqrt(HOURS_PER_YEAR)
    const logIndex = from.logIndex + hourly * by.index - (hourly * hourly) / 2 + from.jump
    const woken = from.jump < 0 ? -from.jump * JUMPS.fastPerFall : from.jump * JUMPS.fastPerRise
    const forces = {
      slow: revert('slow', from.slow, by.slow),
      fast: revert('fast', from.fast, by.fast) + woken,
      premium: revert('premium', from.premium, by.premium),
      skew: revert('skew', from.skew, by.skew),
      wings: revert('wings', from.wings, by.wings),
      carry: revert('carry', from.carry, by.carry),
    }
    return stateOf(currency, logIndex, forces, jump)
  }
  return { BTC: advance('BTC'), ETH: advance('ETH') }
}

function stateOf(currency: Currency, logIndex: number, forces: Forces, jump: Jump): HourState {
  return {
    logIndex,
    volatility: WORLD[currency].atmIv * CALM_VOL_OVER_ATM * Math.exp(forces.slow + forces.fast),
    jump: currency === 'ETH' ? jump.size * JUMPS.ethBeta : jump.size,
    jumpMinute: jump.minute,
    ...forces,
  }
}

function drawShocks({ normal }: Randomness): Record<Currency, Shocks> {
  const btcIndex = normal()
  const shared = { slow: normal(), fast: normal(), premium: normal() }
  const volatilityShock = (index: number, common: number) =>
    correlated(CORRELATION.leverage, index, correlated(CORRELATION.volatilities, common, normal()))
  const shocksWith = (index: number): Shocks => ({
    index,
    slow: volatilityShock(index, shared.slow),
    fast: volatilityShock(index, shared.fast),
    premium: volatilityShock(index, shared.premium),
    skew: correlated(CORRELATION.spotSkew, index, normal()),
    wings: normal(),
    carry: normal(),
  })
  return { BTC: shocksWith(btcIndex), ETH: shocksWith(correlated(CORRELATION.indices, btcIndex, normal())) }
}

function drawJump({ uniform, normal }: Randomness): Jump {
  if (uniform() >= JUMPS.perYear / HOURS_PER_YEAR) return { size: 0, minute: 0 }
  return { size: JUMPS.deviation * normal(), minute: 1 + Math.floor(59 * uniform()) }
}

/** One hour of an Ornstein-Uhlenbeck process. */
function revert(force: keyof typeof FORCES, value: number, shock: number): number {
  const { kept, deviation } = HOURLY[force]
  return value * kept + deviation * shock
}

const HOURLY = Object.fromEntries(
  Object.entries(FORCES).map(([force, { halfLifeDays, deviation }]) => {
    const kept = 2 ** (-1 / (24 * halfLifeDays))
    return [force, { kept, deviation: deviation * Math.sqrt(1 - kept * kept) }]
  }),
) as Record<keyof typeof FORCES, { kept: number; deviation: number }>

/** A standard normal that correlates so with `given`, made from it and an independent one. */
function correlated(correlation: number, given: number, independent: number): number {
  return correlation * given + Math.sqrt(1 - correlation * correlation) * independent
}
