import { createHash } from 'node:crypto'
import type { Compose, History, HistoryCard, RunOptionsInput } from '@cc/backtest'
import type { Currency } from '@cc/models'
import { createRulesPolicy } from '@cc/policy-rules'
import type { BacktestFlags } from './backtest-flags.js'
import { BENCHMARK_NAMES, type BenchmarkName } from './benchmark-names.js'
import type { Settings } from './config.js'
import { usageError } from './failure.js'
import { type Coins, type Flags, settingsUnder } from './flags.js'
import type { Io } from './io.js'
import { LIMIT_KEYS, policyOptionsOf, RULE_KEYS, riskLimitsOf, SCREENING_KEYS, screeningOf } from './part-options.js'
import type { SettingKey, SettingValues } from './settings-schema.js'

const DEFAULT_DEPOSITS_COIN = { BTC: 2, ETH: 20 } as const
/** A backtest sells its deposit, however large: what MAX_ORDER_USD guards against is no slip of paper money. */
const MOST_ORDER_USD = 1e9
const LEAST_EVERY_MS = 60_000

/** The settings of a backtest; the whole environment of `ccagent run`, of which it takes what decides. */
export function backtestSettings(
  flags: Pick<BacktestFlags, 'underlying' | 'preset' | 'config' | 'from' | 'to' | 'every'>,
  io: Pick<Io, 'env' | 'folder'>,
): Settings {
  const { underlying, preset, config, from, to, every } = flags
  const given: Flags = {
    ...(underlying === undefined ? {} : { underlying }),
    ...(preset === undefined ? {} : { preset }),
    ...(config === undefined ? {} : { config }),
  }
  const settings = settingsUnder(given, io)
  if (from !== undefined && to !== undefined && from >= to) throw usageError('--from must be before --to.')
  if (every !== undefined && every < LEAST_EVERY_MS) throw usageError('--every: expected a minute or more.')
  if (settings.values.LLM_ENABLED) {
    throw usageError('A backtest decides by rules: a model knows the past. Set LLM_ENABLED=false.')
  }
  return settings
}

/**
 * What a run is, under these flags and settings.
 *
 * @throws CcError `agent/usage` for coins that the history does not have.
 */
export function runOptionsOf(
  flags: BacktestFlags,
  settings: Settings,
  { card }: History,
): RunOptionsInput & { deposits: Coins } {
  const { from: fromMs, to: toMs, fill, every: intervalMs, seed, sellBeyondEnd = false } = flags
  const underlyings = underlyingsOf(settings, card.currencies)
  const beyond = Object.keys(flags.deposit ?? {}).find((coin) => !underlyings.some((currency) => currency === coin))
  if (beyond !== undefined) {
    throw usageError(`--deposit ${beyond}: only ${underlyings.join(' and ')} are traded here.`)
  }
  return {
    ...{ underlyings, deposits: depositsOf(flags.deposit, underlyings), seed, fill, sellBeyondEnd },
    ...(fromMs === undefined ? {} : { fromMs }),
    ...(toMs === undefined ? {} : { toMs }),
    ...(intervalMs === undefined ? {} : { intervalMs }),
  }
}

/** Settings and sizes in force: a backtest sells at most its deposit, or `size`. */
export function inForce(
  { values, origins }: Settings,
  { size, deposits }: { size: Coins | undefined; deposits: Coins },
): { values: SettingValues; sizeCoin: Coins } {
  return {
    values: origins.MAX_ORDER_USD === 'default' ? { ...values, MAX_ORDER_USD: MOST_ORDER_USD } : values,
    sizeCoin: { ...deposits, ...size },
  }
}

/** The agent of a run, as `ccagent run` composes it for the same settings. */
export function composeOf({ values, sizeCoin }: ReturnType<typeof inForce>): Compose {
  const rules = policyOptionsOf(values, sizeCoin)
  return () => ({
    policy: createRulesPolicy(rules),
    screening: screeningOf(values),
    limits: riskLimitsOf(values, sizeCoin),
    configuration: { preset: values.PRESET ?? null, rules },
  })
}

/**
 * What opens the log of a run: all that decides it, under the keys from which a log is replayed. Equal runs have one name,
 * wherever they lie.
 */
