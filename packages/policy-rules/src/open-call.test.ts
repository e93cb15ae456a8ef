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
import type { RulesOptionsInput } from './options.js'

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
        '22-delta, 14 days, sold at IV 44 %; 30-day IV 44 % over RV 38 %; edge 0.00117 BTC a coin.',
    })
  })

  it.each([
    { freeCoin: 1.99, options: {}, size: 1.9, why: 'rounded down to the step' },
    { freeCoin: 0.1 + 0.2, options: {}, size: 0.3, why: 'free of float noise' },
    { freeCoin: 1_000.3 - 1_000.2, options: {}, size: 0.1, why: 'free of the noise of large accounts' },
    { freeCoin: 0.79999999, options: {}, size: 0.7, why: 'and a satoshi short of a step is no step' },
    { freeCoin: 2, options: { maxSizeCoin: { BTC: 0.25, ETH: 3 } }, size: 0.2, why: 'at most as much as is asked for' },
    { freeCoin: 2, options: { writeWhen: { capFactor: 0.4 } }, size: 0.8, why: 'at most the share that may be short' },
    { freeCoin: 2, options: { writeWhen: { capTargetFloor: { BTC: 0.5 } } }, size: 1.5, why: 'down to the floor' },
    {
      freeCoin: 2,
      options: { writeWhen: { capTargetFloor: { ETH: 20 } } },
      size: 2,
      why: 'whose floor is another coin’s',
    },
    { freeCoin: 2, options: { target: { maximumNewContractsPercent: 30 } }, size: 0.6, why: 'a share in one decision' },
    {
      ...{ freeCoin: 2, size: 0.4, why: 'the tightest of all bounds' },
      options: {
        target: { maximumNewContractsPercent: 30 },
        writeWhen: { capFactor: 0.9, capTargetFloor: { BTC: 1.6 } },
        maxSizeCoin: { BTC: 0.5 },
      },
    },
  ] as { freeCoin: number; options: RulesOptionsInput; size: number; why: string }[])(
    'of $freeCoin free coins with $options takes $size: $why',
    ({ freeCoin, options, size }) => {
      const state = agentState([underlying({ portfolio: free(freeCoin) })])
      expect(decideAction(state, options).proposal).toMatchObject({ params: { size } })
    },
  )

  it('says what is missing of IV and RV, and opens all the same when they are not judged', () => {
    const vol = { atmIv: null, realisedVol: null }
    const missing = [
      { datum: 'vol.atmIv', reason: 'no marks' },
      { datum: 'vol.realisedVol', reason: 'no history at this venue' },
    ]
    expect(decideAction(agentState([underlying({ vol, missing })])).proposal).toMatchObject({
      action: 'OPEN_COVERED_CALL',
      reasoning: expect.stringContaining('IV missing (no marks), RV missing (no history at this venue); edge'),
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
      rule: 'too-few-free-coins',
      changes: {},
      options: { writeWhen: { capFactor: 0.04 } },
      says: 'BTC: 0.08 BTC below the 0.08 BTC that may be short is too little to sell 0.1 BTC-16JAN26-100000-C.',
    },
    {
      rule: 'too-few-free-coins',
      changes: {},
      options: { writeWhen: { capTargetFloor: { BTC: 3 } } },
      says: 'BTC: 0 BTC above the 3 BTC that stay uncovered is too little to sell 0.1 BTC-16JAN26-100000-C.',
    },
    {
      rule: 'too-few-free-coins',
      changes: {},
      options: { target: { maximumNewContractsPercent: 4 } },
      says: 'BTC: at most 0.08 BTC a decision is too little to sell 0.1 BTC-16JAN26-100000-C.',
    },
    {
      rule: 'no-call-counts',
      changes: {},
      options: { writeWhen: { minimumCredit: 0.0118 } },
      says: 'BTC: none of 1 candidates counts (1 credit-too-small).',
    },
    {
      rule: 'no-call-counts',
      changes: { candidates: [candidate({ edgeCoin: -0.001 })] },
      options: { writeWhen: { minEdge: 0 } },
      says: 'BTC: none of 1 candidates counts (1 edge-too-small).',
    },
    {
      rule: 'no-call-counts',
      changes: {
        candidates: [candidate({ edgeCoin: null })],
        missing: [{ datum: 'vol.forecast', reason: 'no history at this venue' }],
      },
      options: { writeWhen: { minEdge: 0 } },
      says:
        'BTC: none of 1 candidates counts (1 edge-missing): ' +
        'the volatility forecast is missing (no history at this venue).',
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

describe('an open that has to bring something', () => {
  const poor = candidate({ strikeUsd: 99_000, delta: 0.22, bidPriceCoin: 0.01, edgeCoin: 0.003 })
  const rich = candidate({ strikeUsd: 100_000, delta: 0.24, bidPriceCoin: 0.012, edgeCoin: 0.001 })
  const state = agentState([underlying({ candidates: [poor, rich] })])

  it.each([
    { writeWhen: {}, symbol: poor.instrument.symbol, why: 'asks nothing by default' },
    { writeWhen: { minimumCredit: 0.0117 }, symbol: rich.instrument.symbol, why: 'a net premium' },
    { writeWhen: { minEdge: 0.001 }, symbol: poor.instrument.symbol, why: 'an edge that both have' },
  ])('$writeWhen: $why', ({ writeWhen, symbol }) => {
    expect(decideAction(state, { writeWhen }).proposal).toMatchObject({ params: { symbol } })
  })

  it('passes by a call whose edge is unknown, and ranks the others by theirs', () => {
    const unknown = candidate({ strikeUsd: 98_000, delta: 0.22, bidPriceCoin: 0.02, edgeCoin: null })
    const known = agentState([underlying({ candidates: [unknown, rich] })])
    const { proposal, rules } = decideAction(known, { writeWhen: { minEdge: 0 } })
    expect(proposal).toMatchObject({ params: { symbol: rich.instrument.symbol } })
    expect(rules?.find(({ rule }) => rule === 'best-candidate')?.facts.basis).toBe('edge')
  })
})
