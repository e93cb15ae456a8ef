import { createHash } from 'node:crypto'
import type { Currency } from '@cc/models'
import { isDryRun, type Settings } from './config.js'
import { notInThisVersion, usageError } from './failure.js'
import { type Coins, type Flags, UNIT_MS } from './flags.js'
import type { World } from './market-source.js'
import { minute, size } from './number-format.js'
import { SETTING_KEYS, SETTINGS, type SettingValues } from './settings-schema.js'
import { labelled } from './summary-lines.js'

/** All that decides what a simulated run will do. */
export type RunPlan = {
  settings: SettingValues
  world: World
  depositsCoin: Partial<Record<Currency, number>>
  /** Largest sale, where one was named: of policy and risk. */
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

/** The world that a run or a single decision takes place in. */
export function worldLine({ world, depositsCoin }: RunPlan): string {
  const { source, startMs } = world.market
  const coins = Object.entries(depositsCoin).map(([currency, amount]) => `${size(amount)} ${currency}`)
  return `${labelled(source.description)}: simulated time from ${minute(startMs)} UTC, paper money (${coins.join(', ')}).`
}

/** What a run is about to do, how fast, and where it is written down. */
export function openingLines(plan: RunPlan, { speed, folder }: { speed: number | 'max'; folder: string }): string[] {
  const { dryRun, runId, settings, runForMs } = plan
  const pace = speed === 'max' ? 'as fast as it goes' : speed === 1 ? 'in real time' : `at ${speed} times real time`
  const length = runForMs === undefined ? 'until Ctrl-C' : `for ${duration(runForMs)}`
  const interval = duration(settings.LOOP_INTERVAL_SEC * 1_000)
  return [
    worldLine(plan),
    `Run ${runId}: a decision every ${interval} ${length}, ${pace}, policy rules${dryRun ? ', dry run: no order leaves' : ''}.`,
    `Log: ${folder}`,
    '',
  ]
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
  const settings = SETTING_KEYS.filter(
    (key) => key !== 'LOG_DIR' && key !== 'DRY_RUN' && !SETTINGS[key].notYetUsed,
  ).map((key) => [key, plan.settings[key] ?? null])
  const { depositsCoin, maxSizeCoin, runForMs = null, dryRun } = plan
  const basis = [settings, depositsCoin, maxSizeCoin, runForMs, dryRun, contentId, market.startMs, underlyings]
  return createHash('sha256').update(JSON.stringify(basis)).digest('hex').slice(0, 16)
}

/** `30d`, `1h30m`: as the flags take it. */
function duration(durationMs: number): string {
  let leftMs = durationMs
  const parts = Object.entries(UNIT_MS).map(([unit, unitMs]) => {
    const count = Math.floor(leftMs / unitMs)
    leftMs -= count * unitMs
    return count === 0 ? '' : `${count}${unit}`
  })
  return parts.join('') || '0s'
}
