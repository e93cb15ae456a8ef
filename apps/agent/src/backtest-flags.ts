import { InvalidArgumentError, Option } from 'commander'
import { BENCHMARK_NAMES, type BenchmarkName } from './benchmark-names.js'
import {
  type Coins,
  configFlag,
  given,
  jsonFlag,
  readDate,
  readDeposit,
  readDuration,
  readSeed,
  readSize,
  underlyingFlag,
  verboseFlag,
} from './flags.js'

/** The command line of a backtest. */
export type BacktestFlags = {
  data: string
  from?: number
  /** The first moment that is not looked at any more. */
  to?: number
  underlying?: string
  preset?: string
  config?: string
  fill: 'cross' | 'mid' | 'passive'
  deposit?: Coins
  size?: Coins
  /** ms */
  every?: number
  seed: number
  model?: true
  /** Default: recorded of Tardis, else assumed. */
  sizes?: 'assumed' | 'recorded'
  badRows: 'refuse' | 'skip'
  /** `false` with `--no-cache`. */
  cache: boolean
  benchmarks: readonly BenchmarkName[]
  sellBeyondEnd?: true
  verifyCausality?: true
  out?: string
  fresh?: true
  json?: true
  verbose?: true
}

/** Where prices come from, and what of them. */
export const historyFlags = () => [
  new Option('--data <folder>', 'synthetic, or a folder of recorded chains; see the README for what it may hold')
    .argParser(given)
    .default('synthetic'),
  new Option('--from <date>', 'first day, UTC; default: the first there is').argParser(readDate),
  new Option('--to <date>', 'last day, that day included; default: the last there is').argParser(readLastDay),
  new Option('--model', 'reconstruct quotes from spot and volatility index, where no chains were recorded'),
  new Option('--sizes <kind>', 'assumed: a quote takes any size; recorded: its own, as Tardis has by default').choices([
    'assumed',
    'recorded',
  ]),
  new Option('--bad-rows <what>', 'refuse the file, or skip and count them')
    .choices(['refuse', 'skip'])
    .default('refuse'),
  new Option('--no-cache', 'read the files anew, and keep nothing for the next time'),
  new Option('--seed <n>', 'seed of the synthetic market and of every interval').argParser(readSeed).default(1),
]

/** What is run through them. */
export const strategyFlags = () => [
  underlyingFlag(),
  new Option('--preset <name>', 'a published strategy with its limits (PRESET)').argParser(given),
  new Option('--fill <kind>', 'cross: at the bid; mid: at the middle; passive: rests at the middle, then crosses')
    .choices(['cross', 'mid', 'passive'])
    .default('cross'),
  new Option('--deposit <coins>', 'coins at the start; default: BTC=2,ETH=20').argParser(readDeposit),
  new Option('--size <coins>', 'largest sale: 0.5, or BTC=0.5,ETH=10; default: the deposit').argParser(readSize),
  new Option(
    '--every <duration>',
    'time between two decisions; default: whenever quotes change, synthetic: 8h',
  ).argParser(readDuration),
  new Option('--sell-beyond-end', 'sell calls too that expire after the end; they count at their mark'),
  configFlag(),
]

export const resultFlags = () => [
  new Option('--benchmarks <names>', 'what to compare with: all, none, or of presets, bxmc and bxm-hedged')
    .argParser(readBenchmarks)
    .default(BENCHMARK_NAMES, 'all'),
  new Option(
    '--out <folder>',
    'where log, report and tables lie; default: backtests/ and the name of the run',
  ).argParser(given),
  new Option('--fresh', 'delete another backtest from that folder first'),
  new Option('--verify-causality', 'only verify that no decision knows what comes after it; writes nothing'),
  jsonFlag('the result as one JSON document'),
  verboseFlag(),
]

const DAY_MS = 86_400_000

/** A day counts whole; a moment is a moment. */
function readLastDay(text: string): number {
  return readDate(text) + (text.includes('T') ? 0 : DAY_MS)
}

function readBenchmarks(text: string): readonly BenchmarkName[] {
  if (given(text) === 'all') return BENCHMARK_NAMES
  if (text === 'none') return []
  const names = text.split(',')
  const unknown = names.find((name) => !BENCHMARK_NAMES.some((known) => known === name))
  if (unknown === undefined) return BENCHMARK_NAMES.filter((name) => names.includes(name))
  throw new InvalidArgumentError(`${unknown} is no benchmark. Expected all, none, or of ${BENCHMARK_NAMES.join(', ')}.`)
}
