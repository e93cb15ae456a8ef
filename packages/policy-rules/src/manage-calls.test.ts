import type { OptionPosition } from '@cc/models'
import type { UnderlyingParts } from '@cc/models/testing'
import { describe, expect, it } from 'vitest'
import { agentState, candidate, rejected, shortCall, shortOf, underlying } from '../test/agent-state.js'
import { decideAction } from './decide-action.js'
import { buyBackCoin, saleCoin } from './manage-calls.js'
import type { RulesOptionsInput } from './options.js'

const itm = { instrument: { strikeUsd: 88_000 }, dte: 0.6, delta: 0.7, askPriceCoin: 0.024 }
const LOW_IVRV: UnderlyingParts = { rejectedCandidates: [rejected('ivrv-too-low', 25, 1.1)], vol: { ivrv: 0.93 } }
const target = candidate({ strikeUsd: 100_000, dte: 14, bidPriceCoin: 0.012 })

function decide(
  positions: readonly OptionPosition[],
  {
    candidates = [target],
    freeCoin = 0.2,
    options = {},
    mode = 'normal',
    parts = {},
  }: {
    candidates?: readonly (typeof target)[]
    freeCoin?: number
    options?: RulesOptionsInput
    mode?: 'normal' | 'reduce-only' | 'halted'
    parts?: UnderlyingParts
  } = {},
) {
  return decideAction(
    agentState([underlying({ portfolio: shortOf(positions, freeCoin), candidates, ...parts })], { mode }),
    options,
  )
}

const fired = (decision: ReturnType<typeof decide>) =>
  decision.rules?.filter((rule) => rule.fired).map(({ rule }) => rule)

describe('a roll', () => {
  it('takes a call in the money near its expiry to the best later one', () => {
    const decision = decide([shortCall(itm)])
    expect(decision.proposal).toEqual({
      action: 'ROLL_COVERED_CALL',
      params: { fromSymbol: shortCall(itm).instrument.symbol, toSymbol: 'BTC-16JAN26-100000-C', size: 2 },
      reasoning:
        'Roll 2 of 2 BTC-2JAN26-88000-C (70-delta, 0.6 days), 2.2 % in the money, to BTC-16JAN26-100000-C ' +
        '(22-delta, 14 days, sold at IV 44 %): buy back at 0.024 BTC, sell at 0.012 BTC.',
    })
    expect(fired(decision)).toEqual(['roll-near-expiry'])
  })

  it.each([
    { why: 'out of the money near expiry', call: { dte: 0.6 }, options: {}, rolls: false },
    {
      why: 'out of the money near expiry, when all are',
      call: { dte: 0.6 },
      options: { roll: { when: 'always' } },
      rolls: true,
    },
    { why: 'in the money a day and an hour before', call: { ...itm, dte: 1.04 }, options: {}, rolls: false },
    { why: 'in the money exactly a day before', call: { ...itm, dte: 1 }, options: {}, rolls: true },
    { why: 'deep in the money days before', call: { ...itm, dte: 9, delta: 0.8 }, options: {}, rolls: true },
    { why: 'of 79 delta days before', call: { ...itm, dte: 9, delta: 0.79 }, options: {}, rolls: false },
    { why: 'of unknown delta days before', call: { ...itm, dte: 9, delta: null }, options: {}, rolls: false },
    { why: 'that has expired', call: { ...itm, dte: -0.01 }, options: {}, rolls: false },
    {
      why: 'whose book is locked',
      call: { ...itm, instrument: { strikeUsd: 88_000, state: 'locked' } },
      options: {},
      rolls: false,
    },
    { why: 'that is long', call: { ...itm, sizeCoin: 2 }, options: {}, rolls: false },
    { why: 'that is a put', call: { ...itm, instrument: { kind: 'put' } }, options: {}, rolls: false },
  ] as const)('of one $why: $rolls', ({ call, options, rolls }) => {
    // The deposit is committed elsewhere, so that nothing opens.
    const { proposal } = decide([shortCall(call)], { options, freeCoin: 0.09 })
    expect(proposal.action).toBe(rolls ? 'ROLL_COVERED_CALL' : 'DO_NOTHING')
  })

  it('never goes down in strike or nearer in time', () => {
    const others = [
      candidate({ strikeUsd: 87_000, dte: 14 }),
      candidate({ strikeUsd: 88_000, dte: 9 }),
      candidate({ strikeUsd: 88_000, dte: 8 }),
    ]
    const held = shortCall({ ...itm, dte: 9, delta: 0.9 })
    expect(decide([held], { candidates: others }).proposal.action).toBe('DO_NOTHING')
    const level = candidate({ strikeUsd: 88_000, dte: 10 })
    expect(decide([held], { candidates: [...others, level] }).proposal).toMatchObject({
      params: { toSymbol: level.instrument.symbol },
    })
  })

  it('goes to a later call that can be paid for, where the best cannot', () => {
    const best = candidate({ strikeUsd: 100_000, delta: 0.22, bidPriceCoin: 0.012 })
    const credit = candidate({ strikeUsd: 89_000, delta: 0.34, bidPriceCoin: 0.0255 })
    for (const candidates of [
      [best, credit],
      [credit, best],
    ]) {
      const decision = decide([shortCall(itm)], { candidates, freeCoin: 0.01 })
      expect(decision.proposal).toMatchObject({ params: { toSymbol: credit.instrument.symbol, size: 2 } })
      expect(fired(decision)).toEqual(['roll-near-expiry'])
    }
    expect(decide([shortCall(itm)], { candidates: [best, credit] }).proposal).toMatchObject({
      params: { toSymbol: best.instrument.symbol },
    })
  })

  it('takes the soonest of two that are due', () => {
    const later = shortCall({ ...itm, dte: 9, delta: 0.9, sizeCoin: -1 })
    const sooner = shortCall({ ...itm, sizeCoin: -1 })
    expect(decide([later, sooner]).proposal).toMatchObject({ params: { fromSymbol: sooner.instrument.symbol } })
  })

  it('goes on to the next one that is due where the first cannot be rolled', () => {
    const unoffered = shortCall({ ...itm, askPriceCoin: null })
    const next = shortCall({ ...itm, instrument: { strikeUsd: 89_000 } })
    expect(decide([unoffered, next]).proposal).toMatchObject({ params: { fromSymbol: next.instrument.symbol } })
  })
})

