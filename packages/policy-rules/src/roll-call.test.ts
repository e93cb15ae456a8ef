import type { OptionPosition, OrderReport } from '@cc/models'
import type { UnderlyingParts } from '@cc/models/testing'
import { describe, expect, it } from 'vitest'
import { agentState, candidate, rejected, shortCall, shortOf, underlying } from '../test/agent-state.js'
import { buyBackCoin } from './close-call.js'
import { decideAction } from './decide-action.js'
import type { RulesOptionsInput } from './options.js'
import { saleCoin } from './roll-call.js'

type RollWhen = NonNullable<RulesOptionsInput['rollWhen']>

const itm = { instrument: { strikeUsd: 88_000 }, dte: 0.6, delta: 0.7, askPriceCoin: 0.024 }
/** Rolls to it, and above, are a credit: it is sold at 0.0255, and the call in the money is bought at 0.0245. */
const credit = candidate({ strikeUsd: 89_000, delta: 0.34, bidPriceCoin: 0.0265 })
/** Rolls to it are a debit of 0.0136: 0.0245 and 0.0003 are paid, 0.0115 less 0.0003 received. */
const debit = candidate({ strikeUsd: 100_000, delta: 0.22, bidPriceCoin: 0.012 })
const above = candidate({ strikeUsd: 91_000, delta: 0.34, bidPriceCoin: 0.0265 })
const PAY: RollWhen = { dte: 1, creditOnly: false }
const LOW_IVRV: UnderlyingParts = { rejectedCandidates: [rejected('ivrv-too-low', 25, 1.1)], vol: { ivrv: 0.93 } }

function decide(
  positions: readonly OptionPosition[],
  {
    candidates = [credit],
    freeCoin = 0.2,
    rollWhen = { dte: 1 },
    options = {},
    mode = 'normal',
    parts = {},
  }: {
    candidates?: readonly (typeof credit)[]
    freeCoin?: number
    rollWhen?: RollWhen
    options?: RulesOptionsInput
    mode?: 'normal' | 'reduce-only' | 'halted'
    parts?: UnderlyingParts
  } = {},
) {
  const account = shortOf(positions, freeCoin)
  return decideAction(agentState([underlying({ portfolio: account, candidates, ...parts })], { mode }), {
    ...options,
    rollWhen,
  })
}

const fired = (decision: ReturnType<typeof decide>) =>
  decision.rules?.filter((rule) => rule.fired).map(({ rule }) => rule)

