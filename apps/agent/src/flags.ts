import { Option } from 'commander'
import { readSettings, type Settings } from './config.js'
import { type Coins, given, readDate, readDeposit, readDuration, readSeed, readSize, readSpeed } from './flag-values.js'
import type { Io } from './io.js'

/** The command line as commander hands it over, values read. A flag that a command does not have is absent. */
export type Flags = {
  venue?: string
  underlying?: string
  policy?: 'rules' | 'llm'
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
}

/** Flags that set a setting, and where settings are found. */
export const settingFlags = () => [
  new Option('--venue <name>', 'sim or testnet (VENUE)').argParser(given),
  new Option('--underlying <coins>', 'BTC, ETH or BTC,ETH (UNDERLYINGS)').argParser(given),
  new Option('--policy <name>', 'who decides (LLM_ENABLED)').choices(['rules', 'llm']),
  new Option('--dry-run', 'decide, but send no order (DRY_RUN)'),
  new Option('--no-dry-run', 'send orders'),
  new Option('--log-dir <folder>', 'where all that lasts lies (LOG_DIR)').argParser(given),
  new Option('--config <file>', 'settings file instead of ccagent.config.json').argParser(given),
  new Option('--allow-loopback', 'allow an exchange on this machine as DERIBIT_BASE_URL'),
]

/** Flags that shape the simulated world. */
export const worldFlags = () => [
  new Option('--market <market>', 'synthetic, or a recorded chain: .json, .csv, .csv.gz; two with a comma between')
    .argParser(given)
    .default('synthetic'),
  new Option('--seed <n>', 'seed of the synthetic market; default: 1').argParser(readSeed),
  new Option('--start <date>', 'where simulated time begins, UTC; default: 2026-01-02T00:00Z').argParser(readDate),
  new Option('--deposit <coins>', 'paper coins at the start; default: BTC=2,ETH=20').argParser(readDeposit),
  new Option('--size <coins>', 'largest sale: 0.5, or BTC=0.5,ETH=10; default: as many as are free').argParser(
    readSize,
  ),
  new Option('--fresh', "delete an earlier run's files from the log folder first"),
  new Option('--verbose', 'tell on stderr what happens inside'),
]

export const everyFlag = () =>
  new Option('--every <duration>', 'time between two cycles: 1h, 15m, 30s (LOOP_INTERVAL_SEC)').argParser(readDuration)
export const forFlag = () =>
  new Option('--for <duration>', 'stop after this much venue time: 30d').argParser(readDuration)
export const speedFlag = () =>
  new Option('--speed <speed>', 'max, or times real time; default: max with --for, else 1').argParser(readSpeed)

export const jsonFlag = (what: string) => new Option('--json', what)

/** The settings in force under these flags. */
export function settingsUnder(flags: Flags, io: Io): Settings {
  const { venue, underlying, policy, dryRun, logDir, every } = flags
  return readSettings({
    flags: {
      ...(venue === undefined ? {} : { VENUE: { flag: '--venue', text: venue } }),
      ...(underlying === undefined ? {} : { UNDERLYINGS: { flag: '--underlying', text: underlying } }),
      ...(policy === undefined ? {} : { LLM_ENABLED: { flag: '--policy', text: String(policy === 'llm') } }),
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