export function backtestHeading(
  flags: Pick<BacktestFlags, 'to' | 'sizes' | 'sellBeyondEnd'>,
  given: ReturnType<typeof inForce> & { options: RunOptionsInput; card: HistoryCard },
): { runId: string; configuration: Readonly<Record<string, unknown>> } {
  const { values, sizeCoin, options, card } = given
  const endMs = flags.to ?? card.toMs + 1
  const configuration = {
    ...Object.fromEntries(DECISIVE_KEYS.map((key) => [key, values[key] ?? null])),
    ...{ run: options, maxSizeCoin: sizeCoin, sizes: flags.sizes ?? null, history: card.checksum },
    sellsUntilMs: flags.sellBeyondEnd === true ? null : endMs,
  }
  return { runId: createHash('sha256').update(JSON.stringify(configuration)).digest('hex').slice(0, 16), configuration }
}

/** Settings that decide what a backtest comes to, beside the coins. */
export const DECISIVE_KEYS: readonly SettingKey[] = [...SCREENING_KEYS, ...RULE_KEYS, ...LIMIT_KEYS]

/** A name for people: that of the preset, or of the rules. */
export function strategyName({ PRESET }: Settings['values']): string {
  return PRESET ?? 'rules'
}

/** A command line that does the same again, in the same folder. */
export function reproduceLine(flags: BacktestFlags, settings: Settings, options: RunOptionsInput): string {
  const { deposits, underlyings = [] } = options
  const coins = (amounts: Readonly<Record<string, number | undefined>>) =>
    Object.entries(amounts)
      .map(([currency, amount]) => `${currency}=${amount}`)
      .join(',')
  const parts = [
    ['--data', flags.data],
    ['--model', flags.model],
    ['--from', flags.from === undefined ? undefined : momentOf(flags.from)],
    ['--to', flags.to === undefined ? undefined : momentOf(flags.to)],
    ['--underlying', underlyings.join(',')],
    ['--preset', settings.values.PRESET],
    ['--fill', flags.fill],
    ['--deposit', coins(deposits)],
    ['--size', flags.size === undefined ? undefined : coins(flags.size)],
    ['--every', flags.every === undefined ? undefined : `${flags.every / 1_000}s`],
    ['--sizes', flags.sizes],
    ['--bad-rows', flags.badRows === 'refuse' ? undefined : flags.badRows],
    ['--sell-beyond-end', flags.sellBeyondEnd],
    ['--seed', String(flags.seed)],
    ['--config', flags.config],
    ['--benchmarks', flags.benchmarks.length === BENCHMARK_NAMES.length ? undefined : namesOf(flags.benchmarks)],
  ] as const
  const words = parts.flatMap(([name, value]) =>
    value === undefined ? [] : value === true ? [name] : [`${name} ${quoted(value)}`],
  )
  const environment = DECISIVE_KEYS.flatMap((key) =>
    key !== 'PRESET' && ['environment', '.env'].includes(settings.origins[key])
      ? [`${key}=${quoted(String(settings.values[key]))}`]
      : [],
  )
  return [...environment, 'ccagent backtest', ...words].join(' ')
}

function underlyingsOf({ values, origins }: Settings, inHistory: readonly Currency[]): readonly Currency[] {
  if (origins.UNDERLYINGS === 'default') return inHistory
  const lacking = values.UNDERLYINGS.find((currency) => !inHistory.includes(currency))
  if (lacking === undefined) return values.UNDERLYINGS
  throw usageError(
    `UNDERLYINGS=${values.UNDERLYINGS.join(',')} (${origins.UNDERLYINGS}): there is no history of ${lacking}.`,
  )
}

function depositsOf(deposit: Coins | undefined, underlyings: readonly Currency[]) {
  const amounts = underlyings.map(
    (currency) => [currency, deposit === undefined ? DEFAULT_DEPOSITS_COIN[currency] : deposit[currency]] as const,
  )
  const lacking = amounts.find(([, amount]) => amount === undefined || amount === 0)
  if (lacking !== undefined)
    throw usageError(`--deposit: expected coins of ${lacking[0]} too, which is traded; --underlying says what is.`)
  return Object.fromEntries(amounts)
}

function namesOf(benchmarks: readonly BenchmarkName[]): string {
  return benchmarks.length === 0 ? 'none' : benchmarks.join(',')
}

function momentOf(timeMs: number): string {
  return new Date(timeMs).toISOString().replace('.000Z', 'Z')
}

function quoted(text: string): string {
  return /^[\w./,:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