describe('a roll', () => {
  it('says why, what it brings, how far up and out it goes, and what time value it buys back', () => {
    const decision = decide([shortCall(itm)])
    expect(decision.proposal).toEqual({
      action: 'ROLL_COVERED_CALL',
      params: { fromSymbol: 'BTC-2JAN26-88000-C', toSymbol: 'BTC-16JAN26-89000-C', size: 2 },
      reasoning:
        'Roll 2 of 2 BTC-2JAN26-88000-C (70-delta, 0.6 days), 2.2 % in the money, to BTC-16JAN26-89000-C ' +
        '(34-delta, 14 days, sold at IV 44 %): 0.6 days left, rolled from 1 on. ' +
        'Buy back at 0.024 BTC, sell at 0.0265 BTC: a credit of 0.0009 BTC a coin, 0.0018 BTC in all, ' +
        'a tick and a fee on each leg counted. Strike 1,000 USD higher, 13 days added, ' +
        'time value of 0.001778 BTC a coin bought back.',
    })
    expect(decision.rules?.find(({ rule }) => rule === 'roll-target')).toMatchObject({
      subject: 'BTC-16JAN26-89000-C',
      facts: {
        sizeCoin: 2,
        debitCoin: expect.closeTo(-0.0009, 12),
        debitInAllCoin: expect.closeTo(-0.0018, 12),
        strikeLiftUsd: 1_000,
        daysAdded: expect.closeTo(13.4, 12),
        timeValueCoin: expect.closeTo(0.024 - (1 - 88_000 / 90_000), 12),
      },
    })
  })

  it('gives every reason that there is', () => {
    const rollWhen = { dte: 1, delta: 0.6, alwaysWhenItm: true }
    expect(decide([shortCall(itm)], { rollWhen, candidates: [above] }).proposal.reasoning).toContain(
      '0.6 days left, rolled from 1 on and 70-delta, rolled from 60-delta on and in the money, where every call is rolled.',
    )
  })

  it('costs at most the debit that is allowed, where it need not be a credit', () => {
    const how = { candidates: [debit] }
    expect(decide([shortCall(itm)], how).proposal.action).toBe('DO_NOTHING')
    expect(decide([shortCall(itm)], { ...how, rollWhen: PAY }).proposal).toMatchObject({
      action: 'ROLL_COVERED_CALL',
      params: { toSymbol: debit.instrument.symbol, size: 2 },
      reasoning: expect.stringContaining('a debit of 0.0136 BTC a coin, 0.0272 BTC in all'),
    })
    expect(decide([shortCall(itm)], { ...how, rollWhen: { ...PAY, maxDebit: 0.0136 } }).proposal.action).toBe(
      'ROLL_COVERED_CALL',
    )
    expect(decide([shortCall(itm)], { ...how, rollWhen: { ...PAY, maxDebit: 0.0135 } }).proposal.action).toBe(
      'DO_NOTHING',
    )
  })

  it.each([
    // 0.0136 a coin: 0.0272 pay for two coins, 0.02 for 1.47, 0.0013 for less than the smallest order.
    { freeCoin: 0.0273, size: 2 },
    { freeCoin: 0.02, size: 1.4 },
    { freeCoin: 0.0014, size: 0.1 },
    { freeCoin: 0.0013, size: undefined },
  ])('at a debit takes as much as $freeCoin free coins pay for: $size', ({ freeCoin, size }) => {
    const { proposal } = decide([shortCall(itm)], { candidates: [debit], freeCoin, rollWhen: PAY })
    expect(proposal.action === 'ROLL_COVERED_CALL' ? proposal.params.size : undefined).toBe(size)
  })

  it.each([
    { call: { ...itm, sizeCoin: -2.05 }, options: {}, size: 2, why: 'rounded down to the step' },
    { call: { ...itm, sizeCoin: -0.1 }, options: {}, size: 0.1, why: 'be it the smallest order' },
    { call: itm, options: { maxSizeCoin: { BTC: 0.55 } }, size: 0.5, why: 'at most as much as is sold at once' },
    { call: itm, options: { target: { maximumNewContractsPercent: 10 } }, size: 2, why: 'which is no new call' },
  ])('at a credit takes the whole position, $why', ({ call, options, size }) => {
    expect(decide([shortCall(call)], { options, freeCoin: 0 }).proposal).toMatchObject({ params: { size } })
  })

  it('has a size that both legs may have', () => {
    const on = (grid: object) => [{ ...credit, instrument: { ...credit.instrument, ...grid } }]
    const roll = (grid: object) => decide([shortCall({ ...itm, sizeCoin: -2.2 })], { candidates: on(grid) }).proposal
    expect(roll({ sizeStepCoin: 0.5 })).toMatchObject({ action: 'ROLL_COVERED_CALL', params: { size: 2 } })
    expect(roll({ minSizeCoin: 3 }).action).toBe('DO_NOTHING')
  })

  it('goes to the call that lets more of it be rolled, though another is nearer the target', () => {
    for (const candidates of [
      [debit, credit],
      [credit, debit],
    ]) {
      const one = decide([shortCall(itm)], { candidates, freeCoin: 0.01, rollWhen: PAY })
      expect(one.proposal).toMatchObject({ params: { toSymbol: credit.instrument.symbol, size: 2 } })
      const both = decide([shortCall(itm)], { candidates, freeCoin: 0.05, rollWhen: PAY })
      expect(both.proposal).toMatchObject({ params: { toSymbol: debit.instrument.symbol, size: 2 } })
    }
  })

  it('never goes nearer in time, nor down in strike unless told', () => {
    const rich = { bidPriceCoin: 0.04 }
    const down = candidate({ strikeUsd: 87_000, dte: 14, ...rich })
    const others = [down, candidate({ strikeUsd: 88_000, dte: 9, ...rich }), candidate({ dte: 8, ...rich })]
    const held = shortCall({ ...itm, dte: 9, delta: 0.9 })
    const rollWhen = { delta: 0.8 }
    expect(decide([held], { candidates: others, rollWhen }).proposal.action).toBe('DO_NOTHING')
    const level = candidate({ strikeUsd: 88_000, dte: 10, ...rich })
    expect(decide([held], { candidates: [...others, level], rollWhen }).proposal).toMatchObject({
      params: { toSymbol: level.instrument.symbol },
    })
    const told = decide([held], { candidates: others, rollWhen: { ...rollWhen, maintainHighWaterMark: false } })
    expect(told.proposal).toMatchObject({
      params: { toSymbol: down.instrument.symbol },
      reasoning: expect.stringContaining('Strike 1,000 USD lower'),
    })
  })

  it.each([
    { why: 'the days of the target', rollWhen: {}, target: { dte: 21 }, dte: 21 },
    { why: 'within its most days', rollWhen: {}, target: { dte: 21, maxDte: 14 }, dte: 14 },
    { why: 'within its own most days', rollWhen: { maxDte: 30 }, target: { dte: 21, maxDte: 14 }, dte: 21 },
    { why: 'a Friday', rollWhen: {}, target: { dte: 11, expiry: 'friday' }, dte: 14 },
    { why: 'the soonest', rollWhen: {}, target: { choose: 'nearest-delta', delta: 0.3 }, dte: 11 },
  ] as const)('goes to $why, as its target is told', ({ rollWhen, target, dte }) => {
    const candidates = [11, 14, 21, 40].map((days) => candidate({ strikeUsd: 95_000, dte: days, bidPriceCoin: 0.04 }))
    const symbol = candidates.find((one) => one.dte === dte)?.instrument.symbol
    const how = { candidates, options: { target }, rollWhen: { dte: 1, ...rollWhen } }
    expect(decide([shortCall(itm)], how).proposal).toMatchObject({
      action: 'ROLL_COVERED_CALL',
      params: { toSymbol: symbol },
    })
  })

  it('goes to no expiry that another rung stands on', () => {
    const rung = shortCall({ instrument: { strikeUsd: 95_000 }, dte: 14, sizeCoin: -1 })
    const next = candidate({ strikeUsd: 89_000, dte: 21, delta: 0.34, bidPriceCoin: 0.03 })
    const how = { candidates: [credit, next], options: { target: { rungs: 2 } } }
    expect(decide([shortCall(itm), rung], how).proposal).toMatchObject({
      params: { toSymbol: next.instrument.symbol },
    })
    expect(decide([shortCall(itm), rung], { candidates: how.candidates }).proposal).toMatchObject({
      params: { toSymbol: credit.instrument.symbol },
    })
  })

  it('takes the soonest of two that are due', () => {
    const later = shortCall({ ...itm, dte: 9, delta: 0.9, sizeCoin: -1 })
    const sooner = shortCall({ ...itm, sizeCoin: -1 })
    const how = { rollWhen: { alwaysWhenItm: true }, candidates: [above] }
    expect(decide([later, sooner], how).proposal).toMatchObject({ params: { fromSymbol: sooner.instrument.symbol } })
  })

  it('goes on to the next one that is due where the first cannot be rolled', () => {
    const unoffered = shortCall({ ...itm, askPriceCoin: null })
    const next = shortCall({ ...itm, instrument: { strikeUsd: 88_500 } })
    expect(decide([unoffered, next]).proposal).toMatchObject({ params: { fromSymbol: next.instrument.symbol } })
  })
})

