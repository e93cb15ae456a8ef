import { CURRENCIES, type Currency } from '@cc/models'
import { riskLimitsSchema } from '@cc/risk'
import { InvalidArgumentError, Option } from 'commander'
import { readSettings, type Settings } from './config.js'
import type { Io } from './io.js'

/** An amount per coin. */
export type Coins = Readonly<Partial<Record<Currency, number>>>

/** The command line as commander hands it over, values read. A flag that a command does not have is absent. */
export type Flags = {
  venue?: string
  transport?: string
  underlying?: string
  policy?: 'rules' | 'llm'
  preset?: string
  dryRun?: boolean
  logDir?: string
  config?: string
  allowLoopback?: true
  /** ms */
  every?: number
  market?: string
  seed?: number
  /** Epoch ms. */
  start?: number
  /** ms */
  for?: number
  speed?: number | 'max'
  /** Coins. */
  deposit?: Coins
  size?: Coins
  fresh?: true
  json?: true
  verbose?: true
  port?: number
  virtualTime?: true
  faults?: string
  /** `false` with `--no-rate-limits`. */
  rateLimits?: boolean
}

/** Flags that set a setting, and where settings are found. */
export const settingFlags = () => [
  new Option('--venue <name>', 'sim or testnet (VENUE)').argParser(given),
  new Option('--transport <name>', 'http or websocket, to an account (DERIBIT_TRANSPORT)').argParser(given),
  underlyingFlag(),
  new Option('--policy <name>', 'who decides (LLM_ENABLED)').choices(['rules', 'llm']),
  new Option('--preset <name>', 'a published strategy with its limits (PRESET)').argParser(given),
  new Option('--dry-run', 'decide, but send no order (DRY_RUN)'),
  new Option('--no-dry-run', 'send orders'),
  new Option('--log-dir <folder>', 'where all that lasts lies (LOG_DIR)').argParser(given),
  configFlag(),
  new Option('--allow-loopback', 'allow an exchange on this machine as DERIBIT_BASE_URL'),
]

/** Flags that shape the simulated world, in memory or served. */
export const worldFlags = (start: string) => [
  new Option(
    '--market <market>',
    'synthetic (default), or a recorded chain: .json, .csv, .csv.gz; two with a comma between',
  ).argParser(given),
  new Option('--seed <n>', 'seed of the synthetic market; default: 1').argParser(readSeed),
  new Option('--start <date>', `where simulated time begins, UTC; default: ${start}`).argParser(readDate),
  new Option('--deposit <coins>', 'paper coins at the start; default: BTC=2,ETH=20').argParser(readDeposit),
]

/** Flags of a run and of a single cycle. */
export const cycleFlags = () => [
  new Option(
    '--size <coins>',
    `largest sale: 0.5, or BTC=0.5,ETH=10; default: all free coins, at most ${mostByDefault()} at once`,
  ).argParser(readSize),
  new Option('--fresh', "delete an earlier simulated run's files from the log folder first"),
  verboseFlag(),
]

/** Flags of the local exchange beside its world. */
export const serverFlags = () => [
  new Option('--port <n>', 'where it listens on this machine; default: a free port').argParser(readPort),
  new Option('--virtual-time', 'time stands still until a client advances it'),
  new Option('--no-rate-limits', 'answer however many requests come'),
  new Option('--faults <file>', 'misbehave as this plan of faults (JSON) says').argParser(given),
  underlyingFlag(),
  configFlag(),
  verboseFlag(),
]

/** `5 BTC or 50 ETH` */
function mostByDefault(): string {
  const { maxOrderCoin } = riskLimitsSchema.parse({})
  return CURRENCIES.map((currency) => `${maxOrderCoin[currency]} ${currency}`).join(' or ')
}

export const underlyingFlag = () =>
  new Option('--underlying <coins>', 'BTC, ETH or BTC,ETH (UNDERLYINGS)').argParser(given)
export const configFlag = () =>
  new Option('--config <file>', 'settings file instead of ccagent.config.json').argParser(given)
export const verboseFlag = () => new Option('--verbose', 'tell on stderr what happens inside')

export const everyFlag = () =>
  new Option('--every <duration>', 'time between two cycles: 1h, 15m, 30s (LOOP_INTERVAL_SEC)').argParser(readDuration)
export const forFlag = () =>
  new Option('--for <duration>', 'stop after this much venue time: 30d').argParser(readDuration)
export const speedFlag = () =>
  new Option('--speed <speed>', 'max, or times real time; default: max with --for, else 1').argParser(readSpeed)

export const jsonFlag = (what: string) => new Option('--json', what)