describe('a call that cannot be rolled', () => {
  const called = 'BTC: short 2 BTC-2JAN26-88000-C (70-delta, 0.6 days), 2.2 % in the money: due for a roll, but '
  const settles = ', so it is left to settle'

  it.each([
    {
      rule: 'no-roll-target',
      call: itm,
      how: { candidates: [], freeCoin: 0.01 },
      says: 'no later call at its strike or above is a candidate',
    },
    {
      rule: 'no-roll-target',
      call: itm,
      how: { candidates: [], freeCoin: 0.01, parts: LOW_IVRV },
      says: 'no later call at its strike or above is a candidate (IV over RV is 0.93, below 1.1)',
    },
    { rule: 'no-ask', call: { ...itm, askPriceCoin: null }, how: {}, says: 'nobody offers it' },
    { rule: 'reduce-only', call: itm, how: { mode: 'reduce-only' }, says: 'a roll sells, and the mode is reduce-only' },
    {
      rule: 'roll-not-covered',
      call: itm,
      how: { freeCoin: 0.02, candidates: [target, candidate({ strikeUsd: 99_000, bidPriceCoin: 0.0125 })] },
      // Two coins are bought at 0.0245 and sold at 0.012, with a fee of 0.0003 for each coin and leg.
      says: 'the cheapest of 2 later calls would take 0.0262 BTC, and 0.02 BTC are free',
    },
  ] as const)('is left to settle: $rule', ({ rule, call, how, says }) => {
    const decision = decide([shortCall(call)], how)
    expect(decision.proposal).toEqual({ action: 'DO_NOTHING', params: {}, reasoning: `${called}${says}${settles}.` })
    expect(fired(decision)).toContain(rule)
  })

  it('goes to no call that is short already', () => {
    const held = shortCall({ instrument: { strikeUsd: 100_000 }, dte: 14, sizeCoin: -0.1 })
    const both = decide([shortCall(itm), held], {
      candidates: [target, candidate({ strikeUsd: 101_000, delta: 0.15 })],
    })
    expect(both.proposal).toMatchObject({ action: 'ROLL_COVERED_CALL', params: { toSymbol: 'BTC-16JAN26-101000-C' } })
    expect(decide([shortCall(itm), held], { candidates: [target] }).proposal.reasoning).toContain(
      'no later call at its strike or above is a candidate',
    )
  })

  it('names the cheapest later call and its cost among the numbers', () => {
    const candidates = [target, candidate({ strikeUsd: 99_000, bidPriceCoin: 0.0125 })]
    expect(decide([shortCall(itm)], { freeCoin: 0.02, candidates }).rules).toContainEqual({
      rule: 'roll-not-covered',
      subject: 'BTC-2JAN26-88000-C',
      fired: true,
      facts: {
        targets: 2,
        payable: 0,
        sizeCoin: 2,
        spareCoin: expect.closeTo(0.02, 12),
        cheapest: 'BTC-16JAN26-99000-C',
        cheapestCoin: expect.closeTo(0.0262, 12),
      },
    })
  })

  it('is told of without a negative number of free coins where cover is lacking already', () => {
    const portfolio = { ...shortOf([shortCall(itm)]), coverage: { coveredCoin: 1.9, committedCoin: 2, freeCoin: 0 } }
    const { proposal } = decideAction(agentState([underlying({ portfolio, candidates: [target] })]))
    expect(proposal.reasoning).toContain('would take 0.0272 BTC, and 0.1 BTC of cover are lacking')
  })

  it('is told of once, beside the others', () => {
    const strange = { symbol: 'BTC-26DEC25-90000-C', kind: 'option', sizeCoin: -1 } as const
    const portfolio = { ...shortOf([shortCall({ ...itm, askPriceCoin: null })], 1), otherPositions: [strange] }
    expect(decideAction(agentState([underlying({ portfolio })])).proposal.reasoning).toBe(
      `${called}a roll sells, and the account holds BTC-26DEC25-90000-C, which is no covered call${settles}; short BTC-26DEC25-90000-C.`,
    )
  })

  it('is bought back where the options ask for it, in reduce-only mode too', () => {
    for (const how of [{ candidates: [] }, { mode: 'reduce-only' }] as const) {
      const decision = decide([shortCall(itm)], { ...how, options: { closeIfNoRoll: true } })
      expect(decision.proposal).toMatchObject({
        action: 'CLOSE_COVERED_CALL',
        params: { symbol: shortCall(itm).instrument.symbol, size: 2 },
        reasoning: expect.stringMatching(
          /^Buy back 2 of 2 BTC-2JAN26-88000-C \(70-delta, 0.6 days\), 2.2 % in the money: due .*; at 0.024 BTC\.$/,
        ),
      })
      expect(fired(decision)).toContain('close-if-no-roll')
    }
  })

  it.each([
    { why: 'nobody offers it', call: { ...itm, askPriceCoin: null } },
    { why: 'it is less than the least order', call: { ...itm, sizeCoin: -0.05 } },
  ])('is left to settle even then where $why', ({ call }) => {
    const { proposal } = decide([shortCall(call)], { candidates: [], options: { closeIfNoRoll: true } })
    expect(proposal.action).toBe('DO_NOTHING')
  })
})

