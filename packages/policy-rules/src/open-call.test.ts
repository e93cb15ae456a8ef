import type { OrderReport } from '@cc/models'
import { describe, expect, it } from 'vitest'
import {
  agentState,
  candidate,
  NOW_MS,
  portfolio,
  rejected,
  shortCall,
  shortOf,
  underlying,
} from '../test/agent-state.js'
import { decideAction } from './decide-action.js'
import { bestCandidate, scoreOf } from './open-call.js'
import { rulesOptionsSchema } from './options.js'

const free = (freeCoin: number) => portfolio({ coverage: { coveredCoin: freeCoin, committedCoin: 0, freeCoin } })

const resting: OrderReport = {
  symbol: 'BTC-16JAN26-100000-C',
  side: 'sell',
  sizeCoin: 1,
  priceCoin: 0.013,
  orderId: '1',
  label: 'cc-1',
  state: 'open',
  filledCoin: 0,
  averagePriceCoin: null,
  postOnly: true,
  reduceOnly: false,
  createdMs: NOW_MS,
  updatedMs: NOW_MS,
  cancelReason: null,
}

describe('an open', () => {
  it('sells the best candidate on all free coins and says so in a sentence', () => {
    expect(decideAction(agentState([underlying()])).proposal).toEqual({
      action: 'OPEN_COVERED_CALL',
      params: { symbol: 'BTC-16JAN26-100000-C', size: 2 },
      reasoning:
        'Sell 2 BTC-16JAN26-100000-C at 0.012 BTC (2,106 USD for 2 after the fee): ' +
        '22-delta, 14 days, sold at IV 44 %; 30-day IV 44 % over RV 38 %.',
    })
  })

  it.each([
    { freeCoin: 1.99, options: {}, size: 1.9, why: 'rounded down to the step' },
    { freeCoin: 0.1 + 0.2, options: {}, size: 0.3, why: 'free of float noise' },
    { freeCoin: 2, options: { maxSizeCoin: { BTC: 0.25, ETH: 3 } }, size: 0.2, why: 'at most as much as is asked for' },
  ])('of $freeCoin free coins with $options takes $size: $why', ({ freeCoin, options, size }) => {
    const state = agentState([underlying({ portfolio: free(freeCoin) })])
    expect(decideAction(state, options).proposal).toMatchObject({ params: { size } })
  })

  it('says what is missing of IV and RV, and opens all the same when they are not judged', () => {
    const vol = { atmIv: null, realisedVol: null }
    const missing = [
      { datum: 'vol.atmIv', reason: 'no marks' },
      { datum: 'vol.realisedVol', reason: 'no history at this venue' },
    ]
    expect(decideAction(agentState([underlying({ vol, missing })])).proposal).toMatchObject({
      action: 'OPEN_COVERED_CALL',
      reasoning: expect.stringContaining('IV missing (no marks), RV missing (no history at this venue).'),
    })
  })
})

