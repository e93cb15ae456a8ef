import type { AgentState, Decision, Policy, ProposedAction } from '@cc/models'
import { stateForTest, underlyingForTest } from '@cc/models/testing'
import { describe, expect, it } from 'vitest'
import { withinRun } from './within-run.js'

const TO_MS = Date.UTC(2026, 0, 16, 8)
const WITHIN = 'BTC-16JAN26-90000-C'
const BEYOND = 'BTC-17JAN26-90000-C'
const ETH_WITHIN = 'ETH-9JAN26-3200-C'
const ETH_BEYOND = 'ETH-30JAN26-3200-C'

const STATE = stateForTest({
  underlyings: [underlyingForTest({ currency: 'BTC' }), underlyingForTest({ currency: 'ETH' })],
})

const open = (symbol: string): ProposedAction => ({
  action: 'OPEN_COVERED_CALL',
  params: { symbol, size: 1 },
  reasoning: 'It pays.',
})
const nothing: ProposedAction = { action: 'DO_NOTHING', params: {}, reasoning: 'Nothing pays.' }
const close: ProposedAction = {
  action: 'CLOSE_COVERED_CALL',
  params: { symbol: BEYOND, size: 1 },
  reasoning: 'Buys back.',
}
const roll = (toSymbol: string): ProposedAction => ({
  action: 'ROLL_COVERED_CALL',
  params: { fromSymbol: 'BTC-9JAN26-90000-C', toSymbol, size: 1 },
  reasoning: 'Rolls.',
})

/** Says one thing for each coin in turn, leaving out those that are set aside. */
function policyOf(proposals: Partial<Record<'BTC' | 'ETH', ProposedAction>>): Policy {
  return {
    name: 'scripted',
    async decide({ memory }: AgentState): Promise<Decision> {
      const { BTC, ETH } = proposals
      const proposal =
        (memory.setAside.includes('BTC') ? undefined : BTC) ?? (memory.setAside.includes('ETH') ? undefined : ETH)
      return { proposal: proposal ?? nothing, rules: [] }
    },
  }
}

describe('withinRun', () => {
  it.each([
    ['a sale that settles at the very end', open(WITHIN)],
    ['a roll within the run', roll(WITHIN)],
    ['a purchase of whatever expiry', close],
    ['doing nothing', nothing],
  ])('lets through %s', async (_why, proposal) => {
    const decided = await withinRun(policyOf({ BTC: proposal }), TO_MS).decide(STATE)
    expect(decided.proposal).toBe(proposal)
  })

  it.each([
    ['a sale', open(BEYOND)],
    ['a roll', roll(BEYOND)],
  ])('turns %s beyond the end into doing nothing, and says why', async (_why, proposal) => {
    const { proposal: decided, rules } = await withinRun(policyOf({ BTC: proposal }), TO_MS).decide(STATE)
    expect(decided).toMatchObject({ action: 'DO_NOTHING', params: {} })
    expect(decided.reasoning).toContain(`${BEYOND} would expire after the end of the run, 2026-01-16T08:00:00.000Z`)
    expect(rules).toEqual([])
  })

  it('sells nothing that the history has no delivery price of', async () => {
    const policy = withinRun(
      policyOf({ BTC: open(WITHIN), ETH: open(ETH_WITHIN) }),
      TO_MS,
      (currency) => currency !== 'BTC',
    )
    expect((await policy.decide(STATE)).proposal).toEqual(open(ETH_WITHIN))
    const { proposal } = await withinRun(policyOf({ BTC: open(WITHIN) }), TO_MS, () => false).decide(STATE)
    expect(proposal).toMatchObject({
      action: 'DO_NOTHING',
      reasoning: expect.stringContaining('has no delivery price'),
    })
  })

  it('asks for the other coin, whose sale is within the run', async () => {
    const decided = await withinRun(policyOf({ BTC: open(BEYOND), ETH: open(ETH_WITHIN) }), TO_MS).decide(STATE)
    expect(decided.proposal).toEqual(open(ETH_WITHIN))
  })

  it('does nothing where all coins are beyond the end, or the policy heeds nobody', async () => {
    const both = await withinRun(policyOf({ BTC: open(BEYOND), ETH: open(ETH_BEYOND) }), TO_MS).decide(STATE)
    expect(both.proposal.reasoning).toContain(BEYOND)
    const stubborn: Policy = { name: 'stubborn', decide: async () => ({ proposal: open(BEYOND) }) }
    expect((await withinRun(stubborn, TO_MS).decide(STATE)).proposal.action).toBe('DO_NOTHING')
  })

  it('has the name of the policy that it keeps', () => {
    expect(withinRun(policyOf({}), TO_MS).name).toBe('scripted')
  })
})