/** The settings in force under these flags. */
export function settingsUnder(flags: Flags, io: Pick<Io, 'env' | 'folder'>): Settings {
  const { venue, transport, underlying, policy, preset, dryRun, logDir, every } = flags
  return readSettings({
    flags: {
      ...(venue === undefined ? {} : { VENUE: { flag: '--venue', text: venue } }),
      ...(transport === undefined ? {} : { DERIBIT_TRANSPORT: { flag: '--transport', text: transport } }),
      ...(underlying === undefined ? {} : { UNDERLYINGS: { flag: '--underlying', text: underlying } }),
      ...(policy === undefined ? {} : { LLM_ENABLED: { flag: '--policy', text: String(policy === 'llm') } }),
      ...(preset === undefined ? {} : { PRESET: { flag: '--preset', text: preset } }),
      ...(dryRun === undefined
        ? {}
        : { DRY_RUN: { flag: dryRun ? '--dry-run' : '--no-dry-run', text: String(dryRun) } }),
      ...(logDir === undefined ? {} : { LOG_DIR: { flag: '--log-dir', text: logDir } }),
      ...(every === undefined ? {} : { LOOP_INTERVAL_SEC: { flag: '--every', text: String(every / 1_000) } }),
    },
    environment: io.env,
    folder: io.folder,
    configFile: flags.config,
    allowLoopback: flags.allowLoopback === true,
  })
}

/** Units of a duration, longest first. */
export const UNIT_MS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 } as const
const MAX_DURATION_MS = 3_650 * UNIT_MS.d
const MAX_COINS = 1_000_000

/** `30d`, `1h`, `15m`, `30s` or a sum such as `1h30m`, in that order; in ms, more than none, at most ten years. */
export function readDuration(text: string): number {
  const match = /^(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?$/.exec(given(text))
  const [, d, h, m, s] = (match ?? []).map((part) => Number(part ?? 0))
  const durationMs = (d ?? 0) * UNIT_MS.d + (h ?? 0) * UNIT_MS.h + (m ?? 0) * UNIT_MS.m + (s ?? 0) * UNIT_MS.s
  if (durationMs > 0 && durationMs <= MAX_DURATION_MS) return durationMs
  throw new InvalidArgumentError('Expected a duration such as 30d, 1h, 15m, 30s or 1h30m, at most ten years.')
}

/** A date, or date and time to the minute or second, in UTC: `2026-01-02`, `2026-01-02T08:00Z`. In epoch ms. */
export function readDate(text: string): number {
  const match = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(?::(\d\d))?Z)?$/.exec(given(text))
  if (match !== null) {
    const [, date = '', minutes = '00:00', seconds = '00'] = match
    const written = `${date}T${minutes}:${seconds}.000Z`
    const timeMs = Date.parse(written)
    // Date.parse takes 30 February for 2 March.
    const isDay = Number.isFinite(timeMs) && new Date(timeMs).toISOString() === written
    // Symbols have two digits for the year.
    if (isDay && date >= '2001' && date < '2098') return timeMs
  }
  throw new InvalidArgumentError('Expected a day from 2001 to 2097 in UTC, such as 2026-01-02 or 2026-01-02T08:00Z.')
}

/** A whole number from 0 on. */
export function readSeed(text: string): number {
  const seed = /^(0|[1-9]\d*)$/.test(given(text)) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(seed)) return seed
  throw new InvalidArgumentError('Expected a whole number, 0 or more.')
}

/** A port of this machine; 0 is any that is free. */
export function readPort(text: string): number {
  const port = /^(0|[1-9]\d{0,4})$/.test(given(text)) ? Number(text) : Number.NaN
  if (port <= 65_535) return port
  throw new InvalidArgumentError('Expected a port, 0 to 65535; 0 is any that is free.')
}

/** `max`, or how many times as fast as real time. */
export function readSpeed(text: string): number | 'max' {
  if (given(text) === 'max') return 'max'
  const speed = decimal(text)
  if (speed > 0 && speed <= 1_000_000) return speed
  throw new InvalidArgumentError('Expected max, or times real time, above 0, at most 1000000.')
}

/** `0.5` of every coin, or `BTC=0.5,ETH=10`; above 0. */
export function readSize(text: string): Coins {
  const size = decimal(given(text))
  const sizes = Number.isFinite(size) ? Object.fromEntries(CURRENCIES.map((currency) => [currency, size])) : coins(text)
  if (sizes !== undefined && Object.values(sizes).every((value) => value > 0 && value <= MAX_COINS)) return sizes
  throw new InvalidArgumentError('Expected coins above 0, such as 0.5, or BTC=0.5,ETH=10.')
}

/** `BTC=2,ETH=20`, each coin once. */
export function readDeposit(text: string): Coins {
  const deposits = coins(given(text))
  if (deposits !== undefined) return deposits
  throw new InvalidArgumentError('Expected coins such as BTC=2,ETH=20, each coin once.')
}

function coins(text: string): Coins | undefined {
  const amounts: Partial<Record<Currency, number>> = {}
  for (const part of text.split(',')) {
    const [name, amount = '', ...rest] = part.split('=')
    const currency = CURRENCIES.find((candidate) => candidate === name)
    const value = decimal(amount)
    if (currency === undefined || currency in amounts || rest.length > 0 || !(value >= 0 && value <= MAX_COINS)) {
      return undefined
    }
    amounts[currency] = value
  }
  return amounts
}

/** Any text but another flag, which stands there when the value was forgotten. */
export function given(text: string): string {
  if (text === '' || text.startsWith('--')) throw new InvalidArgumentError('The value is missing.')
  return text
}

function decimal(text: string): number {
  return /^(0|[1-9]\d*)(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
}
