import { createHash } from 'node:crypto'
import type { Currency } from '@cc/models'
import { isDryRun, type Settings } from './config.js'
import { usageError } from './failure.js'
import type { Coins, Flags } from './flags.js'
import type { Io } from './io.js'
import { openWorld, type World } from './market-source.js'
import { MODEL_SETTINGS } from './model-settings.js'
import { CASSETTE_KEYS, type PolicyPlan, planPolicy } from './policy-plan.js'
import { SETTING_KEYS, SETTINGS, type SettingKey, type SettingValues } from './settings-schema.js'
import { type DeribitPlan, planDeribit } from './testnet-plan.js'

/** All that decides what a run will do, but for what only its exchange can say. */
export type RunPlan = {
  settings: SettingValues
  /** Largest sale, where one was named: of policy and risk. */
  maxSizeCoin: Coins
  runForMs: number | undefined
  dryRun: boolean
  policy: PolicyPlan
  exchange: SimulatedPlan | DeribitPlan
}

/** A local exchange in memory, with paper money. */
export type SimulatedPlan = {
  kind: 'simulated'
  world: World
  depositsCoin: Partial<Record<Currency, number>>
  /** Simulated milliseconds for each real one; `max`: from cycle to cycle at once. */
  speed: number | 'max'
  /** 16 hex digits from all that decides the run: the same for equal runs, wherever their log lies. */
  runId: string
}

const DEFAULT_DEPOSITS_COIN = { BTC: 2, ETH: 20 } as const

/**
 * Finds everything that can be wrong with flags, settings and market files, before anything is opened and anybody is
 * called.
 *
 * @throws CcError `agent/usage`, `agent/not-in-this-version`
 */
export function planRun(flags: Flags, settings: Settings, io: Pick<Io, 'env' | 'folder'>): RunPlan {
  const { values, origins } = settings
  const base = {
    settings: values,
    maxSizeCoin: flags.size ?? {},
    runForMs: flags.for,
    dryRun: isDryRun(values),
    policy: planPolicy(settings, io.folder),
  }
  if (values.VENUE === 'testnet') {
    return { ...base, exchange: planDeribit(flags, settings, io.env) }
  }
  if (flags.transport !== undefined) {
    throw usageError(
      `--transport ${flags.transport} is how an account is talked to, and VENUE=sim (${origins.VENUE}) is in memory: add --venue testnet.`,
    )
  }
  const world = openWorld(flags, settings, io.folder)
  const depositsCoin = depositsOf(flags, world)
  const runId = simulatedRunId({ ...base, depositsCoin }, world)
  const speed = flags.speed ?? (flags.for === undefined ? 1 : 'max')
  return { ...base, exchange: { kind: 'simulated', world, depositsCoin, speed, runId } }
}

/**
 * The paper coins that an account begins with, of each coin that is traded.
 *
 * @throws CcError `agent/usage` for one that is not.
 */
export function depositsOf({ deposit }: Flags, { underlyings }: World): Partial<Record<Currency, number>> {
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

/** Settings that decide nothing in a simulated run, or that something else of the plan stands for. */
const NOT_IN_RUN_ID: readonly SettingKey[] = [
  'LOG_DIR',
  'DRY_RUN',
  'DERIBIT_BASE_URL',
  'DERIBIT_TRANSPORT',
  'DERIBIT_CLIENT_ID',
  'DERIBIT_CLIENT_SECRET',
  ...CASSETTE_KEYS,
]

function simulatedRunId(
  plan: Omit<RunPlan, 'exchange'> & Pick<SimulatedPlan, 'depositsCoin'>,
  { market, underlyings, contentId }: World,
): string {
  const isTold = (key: SettingKey) => !NOT_IN_RUN_ID.includes(key) && !SETTINGS[key].secret
  // Of a model that nobody asks nothing depends.
  const isAsked = (key: SettingKey) => plan.policy.kind === 'model' || !(key in MODEL_SETTINGS)
  const settings = SETTING_KEYS.filter((key) => isTold(key) && isAsked(key)).map((key) => [
    key,
    plan.settings[key] ?? null,
  ])
  const { depositsCoin, maxSizeCoin, runForMs = null, dryRun } = plan
  const basis = [settings, depositsCoin, maxSizeCoin, runForMs, dryRun, contentId, market.startMs, underlyings]
  return createHash('sha256').update(JSON.stringify(basis)).digest('hex').slice(0, 16)
}
