import { type AgentState, formatSymbol } from '@cc/models'
import { describe, expect, it } from 'vitest'
import { agentState, candidate, NOW_MS, underlying } from '../test/agent-state.js'
import { expiryCounts } from './choose-call.js'
import { decideAction } from './decide-action.js'
import type { RulesOptionsInput } from './options.js'

const DAY_MS = 86_400_000
const expiry = (text: string) => Date.parse(`${text}T08:00:00Z`)

/** What is sold of these calls: strike and days; or why nothing is. */
function sold(candidates: readonly ReturnType<typeof candidate>[], options: RulesOptionsInput) {
  const { proposal } = decideAction(agentState([underlying({ candidates })]), options)
  if (proposal.action !== 'OPEN_COVERED_CALL') return proposal.reasoning
  const { instrument, dte } = candidates.find((one) => one.instrument.symbol === proposal.params.symbol)!
  return [instrument.strikeUsd, dte]
}

describe('an expiry', () => {
  it.each([
    { date: '2026-01-30', any: true, friday: true, month: true, why: 'the last Friday of January' },
    { date: '2026-01-23', any: true, friday: true, month: false, why: 'the Friday before it' },
    { date: '2026-01-31', any: true, friday: false, month: false, why: 'the last day of the month, a Saturday' },
    { date: '2027-12-31', any: true, friday: true, month: true, why: 'the last day of the year' },
    { date: '2028-02-25', any: true, friday: true, month: true, why: 'the last Friday of a February with 29 days' },
    { date: '2026-12-25', any: true, friday: true, month: true, why: 'a Friday whose next one lies in another year' },
  ])('on $date counts as it should: $why', ({ date, any, friday, month }) => {
    const expiryMs = expiry(date)
    expect(expiryCounts(expiryMs, 'any')).toBe(any)
    expect(expiryCounts(expiryMs, 'friday')).toBe(friday)
    expect(expiryCounts(expiryMs, 'month-end')).toBe(month)
  })

  it('is a Friday as Deribit writes it', () => {
    expect(formatSymbol({ currency: 'BTC', kind: 'call', strikeUsd: 1, expiryMs: NOW_MS + 7 * DAY_MS })).toContain(
      '9JAN26',
    )
    expect(expiryCounts(NOW_MS + 7 * DAY_MS, 'friday')).toBe(true)
    expect(expiryCounts(NOW_MS + 8 * DAY_MS, 'friday')).toBe(false)
  })
})

// It is Friday, 2 January 2026: 7, 14, 21 and 28 days lead to Fridays, and the last of them is the month's last.
describe('which call is sold', () => {
  const week = candidate({ dte: 7, delta: 0.22 })
  const midweek = candidate({ dte: 12, delta: 0.22 })
  const month = candidate({ dte: 28, delta: 0.22 })

  it.each([
    { why: 'on any expiry', target: { dte: 12 }, of: [week, midweek, month], call: [100_000, 12] },
    { why: 'on a Friday', target: { dte: 12, expiry: 'friday' }, of: [week, midweek, month], call: [100_000, 7] },
    { why: 'on the last Friday', target: { expiry: 'month-end' }, of: [week, midweek, month], call: [100_000, 28] },
    { why: 'not before minDte', target: { dte: 7, minDte: 8 }, of: [week, midweek, month], call: [100_000, 12] },
    { why: 'on the day of minDte itself', target: { dte: 7, minDte: 7 }, of: [week, month], call: [100_000, 7] },
    { why: 'not after maxDte', target: { dte: 28, maxDte: 12 }, of: [week, midweek, month], call: [100_000, 12] },
    {
      why: 'none, told by reason',
      target: { expiry: 'month-end', maxDte: 20 },
      of: [week, midweek, month],
      call: 'BTC: none of 3 candidates counts (1 above-max-dte, 2 not-month-end).',
    },
    {
      why: 'one of enough open interest',
      target: { minimumOpenInterest: 50 },
      of: [candidate({ openInterestCoin: 49 }), candidate({ strikeUsd: 101_000, delta: 0.2, openInterestCoin: 50 })],
      call: [101_000, 14],
    },
    {
      why: 'none where open interest is asked for and unknown',
      target: { minimumOpenInterest: 50 },
      of: [candidate({ openInterestCoin: null })],
      call: 'BTC: none of 1 candidates counts (1 open-interest-missing).',
    },
  ] as const)('$why', ({ target, of, call }) => {
    expect(sold(of, { target })).toEqual(call)
  })

  it.each([
    {
      why: 'whose delta is nearest, on the soonest expiry that counts, whatever a later one has',
      target: { choose: 'nearest-delta', delta: 0.25, minDte: 5 },
      of: [
        candidate({ dte: 4, delta: 0.25 }),
        candidate({ strikeUsd: 98_000, dte: 7, delta: 0.31 }),
        candidate({ strikeUsd: 100_000, dte: 7, delta: 0.2 }),
        candidate({ strikeUsd: 99_000, dte: 14, delta: 0.25 }),
      ],
      call: [100_000, 7],
    },
    {
      why: 'the higher strike, of two that are as near',
      target: { choose: 'nearest-delta', delta: 0.22 },
      of: [candidate({ strikeUsd: 99_000, delta: 0.24 }), candidate({ strikeUsd: 101_000, delta: 0.2 })],
      call: [101_000, 14],
    },
    {
      why: 'one that is offered, though another is nearer',
      target: { choose: 'nearest-delta', delta: 0.22 },
      of: [candidate({ strikeUsd: 99_000, delta: 0.22, askPriceCoin: null }), candidate({ delta: 0.2 })],
      call: [100_000, 14],
    },
    {
      why: 'the first strike at or above the index, on the soonest expiry that counts',
      target: { choose: 'first-strike' },
      of: [
        candidate({ strikeUsd: 89_000, dte: 7 }),
        candidate({ strikeUsd: 91_000, dte: 7 }),
        candidate({ strikeUsd: 90_000, dte: 7 }),
        candidate({ strikeUsd: 90_000, dte: 14 }),
      ],
      call: [90_000, 7],
    },
    {
      why: 'the first strike so far above the index, to the noise of floats',
      // 90 000 × 1.1 is 99 000.00000000001.
      target: { choose: 'first-strike', strikeAbove: 0.1 },
      of: [candidate({ strikeUsd: 98_000 }), candidate({ strikeUsd: 99_000 }), candidate({ strikeUsd: 100_000 })],
      call: [99_000, 14],
    },
    {
      why: 'one below the index, where that is what is asked for',
      target: { choose: 'first-strike', strikeAbove: -0.03 },
      of: [candidate({ strikeUsd: 87_000 }), candidate({ strikeUsd: 88_000 }), candidate({ strikeUsd: 90_000 })],
      call: [88_000, 14],
    },
    {
      why: 'none where no strike reaches so far',
      target: { choose: 'first-strike', strikeAbove: 0.2 },
      of: [candidate()],
      call: 'BTC: none of 1 candidates counts (1 strike-too-low).',
    },
  ] as const)('without a score: $why', ({ target, of, call }) => {
    for (const candidates of [of, of.toReversed()]) expect(sold(candidates, { target })).toEqual(call)
  })
})

