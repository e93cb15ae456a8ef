import type { GridAxis } from '@cc/backtest'
import { InvalidArgumentError, Option } from 'commander'
import type { BacktestFlags } from './backtest-flags.js'
import { given, jsonFlag, verboseFlag } from './flags.js'

/** The command line of a sweep: that of a backtest, and what is tried. */
export type SweepFlags = Omit<BacktestFlags, 'benchmarks' | 'fresh'> & {
  grid: readonly GridAxis[]
  /** Default: one for each core. */
  workers?: number
  dryRun?: true
}

export const sweepFlags = () => [
  new Option('--grid <name=values>', 'a parameter and its values, such as preset=bxm,bxmd; may be given several times')
    .argParser(readAxis)
    .default([], 'a single run'),
  new Option('--workers <n>', 'runs at once; default: one for each core').argParser(readWorkers),
  new Option('--dry-run', 'list the runs and which are done, and run none'),
  new Option('--out <folder>', 'where results lie; default: sweeps/ and the name of the sweep').argParser(given),
  jsonFlag('the result as one JSON document'),
  verboseFlag(),
]

const MOST_VALUES = 1_000
const MOST_WORKERS = 256

/** `target.delta=0.1,0.2`, after those that were given before. */
function readAxis(text: string, before: readonly GridAxis[]): readonly GridAxis[] {
  const [, name, list] = /^([A-Za-z][A-Za-z_.0-9]*)=(.+)$/.exec(given(text)) ?? []
  const values = (list ?? '').split(',')
  if (name === undefined || values.some((value) => value === '') || values.length > MOST_VALUES) {
    throw new InvalidArgumentError('Expected a parameter and values, such as DELTA_MAX=0.2,0.3.')
  }
  const twice = values.find((value, i) => values.indexOf(value) !== i)
  if (twice !== undefined) throw new InvalidArgumentError(`${twice} is there twice.`)
  if (before.some((axis) => axis.name === name)) throw new InvalidArgumentError(`${name} is given twice.`)
  return [...before, { name, values }]
}

function readWorkers(text: string): number {
  const workers = /^[1-9]\d{0,2}$/.test(given(text)) ? Number(text) : Number.NaN
  if (workers <= MOST_WORKERS) return workers
  throw new InvalidArgumentError(`Expected a whole number, 1 to ${MOST_WORKERS}.`)
}
