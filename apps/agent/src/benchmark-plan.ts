import type { BacktestRun, BenchmarkRun, Compose, RunOptionsInput } from '@cc/backtest'
import type { PresetName } from '@cc/policy-rules'
import { composeOf, DECISIVE_KEYS, inForce } from './backtest-plan.js'
import type { BenchmarkName } from './benchmark-names.js'
import { readSettingsOver, type Settings } from './config.js'
import type { Coins } from './flags.js'
import { halfWhenCalm } from './half-when-calm.js'
import { policyOptionsOf } from './part-options.js'

/** A run that a benchmark is told from, as plain data. */
export type BenchmarkPlan = {
  preset: PresetName
  /** Whether it sells half while volatility is low, as BXMC does. */
  halves: boolean
  options: RunOptionsInput & { deposits: Coins }
  /** Largest sale, where it is not the deposit. */
  size: Coins | undefined
}

/** What is run for a benchmark. `bxm-hedged` is told from the run of `bxm`. */
export function planOf(name: BenchmarkName, { options, size }: Pick<BenchmarkPlan, 'options' | 'size'>): BenchmarkPlan {
  const preset = name === 'bxmc' || name === 'bxm-hedged' ? 'bxm' : name
  return { preset, halves: name === 'bxmc', options, size }
}

/** Names a plan: those of one name are one run. */
export function planName({ preset, halves }: BenchmarkPlan): string {
  return halves ? `${preset}, half` : preset
}

/** A run as the benchmark of a name: what was run for it, and what is made of that. */
export function benchmarkOf(name: BenchmarkName, run: BacktestRun): BenchmarkRun {
  // No history has the funding of the perpetual: who reads the figure must know.
  return name === 'bxm-hedged' ? { name: `${name} (no funding)`, run, timingHedge: {} } : { name, run }
}

/** The agent of a benchmark: a preset as it was published, whatever environment and files say of the strategy at hand. */
export function composeBenchmark({ preset, halves, options, size }: BenchmarkPlan): Compose {
  const { values, sizeCoin } = inForce(publishedSettings(preset), { size, deposits: options.deposits })
  const compose = composeOf({ values, sizeCoin })
  if (!halves) return compose
  const rules = policyOptionsOf(values, sizeCoin)
  return (world) => ({ ...compose(world), policy: halfWhenCalm({ rules, sizeCoin }, world.venue.market) })
}

/** Whether the settings of a run are those of a preset as it was published, so that its run is that benchmark. */
export function isPublished({ values }: Settings): boolean {
  const { PRESET } = values
  if (PRESET === undefined) return false
  const published = publishedSettings(PRESET).values
  // What results are judged in changes nothing of what a preset does.
  return DECISIVE_KEYS.every((key) => key === 'OBJECTIVE' || values[key] === published[key])
}

function publishedSettings(preset: PresetName): Settings {
  const values = new Map([['PRESET', { value: preset, origin: 'the benchmark' }]] as const)
  return readSettingsOver({ values, problems: [] }, { environment: {} })
}