describe('a held call that is not due', () => {
  const held = { instrument: { strikeUsd: 80_000 }, dte: 9, askPriceCoin: 0.12, premiumCaptured: 0.62 }

  it.each([
    {
      why: 'in the money with days to go',
      terms: { inTheMoney: true, delta: 0.79 },
      says: 'short 2 BTC-11JAN26-80000-C (79-delta, 9 days), 62 % of its premium kept',
    },
    {
      why: 'whose book does not trade',
      terms: { dte: -0.01 },
      says: 'short 2 BTC-2JAN26-80000-C (35-delta, -0.0 days), 62 % of its premium kept',
    },
    {
      why: 'that costs more than twice what it brought',
      terms: { premiumCaptured: -1.08 },
      says: 'short 2 BTC-11JAN26-80000-C (35-delta, 9 days), 108 % dearer than sold',
    },
    {
      why: 'that nobody offers',
      terms: { askPriceCoin: null, premiumCaptured: null },
      says: 'short 2 BTC-11JAN26-80000-C (35-delta, 9 days)',
    },
  ])('$why is told of in a few words', ({ terms, says }) => {
    const { proposal } = decide([shortCall({ ...held, ...terms })], {})
    expect(proposal.reasoning).toBe(`BTC: ${says}.`)
  })
})

it.each([
  // Bought at 0.0505, with a fee of 0.0003.
  { priceCoin: 0.05, paidCoin: 0.0508, receivedCoin: 0.0492 },
  // Below 0.005 the tick is finer, and the fee is at most 12.5 % of the price.
  { priceCoin: 0.0004, paidCoin: 0.0005 * 1.125, receivedCoin: 0.0003 * 0.875 },
])('a leg of a roll at $priceCoin is taken one tick beyond it, its fee paid', ({ priceCoin, ...coins }) => {
  expect(buyBackCoin(target.instrument, priceCoin)).toBeCloseTo(coins.paidCoin, 12)
  expect(saleCoin(candidate({ bidPriceCoin: priceCoin }))).toBeCloseTo(coins.receivedCoin, 12)
})
