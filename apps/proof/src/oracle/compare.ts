import type { BreachCode, RiskGate, Verdict } from '@cc/models'
import { createRiskGate, type RiskLimitsInput, riskLimitsSchema, verdictRecord } from '@cc/risk'
import { unitsOf } from './amounts.ts'
import { type Chance, createChance } from './chance.ts'
import { type Damage, damage } from './damage.ts'
import { bringToEdge } from './edges.ts'
import { type Prediction, predict } from './predict.ts'
import { drawScenario, quotesFor } from './scenario.ts'
import type { Scenario } from './scene.ts'

const DECISION = '0a1b2c3d'

/** Where the two calculators differ, with all that either saw. */
export type Disagreement = {
  seed: number
  index: number
  /** Codes that only the oracle, and that only risk has. */
  missing: readonly BreachCode[]
  beyond: readonly BreachCode[]
  /** What else differs: legs, prices, orders. */
  other: readonly string[]
  scenario: Scenario
}

/** One state, judged by both. */
export type Comparison = { codes: readonly BreachCode[]; disagreement: Disagreement | undefined }

/** Makes the gate that is compared with the oracle. */
export type MakeGate = (limits: RiskLimitsInput) => RiskGate

/** Draws a scenario by its number, has both judge it, and compares every code, leg, price and count. */
export function compare(seed: number, index: number, makeGate: MakeGate = createRiskGate): Comparison {
  const chance = createChance(seed, index)
  const scenario = drawScenario(chance)
  if (chance.once(3)) tune(scenario, chance, makeGate)
  const damaged = chance.once(100) ? damage(scenario, chance) : undefined
  const { question, verdict } = judge(scenario, makeGate)
  const codes = verdict.allowed ? [] : [...new Set(verdict.breaches.map(({ code }) => code))]
  const differences = damaged === undefined ? differ(predict(question), verdict) : missOf(damaged, codes)
  const { missing, beyond, other } = differences
  const agrees = missing.length + beyond.length + other.length === 0
  return { codes, disagreement: agrees ? undefined : { seed, index, ...differences, scenario } }
}

type Differences = Pick<Disagreement, 'missing' | 'beyond' | 'other'>

function judge(scenario: Scenario, makeGate: MakeGate) {
  const { state, proposal, nowMs } = scenario
  const gate = makeGate(scenario.limits)
  const margins = quotesFor(gate.ordersFor(proposal, state), scenario)
  const verdict = gate.review({ proposal, state, nowMs, margins, decisionId: DECISION })
  return { question: { state, proposal, nowMs, margins, limits: riskLimitsSchema.parse(scenario.limits) }, verdict }
}

/** Moves the account to where a rule begins to bind. */
function tune(scenario: Scenario, chance: Chance, makeGate: MakeGate): void {
  const { question } = judge(scenario, makeGate)
  const { figures } = predict(question)
  const { params } = scenario.proposal
  const sold = 'toSymbol' in params ? params.toSymbol : 'symbol' in params ? params.symbol : undefined
  const underlying = scenario.state.underlyings.find(({ candidates }) =>
    candidates.some(({ instrument }) => instrument.symbol === sold),
  )
  if (figures !== undefined && underlying !== undefined) bringToEdge({ scenario, chance, underlying, figures })
}

/** A damaged state is refused, and the reason named; what else is said of it does not matter. */
function missOf(damaged: Damage, codes: readonly BreachCode[]): Differences {
  return { missing: codes.includes(damaged) ? [] : [damaged], beyond: [], other: [] }
}

function differ({ codes, near, ...wanted }: Prediction, verdict: Verdict): Differences {
  const said = new Set(verdict.allowed ? [] : verdict.breaches.map(({ code }) => code))
  const missing = [...codes].filter((code) => !said.has(code) && !near.has(code))
  const beyond = [...said].filter((code) => !codes.has(code) && !near.has(code))
  if (!verdict.allowed || codes.size > 0) return { missing, beyond, other: [] }

  const record = verdictRecord(verdict)
  if (!record.allowed) return { missing, beyond, other: ['The record of the verdict refuses what it allows.'] }
  const { legs, maxNetDebitCoin, maxOrders, expiresMs } = record
  const inUnits = (coin: number | null) => (coin === null ? null : unitsOf(coin))
  const told = legs.map(({ leg, symbol, maxSizeCoin, worstPriceCoin }) => {
    return `${leg} ${unitsOf(maxSizeCoin)} ${symbol} at ${unitsOf(worstPriceCoin)}`
  })
  const pairs = [
    [
      'legs',
      told.join(),
      wanted.legs.map(({ leg, symbol, size, worst }) => `${leg} ${size} ${symbol} at ${worst}`).join(),
    ],
    ['net debit', inUnits(maxNetDebitCoin), wanted.maxNetDebit],
    ['orders', maxOrders, wanted.maxOrders ?? maxOrders],
    ['expiry', expiresMs, wanted.expiresMs ?? expiresMs],
  ] as const
  const other = pairs
    .filter(([, risk, oracle]) => risk !== oracle)
    .map(([name, risk, oracle]) => `${name}: risk ${risk}; oracle ${oracle}`)
  return { missing, beyond, other }
}
