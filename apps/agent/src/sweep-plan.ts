import { expandGrid, type History, type RulesStrategy, type SweepJob } from '@cc/backtest'
import { type RulesOptionsInput, rulesOptionsSchema } from '@cc/policy-rules'
import { backtestSettings, DECISIVE_KEYS, inForce, runOptionsOf } from './backtest-plan.js'
import type { Settings } from './config.js'
import { usageError } from './failure.js'
import type { Io } from './io.js'
import { policyOptionsOf, riskLimitsOf, screeningOf } from './part-options.js'
import { plain } from './setting.js'
import type { SettingKey } from './settings-schema.js'
import type { SweepFlags } from './sweep-flags.js'

const FILLS = ['cross', 'mid', 'passive'] as const
/** How far a delta may lie from the one that is aimed at, where the nearest is taken: as presets have it. */
const DELTA_BAND = 0.06

/**
 * The runs of a sweep, one for each combination of its grid. Parameters are `preset`, `fill`, settings such as `DELTA_MAX`, and
 * options of the rules such as `target.delta` or `rollWhen.dte`.
 *
 * @throws CcError `agent/usage` for a parameter that there is not, a value out of range, one that is a flag as well.
 */
export function sweepJobs(flags: SweepFlags, io: Pick<Io, 'env' | 'folder'>, history: History): readonly SweepJob[] {
  requireParameters(flags)
  return expandGrid(flags.grid).map((configuration) => jobOf(configuration, { flags, io, history }))
}

type Given = { flags: SweepFlags; io: Pick<Io, 'env' | 'folder'>; history: History }

function jobOf(configuration: SweepJob['configuration'], { flags, io, history }: Given): SweepJob {
  const { preset = flags.preset, fill = flags.fill, ...rest } = configuration
  const options = Object.entries(rest).filter(([name]) => name.includes('.'))
  const environment = Object.fromEntries(Object.entries(rest).filter(([name]) => !name.includes('.')))
  const asked = { ...flags, ...(preset === undefined ? {} : { preset }), benchmarks: [] }
  const settings = backtestSettings(asked, { ...io, env: { ...io.env, ...environment } })
  const chosen = FILLS.find((known) => known === fill)
  if (chosen === undefined) throw usageError(`--grid fill=${fill}: expected of ${FILLS.join(', ')}.`)
  const run = runOptionsOf({ ...asked, fill: chosen }, settings, history)
  return { configuration, run, strategy: strategyOf(settings, { options, size: flags.size, deposits: run.deposits }) }
}

/** The strategy that `ccagent backtest` composes of the same settings, with options of the rules over them. */
function strategyOf(
  settings: Settings,
  given: { options: readonly (readonly [string, string])[] } & Parameters<typeof inForce>[1],
): RulesStrategy {
  const { values, sizeCoin } = inForce(settings, given)
  const rules = withOptions(policyOptionsOf(values, sizeCoin), given.options)
  const inBand = { ...values, ...bandOf(settings, rules, given.options) }
  return {
    rules,
    screening: screeningOf(inBand),
    limits: riskLimitsOf(inBand, sizeCoin),
    objective: values.OBJECTIVE,
    sizeCoin,
  }
}

/** The deltas that may be sold move with the one that is aimed at, but where somebody named them. */
function bandOf(
  { origins }: Settings,
  { target }: RulesOptionsInput,
  options: readonly (readonly [string, string])[],
): { DELTA_MIN?: number; DELTA_MAX?: number } {
  const isNamed = (key: SettingKey) => origins[key] !== 'default' && !origins[key].startsWith('preset ')
  const isTried = options.some(([name]) => name === 'target.delta')
  if (!isTried || target?.choose !== 'nearest-delta' || target.delta === undefined) return {}
  return {
    ...(isNamed('DELTA_MIN') ? {} : { DELTA_MIN: Number(plain(Math.max(0, target.delta - DELTA_BAND))) }),
    ...(isNamed('DELTA_MAX') ? {} : { DELTA_MAX: Number(plain(Math.min(1, target.delta + DELTA_BAND))) }),
  }
}

/** Sets `group.option` of the rules, as the texts say. */
function withOptions(rules: RulesOptionsInput, options: readonly (readonly [string, string])[]): RulesOptionsInput {
  let changed: Readonly<Record<string, unknown>> = rules
  for (const [name, text] of options) {
    const [group = '', option = ''] = name.split('.')
    changed = { ...changed, [group]: { ...(changed[group] as object | undefined), [option]: readValue(text) } }
  }
  const { success, data, error } = rulesOptionsSchema.safeParse(changed)
  if (success) return data
  const [issue] = error.issues
  const at = issue?.path.join('.') ?? ''
  const value = options.find(([name]) => name === at)?.[1]
  throw usageError(
    `--grid ${at}${value === undefined ? '' : `=${value}`}: ${issue?.message ?? 'is no option of the rules'}.`,
  )
}

function readValue(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true'
  if (text === 'null') return null
  return /^-?(0|[1-9]\d*)(\.\d+)?$/.test(text) ? Number(text) : text
}

function requireParameters({ grid, preset }: SweepFlags): void {
  for (const { name, values } of grid) {
    if (name === 'preset' && preset !== undefined) throw usageError('--preset and --grid preset=… : only one of both.')
    if (name === 'preset' || name === 'fill') continue
    if (name.includes('.')) {
      if (isRule(name)) continue
      throw usageError(`--grid ${name}=${values.join(',')}: the rules have no option ${name}.`)
    }
    if (name !== 'OBJECTIVE' && DECISIVE_KEYS.some((key) => key === name)) continue
    throw usageError(
      `--grid ${name}: expected preset, fill, an option of the rules such as target.delta, or a setting.`,
    )
  }
}

function isRule(name: string): boolean {
  const [group = '', option = '', ...rest] = name.split('.')
  const known = rulesOptionsSchema.parse({}) as Readonly<Record<string, unknown>>
  const options = Object.hasOwn(known, group) ? known[group] : undefined
  return rest.length === 0 && typeof options === 'object' && options !== null && Object.hasOwn(options, option)
}
