import { breachSchema, type RiskGate } from '@cc/models'
import { createRiskGate } from '@cc/risk'
import { describe, expect, it } from 'vitest'
import type { MakeGate } from '../src/oracle/compare.ts'
import { tally } from '../src/oracle/tally.ts'

describe('a second risk calculator', () => {
  it('agrees with the risk engine on every code, price and count of 5 000 states', () => {
    const { states, allowed, disagreements, shown } = tally({ seed: 20_260_101, from: 0, until: 5_000 })
    expect(shown).toEqual([])
    expect(disagreements).toBe(0)
    expect(allowed).toBeGreaterThan(states / 5)
    expect(allowed).toBeLessThan(states / 2)
  })

  it('meets every code that there is', () => {
    const { byCode } = tally({ seed: 7, from: 0, until: 10_000 })
    const codes = breachSchema.options.map(({ shape }) => shape.code.value)
    expect(codes.filter((code) => byCode[code] === undefined)).toEqual([])
  })

  it('says the same of the same seed, and cuts no state off at a share', () => {
    const whole = tally({ seed: 3, from: 0, until: 400 })
    const parts = [tally({ seed: 3, from: 0, until: 150 }), tally({ seed: 3, from: 150, until: 400 })] as const
    expect(parts[0].allowed + parts[1].allowed).toBe(whole.allowed)
    expect(tally({ seed: 3, from: 0, until: 400 })).toEqual(whole)
    expect(tally({ seed: 4, from: 0, until: 400 }).byCode).not.toEqual(whole.byCode)
  })

  it.each<{ why: string; wrong: MakeGate; sign: string }>([
    {
      why: 'a gate that counts a quarter of a coin too many as cover',
      wrong: (limits) => review((request) => createRiskGate(limits).review(richer(request, 0.25)), limits),
      sign: 'risk lacks coverage-exceeded',
    },
    {
      why: 'a gate that forgets the kill switch',
      wrong: (limits) => review((request) => createRiskGate(limits).review(awake(request)), limits),
      sign: 'risk lacks halted',
    },
    {
      why: 'a gate that is a second behind',
      wrong: (limits) =>
        review((request) => createRiskGate(limits).review({ ...request, nowMs: request.nowMs - 1_000 }), limits),
      sign: 'risk lacks settlement-window',
    },
    {
      why: 'a gate that lets a sale go far below the mark',
      wrong: (limits) => createRiskGate({ ...limits, collar: { ...limits.collar, sellTicks: 50, sellFraction: 0.9 } }),
      sign: 'legs',
    },
  ])('notices $why', ({ wrong, sign }) => {
    expect(tally({ seed: 11, from: 0, until: 2_000 }, wrong).kinds).toHaveProperty([sign])
  })
})

type Request = Parameters<RiskGate['review']>[0]

function review(judge: RiskGate['review'], limits: Parameters<MakeGate>[0]): RiskGate {
  return { ...createRiskGate(limits), review: judge }
}

function awake(request: Request): Request {
  const { state } = request
  return { ...request, state: { ...state, memory: { ...state.memory, mode: 'normal' } } }
}

function richer(request: Request, coins: number): Request {
  const underlyings = request.state.underlyings.map((underlying) => {
    const { portfolio } = underlying
    const coverage = { ...portfolio.coverage, coveredCoin: portfolio.coverage.coveredCoin + coins }
    const balanceCoin = portfolio.balanceCoin + coins
    // A spread would read what a damaged state forbids to read.
    return { ...underlying, portfolio: Object.create(portfolio, values({ coverage, balanceCoin })) as typeof portfolio }
  })
  return { ...request, state: { ...request.state, underlyings } }
}

function values(of: Record<string, unknown>): PropertyDescriptorMap {
  return Object.fromEntries(Object.entries(of).map(([name, value]) => [name, { value, enumerable: true }]))
}
