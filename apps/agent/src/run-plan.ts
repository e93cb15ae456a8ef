import { createHash } from 'node:crypto'
import type { Currency } from '@cc/models'
import { isDryRun, type Settings } from './config.js'
import { notInThisVersion, usageError } from './failure.js'
import type { Coins } from './flag-values.js'
import type { Flags } from './flags.js'
import type { World } from './market-source.js'
import { SETTING_KEYS, SETTINGS, type SettingValues } from './settings-schema.js'

/** All that decides what a simulated run will do. */
export type RunPlan = {
  settings: SettingValues
  world: World
  depositsCoin: Partial<Record<Currency, number>>
  /** Largest sale. */
  maxSizeCoin: Coins
  runForMs: number | undefined
  dryRun: boolean
  /** 16 hex digits from all of the above: the same for equal runs, wherever their log lies. */
  runId: string
}

const DEFAULT_DEPOSITS_COIN = { BTC: 2, ETH: 20 } as const

/**
 * Refuses what this version cannot do, before anything is opened.
 *
 * @throws CcError `agent/not-in-this-version`
 */
export function requireThisVersion({ values, origins }: Settings): void {
  if (values.VENUE === 'testnet')
    throw notInThisVersion(`VENUE=testnet (${origins.VENUE}): trading on the Deribit testnet`)
  if (values.LLM_ENABLED)
    throw notInThisVersion(`LLM_ENABLED=true (${origins.LLM_ENABLED}): a language model as policy`)
}

/** @throws CcError `agent/usage` for a deposit of a coin that is not traded */
export function planRun(flags: Flags, { values }: Settings, world: World): RunPlan {
  const plan = {
    settings: values,
    depositsCoin: depositsOf(flags, world),
    maxSizeCoin: flags.size ?? {},
    runForMs: flags.for,
    dryRun: isDryRun(values),
  }
  return { ...plan, world, runId: runIdOf(plan, world) }
}

function depositsOf({ deposit }: Flags, { underlyings }: World): Partial<Record<Currency, number>> {
  for (const currency of Object.keys(deposit ?? {})) {
    if (underlyings.some((underlying) => underlying === currency)) continue
    throw usageError(`--deposit ${currency}: only ${underlyings.join(' and ')} are traded here.`)
  }
  return Object.fromEntries(
    underlyings.map((currency) => [
      currency,
      deposit === undefined ? DEFAULT_DEPOSITS_COIN[currency] : (deposit[currency] ?? 0),
    ]),
  )
}

function runIdOf(plan: Omit<RunPlan, 'runId' | 'world'>, { market, underlyings, contentId }: World): string {
  const settings = SETTING_KEYS.filter((key) => key !== 'LOG_DIR' && !SETTINGS[key].notYetUsed).map((key) => [
    key,
    plan.settings[key] ?? null,
  ])
  const { depositsCoin, maxSizeCoin, runForMs = null, dryRun } = plan
  const basis = [settings, depositsCoin, maxSizeCoin, runForMs, dryRun, contentId, market.startMs, underlyings]
  return createHash('sha256').update(JSON.stringify(basis)).digest('hex').slice(0, 16)
}