describe('no open', () => {
  it.each([
    {
      rule: 'no-candidate',
      changes: { candidates: [], rejectedCandidates: [rejected('dte-too-long', 40, 45), rejected('no-bid', 3)] },
      options: {},
      says: 'BTC: no call is a candidate (40 dte-too-long, 3 no-bid).',
    },
    {
      rule: 'no-candidate',
      changes: { candidates: [] },
      options: {},
      says: 'BTC: no call is a candidate (none is listed).',
    },
    {
      rule: 'too-few-free-coins',
      changes: { portfolio: free(0.09) },
      options: {},
      says: 'BTC: 0.09 BTC free is too little to sell 0.1 BTC-16JAN26-100000-C.',
    },
    {
      rule: 'too-few-free-coins',
      changes: {},
      options: { maxSizeCoin: { BTC: 0.05 } },
      says: 'BTC: at most 0.05 BTC an order is too little to sell 0.1 BTC-16JAN26-100000-C.',
    },
    {
      rule: 'too-few-free-coins',
      changes: { portfolio: free(0.05) },
      options: { maxSizeCoin: { BTC: 5 } },
      says: 'BTC: 0.05 BTC free is too little to sell 0.1 BTC-16JAN26-100000-C.',
    },
    {
      rule: 'call-open',
      changes: { portfolio: shortOf([shortCall()], 1) },
      options: {},
      says: 'BTC: short 2 BTC-7JAN26-91800-C (35-delta, 5 days), 1 % dearer than sold.',
    },
    {
      rule: 'call-open',
      changes: {
        portfolio: portfolio({ otherPositions: [{ symbol: 'BTC-26DEC25-90000-C', kind: 'option', sizeCoin: -1 }] }),
      },
      options: {},
      says: 'BTC: short BTC-26DEC25-90000-C.',
    },
    {
      rule: 'order-resting',
      changes: { portfolio: portfolio({ openOrders: [resting] }) },
      options: {},
      says: 'BTC: an order rests on BTC-16JAN26-100000-C.',
    },
    {
      rule: 'no-candidate',
      changes: {
        candidates: [],
        rejectedCandidates: [rejected('dte-too-long', 40, 45), rejected('ivrv-missing', 25)],
        vol: { ivrv: null },
        missing: [{ datum: 'vol.ivrv', reason: 'no history at this venue' }],
      },
      options: {},
      says:
        'BTC: no call is a candidate (40 dte-too-long, 25 ivrv-missing): ' +
        'IV over RV is missing (no history at this venue).',
    },
    {
      rule: 'no-candidate',
      changes: { candidates: [], rejectedCandidates: [rejected('ivrv-too-low', 25, 1.1)], vol: { ivrv: 0.93 } },
      options: {},
      says: 'BTC: no call is a candidate (25 ivrv-too-low): IV over RV is 0.93, below 1.1.',
    },
  ] as const)('$rule: $says', ({ rule, changes, options, says }) => {
    const { proposal, rules } = decideAction(agentState([underlying(changes)]), options)
    expect(proposal).toEqual({ action: 'DO_NOTHING', params: {}, reasoning: says })
    expect(rules?.filter(({ fired }) => fired).at(-1)?.rule).toBe(rule)
  })

  it('carries the rejected candidates by reason as numbers', () => {
    const state = agentState([
      underlying({ candidates: [], rejectedCandidates: [rejected('dte-too-long', 40, 45), rejected('no-bid', 3)] }),
    ])
    expect(decideAction(state).rules).toContainEqual({
      rule: 'no-candidate',
      subject: 'BTC',
      fired: true,
      facts: { candidates: 0, 'dte-too-long': 40, 'no-bid': 3 },
    })
  })

  it.each([
    {
      why: 'a put and a future that are flat',
      other: {
        positions: [shortCall({ instrument: { kind: 'put' }, sizeCoin: 0 })],
        otherPositions: [{ symbol: 'BTC-PERPETUAL', kind: 'future', sizeCoin: 0 }],
      },
    },
    { why: 'a short call smaller than any order', other: shortOf([shortCall({ sizeCoin: -0.05 })], 1.95) },
    { why: 'an order that has ended', other: { openOrders: [{ ...resting, state: 'cancelled' }] } },
  ] as const)('is not due to $why', ({ other }) => {
    const state = agentState([underlying({ portfolio: portfolio(other) })])
    expect(decideAction(state).proposal.action).toBe('OPEN_COVERED_CALL')
  })

  it.each([
    { what: 'BTC-7JAN26-91800-C', why: 'a long call', other: { positions: [shortCall({ sizeCoin: 1 })] } },
    {
      what: 'BTC-7JAN26-91800-P',
      why: 'a short put',
      other: { positions: [shortCall({ instrument: { kind: 'put' } })] },
    },
    {
      what: 'BTC-26DEC25-90000-P',
      why: 'a short put that no longer lists',
      other: { otherPositions: [{ symbol: 'BTC-26DEC25-90000-P', kind: 'option', sizeCoin: -1 }] },
    },
    {
      what: 'BTC-PERPETUAL',
      why: 'a future',
      other: { otherPositions: [{ symbol: 'BTC-PERPETUAL', kind: 'future', sizeCoin: 1 }] },
    },
  ] as const)('is due to $why, beside which risk lets nothing be sold', ({ what, other }) => {
    const { proposal, rules } = decideAction(agentState([underlying({ portfolio: portfolio(other) })]))
    expect(proposal).toMatchObject({
      action: 'DO_NOTHING',
      reasoning: `BTC: the account holds ${what}, which is no covered call.`,
    })
    expect(rules).toContainEqual({
      rule: 'position-unexpected',
      subject: 'BTC',
      fired: true,
      facts: { positions: 1 },
    })
  })

  it('of a call that is short already, if ever so little of it', () => {
    const dust = shortCall({ instrument: { strikeUsd: 100_000 }, dte: 14, sizeCoin: -0.05 })
    const portfolio = shortOf([dust], 1.95)
    const second = candidate({ strikeUsd: 101_000, delta: 0.1 })
    const both = decideAction(agentState([underlying({ portfolio, candidates: [candidate(), second] })]))
    expect(both.proposal).toMatchObject({ params: { symbol: 'BTC-16JAN26-101000-C' } })
    expect(both.rules).toContainEqual({
      rule: 'short-already',
      subject: 'BTC-16JAN26-100000-C',
      fired: true,
      facts: {},
    })
    const { proposal } = decideAction(
      agentState([underlying({ portfolio, rejectedCandidates: [rejected('no-bid', 3)] })]),
    )
    expect(proposal).toMatchObject({
      action: 'DO_NOTHING',
      reasoning: expect.stringContaining('no other call is a candidate (3 no-bid).'),
    })
  })

  it('is due to a short call of the smallest order, to the noise of floats', () => {
    const smallest = shortOf([shortCall({ sizeCoin: -(0.3 - 0.2) })], 1.9)
    expect(decideAction(agentState([underlying({ portfolio: smallest })])).proposal.action).toBe('DO_NOTHING')
  })
})

