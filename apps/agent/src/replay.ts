import { withinRun } from '@cc/backtest'
import type { HeaderRecord } from '@cc/logging'
import {
  type AgentState,
  type Decision,
  type DecisionRecord,
  type ProposedAction,
  RECORD_SCHEMA_VERSION,
  type VerdictRecord,
} from '@cc/models'
import { createRulesPolicy } from '@cc/policy-rules'
import { createRiskGate, verdictRecord } from '@cc/risk'
import { rescreen } from '@cc/state'
import { z } from 'zod'
import { readSettingsOver, type Settings } from './config.js'
import { usageError } from './failure.js'
import type { Coins } from './flags.js'
import { LIMIT_KEYS, policyOptionsOf, RULE_KEYS, riskLimitsOf, SCREENING_KEYS, screeningOf } from './part-options.js'
import type { SettingLayer } from './setting-layers.js'
import { isSettingKey, type SettingKey, type SettingValues } from './settings-schema.js'

/** What a decision comes to when it is made again. */
export type Replay =
  | { outcome: 'skipped'; why: Skipped }
  | {
      outcome: 'same' | 'different'
      recorded: ProposedAction | null
      replayed: ProposedAction
      /** The verdict on the same action, where it is another; of another action nobody was asked for its margins. */
      verdict: { recorded: VerdictRecord; replayed: VerdictRecord } | null
      /** Whether it had to come to the same: policy and settings are those of the log, and so is the schema of its state. */
      bound: boolean
      /** The action is the same, but not the words and numbers that it was given for. */
      reworded: boolean
      /** Calls that were left out then might count under the changed settings: the record has no prices of them. */
      mayLack: boolean
    }

/** Why a record is not decided again: `closing` is the last look at the books, which decides nothing. */
export type Skipped = 'without a state' | 'without a decision' | 'closing' | 'by another policy'

/** A setting that is another than that of the log. */
export type Change = { key: string; from: unknown; to: unknown; origin: string }

export type Replayer = {
  /** What differs from the settings of the latest heading. */
  readonly changes: readonly Change[]
  /** Takes the settings of what follows from a heading of the log. */
  under(header: HeaderRecord): void
  again(record: DecisionRecord): Promise<Replay>
}

/**
 * Makes recorded decisions again, each from its own state, by rules under the settings of its log: as they stand in the
 * heading before it, but for what the environment and `size` say otherwise. `anyPolicy` decides also what another policy
 * decided.
 */
export function createReplayer(given: {
  environment: Readonly<Record<string, string | undefined>>
  size?: Coins | undefined
  anyPolicy: boolean
}): Replayer {
  let rules: Rules | undefined
  return {
    get changes() {
      return rules?.changes ?? []
    },
    under(header) {
      rules = rulesUnder(header, given)
    },
    async again(record) {
      const { state, decision, policy } = record
      if (policy === 'closing') return { outcome: 'skipped', why: 'closing' }
      if (policy !== 'rules' && !given.anyPolicy) return { outcome: 'skipped', why: 'by another policy' }
      if (state === null) return { outcome: 'skipped', why: 'without a state' }
      if (decision === null && policy === 'rules') return { outcome: 'skipped', why: 'without a decision' }
      if (rules === undefined) throw usageError('The log has no heading before its first decision.')
      return replayed({ ...record, state }, rules)
    },
  }
}

type Rules = {
  changes: readonly Change[]
  /** Whether the same must come of it: nothing is changed, and no older state was brought up to date. */
  isBinding: boolean
  decide(state: AgentState): Promise<{ decision: Decision; state: AgentState; mayLack: boolean }>
  judge(record: DecisionRecord, state: AgentState): VerdictRecord | null
}

async function replayed(
  record: DecisionRecord & { state: AgentState },
  { isBinding, decide, judge }: Rules,
): Promise<Replay> {
  const { state, mayLack, decision } = await decide(record.state)
  const recorded = record.decision?.proposal ?? null
  const isSame = recorded !== null && actionOf(recorded) === actionOf(decision.proposal)
  const [before, after] = isSame ? [record.verdict, judge(record, state)] : [null, null]
  const verdict =
    before === null || after === null || textOf(before) === textOf(after) ? null : { recorded: before, replayed: after }
  return {
    outcome: isSame && verdict === null ? 'same' : 'different',
    recorded,
    replayed: decision.proposal,
    verdict,
    bound: record.policy === 'rules' && isBinding,
    reworded: isSame && textOf([recorded, record.decision?.rules]) !== textOf([decision.proposal, decision.rules]),
    mayLack,
  }
}

