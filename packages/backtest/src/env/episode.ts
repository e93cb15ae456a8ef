import { z } from 'zod'
import type { Kernel } from './kernel.js'
import type { Random } from './seeding.js'
import type { World } from './world.js'

/** Settings of an environment, the same for all of its episodes. */
export const envOptionsSchema = z.strictObject({
  /** What `reward` is in: the change of the equity in coin, or in USD. Both are in the info. Default `coin`. */
  objective: z.enum(['coin', 'usd']).default('coin'),
  /** How actions are told: one number of a menu, or the specification's action with its parameters. Default `menu`. */
  actions: z.enum(['menu', 'specification']).default('menu'),
  /** Coins that an episode begins with. Default 10 BTC, 100 ETH. */
  depositCoin: z.number().positive().max(1_000_000).optional(),
  /** Steps after which an episode is cut off; one that the world has no room for ends with it. Default 270. */
  steps: z.int().min(1).max(10_000_000).default(270),
  /** Of the stream that episodes are drawn from, until `reset` is given one. Default 0. */
  seed: z.int().min(0).default(0),
})
export type EnvOptionsInput = z.input<typeof envOptionsSchema>
export type EnvOptions = z.output<typeof envOptionsSchema>

/** What `reset` can be told of the episode that it begins. */
export const EPISODE_OPTIONS = ['startMs', 'steps', 'depositCoin'] as const

/** Where an episode begins, where it is cut off, and with what. */
export type Episode = Parameters<Kernel['begin']>[1]

/**
 * Draws episodes: the start with equal chance from all decision times that leave room for the steps.
 *
 * Told in the options are `startMs`, the decision time to begin at (the first that is not before it), `steps` and
 * `depositCoin`.
 */
export function createEpisodes(
  world: World,
  options: Pick<EnvOptions, 'depositCoin' | 'steps'>,
): (random: Random, told?: Readonly<Record<string, unknown>>) => Episode {
  const { timeMs, lastSettlement, currency, contracts } = world
  const minSizeCoin = contracts.instruments[0]?.minSizeCoin ?? 0
  const usual = { steps: options.steps, depositCoin: options.depositCoin ?? USUAL_DEPOSIT_COIN[currency] }
  requireDeposit('depositCoin', usual.depositCoin)

  function requireDeposit(field: string, depositCoin: unknown): asserts depositCoin is number {
    if (typeof depositCoin === 'number' && depositCoin >= minSizeCoin && depositCoin <= 1_000_000) return
    throw new RangeError(
      `reset: options.${field} must be from ${minSizeCoin} to 1000000 coin, got ${String(depositCoin)}`,
    )
  }

  return (random, told = {}) => {
    for (const name of Object.keys(told)) {
      if (!(EPISODE_OPTIONS as readonly string[]).includes(name)) {
        throw new RangeError(`reset: options has no ${name}, only ${EPISODE_OPTIONS.join(', ')}`)
      }
    }
    const { startMs, steps: wanted = usual.steps, depositCoin = usual.depositCoin } = told
    requireDeposit('depositCoin', depositCoin)
    if (!(Number.isSafeInteger(wanted) && (wanted as number) >= 1)) {
      throw new RangeError(`reset: options.steps must be an integer of at least 1, got ${String(wanted)}`)
    }
    const steps = Math.min(wanted as number, lastSettlement)
    // Drawn in any case, so that the stream goes on alike whatever is told.
    const drawn = random.integer(lastSettlement - steps + 1)
    const startTime = startMs === undefined ? drawn : timeFrom(startMs)
    return { startTime, cutTime: startTime + steps, depositCoin }
  }

  function timeFrom(startMs: unknown): number {
    const time = timeMs.findIndex((atMs) => typeof startMs === 'number' && atMs >= startMs)
    if (time >= 0 && time < lastSettlement && (startMs as number) >= (timeMs[0] as number)) return time
    const range = `${timeMs[0]} to ${timeMs[lastSettlement - 1]}`
    throw new RangeError(`reset: options.startMs must be from ${range}, got ${String(startMs)}`)
  }
}

const USUAL_DEPOSIT_COIN = { BTC: 10, ETH: 100 } as const