const options = rulesOptionsSchema.parse({})

describe('the score', () => {
  it('is the yield less half the spread on both targets', () => {
    const onTarget = candidate({ delta: 0.22, dte: 14, bidPriceCoin: 0.012, askPriceCoin: 0.013 })
    expect(scoreOf(onTarget, options)).toBeCloseTo(onTarget.annualisedYieldPct * (1 - 0.04), 12)
  })

  it.each([
    { why: '0.05 above the delta target', terms: { delta: 0.27 } },
    { why: '0.05 below it', terms: { delta: 0.17 } },
    { why: 'half as long again', terms: { dte: 21 } },
    { why: 'a third shorter', terms: { dte: 14 / 1.5 } },
  ])('falls to 1/e $why', ({ terms }) => {
    const apart = candidate({ ...terms, annualisedYieldPct: 30 })
    const onTarget = candidate({ annualisedYieldPct: 30 })
    expect(scoreOf(apart, options) / scoreOf(onTarget, options)).toBeCloseTo(Math.exp(-1), 12)
  })
})

describe('the best candidate', () => {
  it.each([
    {
      why: 'on target, though the shortest call nearest the money yields far more',
      best: candidate({ strikeUsd: 100_000, delta: 0.22, dte: 14, bidPriceCoin: 0.012 }),
      other: candidate({ strikeUsd: 92_000, delta: 0.35, dte: 5, bidPriceCoin: 0.018 }),
    },
    {
      why: 'the one that pays more, of two that are equally near',
      best: candidate({ strikeUsd: 99_000, bidPriceCoin: 0.0125 }),
      other: candidate({ strikeUsd: 100_000, bidPriceCoin: 0.012 }),
    },
    {
      why: 'the one with the tighter spread, of two that pay the same',
      best: candidate({ strikeUsd: 99_000, askPriceCoin: 0.0125 }),
      other: candidate({ strikeUsd: 100_000, askPriceCoin: 0.018 }),
    },
    {
      why: 'one that is offered too, before one with a bid alone',
      best: candidate({ strikeUsd: 99_000, delta: 0.12 }),
      other: candidate({ strikeUsd: 100_000, askPriceCoin: null }),
    },
    {
      why: 'the first symbol, of equals',
      best: candidate({ strikeUsd: 100_000 }),
      other: candidate({ strikeUsd: 99_000 }),
    },
  ])('is $why', ({ best, other }) => {
    expect(bestCandidate([best, other], options)?.candidate).toBe(best)
    expect(bestCandidate([other, best], options)?.candidate).toBe(best)
  })

  it('is none of none', () => {
    expect(bestCandidate([], options)).toBeUndefined()
  })
})