function rulesUnder(header: HeaderRecord, given: Parameters<typeof createReplayer>[0]): Rules {
  const layer = layerOf(header)
  const missing = DECISIVE_KEYS.filter((key) => !layer.values.has(key) && given.environment[key] === undefined)
  if (missing.length > 0) {
    throw usageError(`The log does not say ${missing.join(', ')}. Give them in the environment.`)
  }
  const { values: from } = readSettingsOver(layer, { environment: {} })
  const settings = readSettingsOver(layer, given)
  const { values: to } = settings
  const sizeFrom = sizeOf(header)
  const sizeTo = given.size ?? sizeFrom
  const changes = changesOf({ from, settings, layer })
  if (textOf(sizeFrom) !== textOf(sizeTo)) {
    changes.push({ key: 'maxSizeCoin', from: sizeFrom, to: sizeTo, origin: '--size' })
  }
  const isScreeningChanged = changes.some(({ key }) => SCREENING_KEYS.some((one) => one === key))
  const screening = { from: screeningOf(from), to: screeningOf(to) }
  const rules = createRulesPolicy(policyOptionsOf(to, sizeTo))
  const { sellsUntilMs } = header.configuration
  const policy = typeof sellsUntilMs === 'number' ? withinRun(rules, sellsUntilMs) : rules
  const gate = createRiskGate(riskLimitsOf(to, sizeTo))
  return {
    changes,
    isBinding: changes.length === 0 && header.schemaVersion === RECORD_SCHEMA_VERSION,
    async decide(recorded) {
      if (!isScreeningChanged) return { decision: await policy.decide(recorded), state: recorded, mayLack: false }
      const screened = recorded.underlyings.map((underlying) => rescreen(underlying, screening))
      const state = { ...recorded, underlyings: screened.map(({ underlying }) => underlying) }
      return { decision: await policy.decide(state), state, mayLack: screened.some(({ mayLack }) => mayLack) }
    },
    judge({ decision, decisionId, review }, state) {
      if (decision === null || decisionId === null || review === null) return null
      return verdictRecord(gate.review({ proposal: decision.proposal, state, decisionId, ...review }))
    },
  }
}

/** Without them the rules do not know what to aim for. */
const DECISIVE_KEYS = ['DELTA_MIN', 'DELTA_MAX', 'DTE_MIN', 'DTE_MAX'] as const satisfies readonly SettingKey[]
/** Settings that a decision or its verdict depends on. */
const REPLAYED_KEYS = [...SCREENING_KEYS, ...RULE_KEYS, ...LIMIT_KEYS] as const satisfies readonly SettingKey[]

function changesOf({ from, settings, layer }: { from: SettingValues; settings: Settings; layer: SettingLayer }) {
  const { values: to, origins } = settings
  return REPLAYED_KEYS.flatMap((key): Change[] => {
    if (from[key] === to[key]) return []
    return [{ key, from: layer.values.has(key) ? from[key] : null, to: to[key], origin: origins[key] }]
  })
}

function layerOf({ configuration }: HeaderRecord): SettingLayer {
  const values = new Map<SettingKey, { value: unknown; origin: string }>()
  for (const [key, value] of Object.entries(configuration)) {
    if (isSettingKey(key) && value !== null) values.set(key, { value, origin: 'the log' })
  }
  return { values, problems: [] }
}

function sizeOf({ configuration }: HeaderRecord): Coins {
  const size = sizeSchema.safeParse(configuration.maxSizeCoin ?? {})
  if (size.success) return size.data
  throw usageError(
    `maxSizeCoin (the log): expected coins, such as {"BTC":0.5}; got ${textOf(configuration.maxSizeCoin)}.`,
  )
}

const coins = z.number().positive().exactOptional()
const sizeSchema = z.strictObject({ BTC: coins, ETH: coins })

/** An action without its reasoning. */
function actionOf({ action, params }: ProposedAction): string {
  return textOf([action, params])
}

/** The text of plain data: what is read back from a record has its keys in the order in which they were written. */
function textOf(value: unknown): string {
  return JSON.stringify(value)
}
