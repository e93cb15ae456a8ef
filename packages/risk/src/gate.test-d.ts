import type { AgentState, ApprovedAction, Breach, ProposedAction, RiskGate, Verdict } from '@cc/models'
import { expectTypeOf, it } from 'vitest'
import { type checkActionAllowed, createRiskGate, type RiskLimitsInput } from './index.js'

it('is the port', () => {
  expectTypeOf(createRiskGate).returns.toEqualTypeOf<RiskGate>()
  expectTypeOf(createRiskGate).parameter(0).toEqualTypeOf<RiskLimitsInput | undefined>()
  expectTypeOf<typeof checkActionAllowed>().parameter(0).toEqualTypeOf<AgentState>()
  expectTypeOf<typeof checkActionAllowed>().parameter(1).toEqualTypeOf<ProposedAction>()
  expectTypeOf<typeof checkActionAllowed>().parameter(2).toEqualTypeOf<RiskLimitsInput | undefined>()
})

it('hands out an action only where it is allowed', () => {
  const verdict = {} as ReturnType<typeof checkActionAllowed>
  expectTypeOf(verdict).toEqualTypeOf<Verdict>()
  // @ts-expect-error A verdict that was not asked whether it allows has no action.
  void verdict.action
  if (verdict.allowed) expectTypeOf(verdict.action).toEqualTypeOf<ApprovedAction>()
  // @ts-expect-error A refusal has none either.
  else void verdict.action
})

it('refuses with at least one breach', () => {
  type Refusal = Extract<Verdict, { allowed: false }>
  expectTypeOf<Refusal['breaches']>().toEqualTypeOf<readonly [Breach, ...Breach[]]>()
})

it('takes no limit that it does not know', () => {
  // @ts-expect-error Covered means covered: the name is `maxCoverage`, and there is no other.
  expectTypeOf(createRiskGate).toBeCallableWith({ coverageMax: 1 })
})