describe('the numbers of the choice', () => {
  const choice = (options: RulesOptionsInput, terms = {}) =>
    decideAction(agentState([underlying({ candidates: [candidate({ edgeCoin: 0.001, ...terms })] })]), options)
  const best = (options: RulesOptionsInput, terms = {}) =>
    choice(options, terms).rules?.find(({ rule }) => rule === 'best-candidate')?.facts

  it('tell edge and half the spread in coin, or in USD at the index, and the same score', () => {
    const inCoin = best({})
    const inUsd = best({ objective: 'usd' })
    expect(inCoin).toMatchObject({ basis: 'edge', edgeCoin: 0.001, halfSpreadCoin: expect.closeTo(0.00025, 12) })
    expect(inUsd).toMatchObject({ basis: 'edge', edgeUsd: 90, halfSpreadUsd: expect.closeTo(22.5, 9) })
    expect(inUsd?.score).toBe(inCoin?.score)
    expect(choice({}).proposal.reasoning).toContain('; edge 0.001 BTC a coin.')
    expect(choice({ objective: 'usd' }).proposal.reasoning).toContain('; edge 90 USD a coin.')
  })

  it('say that there is no forecast where the net premium stands for the edge', () => {
    const { rules, proposal } = choice({}, { edgeCoin: null })
    expect(rules).toContainEqual({
      rule: 'no-forecast',
      subject: 'BTC',
      fired: true,
      facts: { ranked: 1, withoutEdge: 1, basis: 'net-premium' },
    })
    expect(proposal.reasoning).toContain('; edge missing (no reason given).')
  })
})

describe('the soonest expiry', () => {
  const soon = candidate({ dte: 9, strikeUsd: 99_000 })
  const late = candidate({ dte: 16, strikeUsd: 99_000 })
  const target = { choose: 'nearest-delta', minDte: 5 } as const
  const out = { reason: 'delta-too-high' as const, count: 1, limit: 0.35, values: { [soon.instrument.symbol]: 0.41 } }
  const soldOf = (state: AgentState) => decideAction(state, { target }).proposal

  it('is waited on where nothing of it is a candidate', () => {
    const state = agentState([underlying({ candidates: [late], rejectedCandidates: [out] })])
    expect(soldOf(state)).toMatchObject({
      action: 'DO_NOTHING',
      reasoning: 'BTC: nothing can be sold on the soonest expiry that counts.',
    })
  })

  it('is that of the days that count', () => {
    const state = agentState([underlying({ candidates: [late], rejectedCandidates: [out] })])
    const { proposal } = decideAction(state, { target: { ...target, minDte: 10 } })
    expect(proposal).toMatchObject({ params: { symbol: late.instrument.symbol } })
  })

  it('is sold where one of its calls is a candidate', () => {
    const state = agentState([underlying({ candidates: [late, soon] })])
    expect(soldOf(state)).toMatchObject({ params: { symbol: soon.instrument.symbol } })
  })
})