describe('a call that cannot be rolled', () => {
  const called =
    'BTC: short 2 BTC-2JAN26-88000-C (70-delta, 0.6 days), 2.2 % in the money: ' +
    'due for a roll (0.6 days left, rolled from 1 on), but '
  const settles = ', so it is left to settle'

  it.each([
    {
      ...{ rule: 'no-roll-target', call: itm, how: { candidates: [], freeCoin: 0.01 } },
      says: 'no later call at its strike or above is a candidate',
    },
    {
      ...{ rule: 'no-roll-target', call: itm, how: { candidates: [], freeCoin: 0.01, parts: LOW_IVRV } },
      says: 'no later call at its strike or above is a candidate (IV over RV is 0.93, below 1.1)',
    },
    {
      ...{ rule: 'no-roll-target', call: itm },
      how: { freeCoin: 0.01, options: { target: { minDte: 20 } } },
      says: 'no later call at its strike or above counts (1 below-min-dte)',
    },
    { rule: 'no-ask', call: { ...itm, askPriceCoin: null }, how: {}, says: 'nobody offers it' },
    { rule: 'no-ask', call: { ...itm, askPriceCoin: 1.1 }, how: {}, says: 'nobody offers it' },
    { rule: 'reduce-only', call: itm, how: { mode: 'reduce-only' }, says: 'a roll sells, and the mode is reduce-only' },
    {
      ...{ rule: 'roll-too-dear', call: itm, how: { candidates: [debit] } },
      says: 'the cheapest of 1 later calls would cost 0.0136 BTC a coin, and a roll must bring something',
    },
    {
      ...{ rule: 'roll-too-dear', call: itm },
      how: { candidates: [debit], rollWhen: { ...PAY, maxDebit: 0.01 } },
      says: 'the cheapest of 1 later calls would cost 0.0136 BTC a coin, and at most 0.01 BTC may be paid',
    },
    {
      ...{ rule: 'roll-not-covered', call: itm },
      how: {
        ...{ freeCoin: 0.001, rollWhen: PAY },
        candidates: [debit, candidate({ strikeUsd: 99_000, bidPriceCoin: 0.0125 })],
      },
      // Two coins are bought at 0.0245 and sold at 0.012, with a fee of 0.0003 for each coin and leg.
      says: 'the cheapest of 2 later calls would take 0.0262 BTC, and 0.001 BTC are free',
    },
  ] as const)('is left to settle: $rule, $says', ({ rule, call, how, says }) => {
    const decision = decide([shortCall(call)], how)
    expect(decision.proposal).toMatchObject({ action: 'DO_NOTHING' })
    expect(decision.proposal.reasoning.startsWith(`${called}${says}${settles}`)).toBe(true)
    expect(fired(decision)).toContain(rule)
  })

  it('goes to no call that is short already', () => {
    const held = shortCall({ instrument: { strikeUsd: 89_000 }, dte: 14, sizeCoin: -0.1 })
    const second = candidate({ strikeUsd: 89_500, delta: 0.4, bidPriceCoin: 0.026 })
    const both = decide([shortCall(itm), held], { candidates: [credit, second] })
    expect(both.proposal).toMatchObject({ action: 'ROLL_COVERED_CALL', params: { toSymbol: 'BTC-16JAN26-89500-C' } })
    expect(decide([shortCall(itm), held], { candidates: [credit] }).proposal.reasoning).toContain(
      'no later call at its strike or above is a candidate',
    )
  })

  it('waits for an order that rests on it', () => {
    const order: OrderReport = {
      ...{ symbol: shortCall(itm).instrument.symbol, side: 'buy', sizeCoin: 2, priceCoin: 0.02, orderId: '1' },
      ...{ label: 'x', state: 'open', filledCoin: 0, averagePriceCoin: null, postOnly: false, reduceOnly: true },
      ...{ createdMs: 0, updatedMs: 0, cancelReason: null },
    }
    const account = { ...shortOf([shortCall(itm)]), openOrders: [order] }
    const state = agentState([underlying({ portfolio: account, candidates: [credit] })])
    expect(decideAction(state, { rollWhen: { dte: 1 } }).proposal.action).toBe('DO_NOTHING')
  })

  it('names the cheapest later call and its cost among the numbers', () => {
    const candidates = [debit, candidate({ strikeUsd: 99_000, bidPriceCoin: 0.0125 })]
    expect(decide([shortCall(itm)], { freeCoin: 0.001, candidates, rollWhen: PAY }).rules).toContainEqual({
      rule: 'roll-not-covered',
      subject: 'BTC-2JAN26-88000-C',
      fired: true,
      facts: {
        ...{ targets: 2, heldCoin: 2, mostCoin: 0, spareCoin: expect.closeTo(0.001, 12) },
        ...{ cheapest: 'BTC-16JAN26-99000-C', cheapestCoin: expect.closeTo(0.0131, 12) },
      },
    })
  })

  it('is told of once, beside the others', () => {
    const strange = { symbol: 'BTC-26DEC25-90000-C', kind: 'option', sizeCoin: -1 } as const
    const account = { ...shortOf([shortCall({ ...itm, askPriceCoin: null })], 1), otherPositions: [strange] }
    const { proposal } = decideAction(agentState([underlying({ portfolio: account })]), { rollWhen: { dte: 1 } })
    expect(proposal.reasoning).toBe(
      `${called}a roll sells, and the account holds BTC-26DEC25-90000-C, which is no covered call${settles}; short BTC-26DEC25-90000-C.`,
    )
  })

  it('is bought back where the options ask for it, in reduce-only mode too', () => {
    for (const how of [{ candidates: [] }, { mode: 'reduce-only' }] as const) {
      const decision = decide([shortCall(itm)], { ...how, rollWhen: { dte: 1, closeIfUnableToRoll: true } })
      expect(decision.proposal).toMatchObject({
        action: 'CLOSE_COVERED_CALL',
        params: { symbol: shortCall(itm).instrument.symbol, size: 2 },
        reasoning: expect.stringMatching(
          /^Buy back 2 of 2 BTC-2JAN26-88000-C \(70-delta, 0.6 days\), 2.2 % in the money: due .*; at 0.024 BTC\.$/,
        ),
      })
      expect(fired(decision)).toContain('close-if-unable-to-roll')
    }
  })

  it.each([
    { why: 'nobody offers it', call: { ...itm, askPriceCoin: null } },
    { why: 'it is less than the least order', call: { ...itm, sizeCoin: -0.05 } },
  ])('is left to settle even then where $why', ({ call }) => {
    const rollWhen = { dte: 1, closeIfUnableToRoll: true }
    const { proposal } = decide([shortCall(call)], { candidates: [], rollWhen })
    expect(proposal.action).toBe('DO_NOTHING')
  })
})

it.each([
  // Bought at 0.0505, with a fee of 0.0003.
  { priceCoin: 0.05, paidCoin: 0.0508, receivedCoin: 0.0492 },
  // Below 0.005 the tick is finer, and the fee is at most 12.5 % of the price.
  { priceCoin: 0.0004, paidCoin: 0.0005 * 1.125, receivedCoin: 0.0003 * 0.875 },
])('a leg of a roll at $priceCoin is taken one tick beyond it, its fee paid', ({ priceCoin, ...coins }) => {
  expect(buyBackCoin(debit.instrument, priceCoin)).toBeCloseTo(coins.paidCoin, 12)
  expect(saleCoin(candidate({ bidPriceCoin: priceCoin }))).toBeCloseTo(coins.receivedCoin, 12)
})
