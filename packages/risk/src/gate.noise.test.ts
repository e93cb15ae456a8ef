import type { AgentMemory, Breach, BreachCode, ProposedAction } from '@cc/models'
import { expect, it } from 'vitest'
import {
  CALL,
  candidateOf,
  instrumentOf,
  LATER_CALL,
  NOW_MS,
  open,
  positionOf,
  roll,
  stateOf,
  type UnderlyingParts,
} from '../test/agent-state.js'
import { checkActionAllowed, createRiskGate, type RiskLimitsInput } from './index.js'

const dayMs = Math.floor(NOW_MS / 86_400_000) * 86_400_000
/** Noise of floats in a price or a ratio, and in a percentage or an amount of USD. */
const FINE = 1e-12
const COARSE = 1e-9

type Given = { parts?: UnderlyingParts; memory?: Partial<AgentMemory>; proposal?: ProposedAction }
type Edge = Given & {
  code: BreachCode
  value: string
  /** Refuses. */
  strict: number
  limitsOf: (limit: number) => RiskLimitsInput
  /** Of the limit that the value passes for: above a least, below a most. */
  noise: number
}

function breachOf(
  code: BreachCode,
  { parts, memory = {}, proposal = open(CALL, 0.5) }: Given,
  limits: RiskLimitsInput,
) {
  const verdict = checkActionAllowed(stateOf(parts, { memory }), proposal, limits)
  return verdict.allowed ? undefined : verdict.breaches.find((breach) => breach.code === code)
}

const numberIn = (breach: Breach | undefined, value: string): number => {
  const found = Object.entries(breach ?? {}).find(([key]) => key === value)?.[1]
  if (typeof found !== 'number') throw new Error(`${value} is no number: ${String(found)}`)
  return Math.abs(found)
}

const EDGES: readonly Edge[] = [
  {
    code: 'notional-exceeded',
    value: 'notionalUsd',
    strict: 1,
    limitsOf: (maxOrderUsd) => ({ maxOrderUsd }),
    noise: -COARSE,
  },
  {
    code: 'net-premium-too-low',
    value: 'netPremiumUsd',
    strict: 900,
    limitsOf: (minNetPremiumUsd) => ({ minNetPremiumUsd }),
    noise: COARSE,
  },
  {
    code: 'premium-too-low',
    value: 'priceCoin',
    strict: 0.1,
    limitsOf: (minPriceCoin) => ({ minPriceCoin }),
    noise: FINE,
  },
  {
    code: 'strike-too-low',
    value: 'moneyness',
    strict: 1,
    limitsOf: (minMoneyness) => ({ minMoneyness }),
    noise: FINE,
  },
  {
    code: 'net-debit-exceeded',
    value: 'netDebitCoin',
    strict: 0,
    limitsOf: (maxNetDebitCoin) => ({ maxNetDebitCoin }),
    noise: -FINE,
    parts: { portfolio: { positions: [positionOf(CALL, -0.5)] } },
    proposal: roll(CALL, LATER_CALL, 0.5),
  },
  {
    code: 'net-delta-exceeded',
    value: 'netDelta',
    strict: 0,
    limitsOf: (maxNetDeltaAbs) => ({ maxNetDeltaAbs }),
    noise: -FINE,
  },
  {
    code: 'margin-exceeded',
    value: 'marginUsedPct',
    strict: 1,
    limitsOf: (maxMarginUsedPct) => ({ maxMarginUsedPct }),
    noise: -COARSE,
  },
  {
    code: 'daily-loss',
    value: 'lossPct',
    strict: 1,
    limitsOf: (maxDailyLossPct) => ({ maxDailyLossPct }),
    noise: -COARSE,
    memory: { dayStart: { BTC: { dayMs, equityCoin: 1.25 } } },
  },
  {
    code: 'drawdown',
    value: 'drawdownPct',
    strict: 1,
    limitsOf: (maxDrawdownPct) => ({ maxDrawdownPct }),
    noise: -COARSE,
    memory: { highWaterCoin: { BTC: 1.6 } },
  },
]

it.each(EDGES)('takes the noise of floats for no $code', ({ code, value, strict, limitsOf, noise, ...given }) => {
  const number = numberIn(breachOf(code, given, limitsOf(strict)), value)
  const limit = number + noise
  expect(limit - noise).toBe(number)
  expect(breachOf(code, given, limitsOf(limit))).toBeUndefined()
  expect(breachOf(code, given, limitsOf(limit + noise))).toMatchObject({ code })
})

it('takes the noise of floats for no spread', () => {
  // Three ticks of 0.0001, and the ask is as far from no bid as that.
  const spreadOf = (askPriceCoin: number) =>
    breachOf('spread-too-wide', { parts: { candidates: [candidateOf(CALL, { bidPriceCoin: 0, askPriceCoin })] } }, {})
  expect(spreadOf(3 * 0.0001 + FINE)).toBeUndefined()
  expect(spreadOf(3 * 0.0001 + 2 * FINE)).toMatchObject({ spreadCoin: 3 * 0.0001 + 2 * FINE })
})

it('takes the noise of floats for no worth in the money', () => {
  // The bid is a tick above the price that the sale may take. A forward of a power of two keeps every digit.
  const forwardUsd = 131_072
  const worthOf = (intrinsicCoin: number, priceCoin: number) => {
    const instrument = instrumentOf(CALL, { strikeUsd: forwardUsd * (1 - intrinsicCoin) })
    const candidate = candidateOf(CALL, { instrument, forwardUsd, bidPriceCoin: priceCoin + 0.0005 })
    return breachOf('price-below-intrinsic', { parts: { candidates: [candidate] } }, { minMoneyness: -0.05 })
  }
  expect(worthOf(0.024, 0.024)).toBeUndefined()
  expect(0.024 + FINE - FINE).toBe(0.024)
  expect(worthOf(0.024 + FINE, 0.024)).toBeUndefined()
  expect(worthOf(0.024 + 2 * FINE, 0.024)).toMatchObject({ priceCoin: 0.024 })
})

it('takes the noise of floats for a crash of volatility', () => {
  const { guard } = createRiskGate({ crash: { dvolPoints: 12.5 + COARSE } })
  expect(12.5 + COARSE - COARSE).toBe(12.5)
  expect(guard(stateOf({ vol: { dvolDayChange: 0.125 } })).crashedMs).toEqual({ BTC: NOW_MS })
  expect(guard(stateOf({ vol: { dvolDayChange: 0.125 - COARSE } })).crashedMs).toEqual({})
})
