import type { OptionPosition } from '@cc/models'
import { describe, expect, it } from 'vitest'
import { agentState, candidate, shortCall, shortOf, underlying } from '../test/agent-state.js'
import { decideAction } from './decide-action.js'
import type { RulesOptionsInput } from './options.js'

type RollWhen = NonNullable<RulesOptionsInput['rollWhen']>

const itm = { instrument: { strikeUsd: 88_000 }, dte: 0.6, delta: 0.7, askPriceCoin: 0.024 }

/** What is done with one call that can be rolled for a credit. The other coins are too little for an order. */
function decide(call: OptionPosition, rollWhen: RollWhen) {
  const target = candidate({ strikeUsd: 100_000, bidPriceCoin: 0.04 })
  const state = agentState([underlying({ portfolio: shortOf([call], 0.09), candidates: [target] })])
  return decideAction(state, { rollWhen })
}

describe('a call is due for a roll', () => {
  it.each<{ why: string; call: Parameters<typeof shortCall>[0]; rollWhen: RollWhen; rule?: string }>([
    { why: 'never by default, in the money hours before', call: itm, rollWhen: {} },
    { why: 'by days, in the money', call: itm, rollWhen: { dte: 1 }, rule: 'roll-dte' },
    { why: 'by days, to the day', call: { ...itm, dte: 1 }, rollWhen: { dte: 1 }, rule: 'roll-dte' },
    { why: 'not an hour before that', call: { ...itm, dte: 1.04 }, rollWhen: { dte: 1 } },
    { why: 'not by days, out of the money', call: { dte: 0.6 }, rollWhen: { dte: 1 } },
    { why: 'by days, when all are', call: { dte: 0.6 }, rollWhen: { dte: 1, which: 'all' }, rule: 'roll-dte' },
    {
      why: 'by days, with enough premium kept',
      call: { ...itm, premiumCaptured: 0 },
      rollWhen: { dte: 1, minPnl: 0 },
      rule: 'roll-dte',
    },
    { why: 'not with too little', call: { ...itm, premiumCaptured: -0.1 }, rollWhen: { dte: 1, minPnl: 0 } },
    {
      why: 'not with nobody knows how much',
      call: { ...itm, premiumCaptured: null },
      rollWhen: { dte: 1, minPnl: -9 },
    },
    { why: 'by premium kept', call: { dte: 9, premiumCaptured: 0.9 }, rollWhen: { pnl: 0.9 }, rule: 'roll-pnl' },
    { why: 'not below it', call: { dte: 9, premiumCaptured: 0.89 }, rollWhen: { pnl: 0.9 } },
    { why: 'not where it is unknown', call: { dte: 9, premiumCaptured: null }, rollWhen: { pnl: 0.9 } },
    { why: 'by delta days before', call: { ...itm, dte: 9, delta: 0.8 }, rollWhen: { delta: 0.8 }, rule: 'roll-delta' },
    { why: 'not below it', call: { ...itm, dte: 9, delta: 0.79 }, rollWhen: { delta: 0.8 } },
    { why: 'not of unknown delta', call: { ...itm, dte: 9, delta: null }, rollWhen: { delta: 0.8 } },
    {
      why: 'in the money, where every such call is',
      call: { ...itm, dte: 9 },
      rollWhen: { alwaysWhenItm: true },
      rule: 'roll-always-when-itm',
    },
    { why: 'not out of the money', call: { dte: 9 }, rollWhen: { alwaysWhenItm: true } },
    { why: 'not once expired', call: { ...itm, dte: -0.01 }, rollWhen: { dte: 1 } },
    {
      why: 'not while its book is locked',
      call: { ...itm, instrument: { strikeUsd: 88_000, state: 'locked' } },
      rollWhen: { dte: 1 },
    },
    { why: 'not when it is long', call: { ...itm, sizeCoin: 2 }, rollWhen: { dte: 1 } },
    { why: 'not when it is a put', call: { ...itm, instrument: { kind: 'put' } }, rollWhen: { dte: 1 } },
  ])('$why', ({ call, rollWhen, rule }) => {
    const decision = decide(shortCall(call), rollWhen)
    expect(decision.proposal.action).toBe(rule === undefined ? 'DO_NOTHING' : 'ROLL_COVERED_CALL')
    const fired = decision.rules?.filter((one) => one.fired).map((one) => one.rule)
    if (rule !== undefined) expect(fired).toEqual([rule, 'roll-target'])
  })

  it('and lists every rule with its numbers, those that are off as not fired', () => {
    const symbol = shortCall(itm).instrument.symbol
    const { rules } = decide(shortCall(itm), { dte: 1 })
    const captured = expect.closeTo(-1.0769, 4)
    expect(rules?.filter(({ rule, subject }) => rule.startsWith('roll-') && subject === symbol).slice(0, 4)).toEqual([
      {
        ...{ rule: 'roll-dte', subject: symbol, fired: true },
        facts: {
          ...{ dte: 0.6, maxDte: 1, inTheMoney: true, which: 'in-the-money' },
          ...{ premiumCaptured: captured, minPnl: null },
        },
      },
      { rule: 'roll-pnl', subject: symbol, fired: false, facts: { premiumCaptured: captured, pnl: null } },
      { rule: 'roll-delta', subject: symbol, fired: false, facts: { delta: 0.7, minDelta: null } },
      {
        ...{ rule: 'roll-always-when-itm', subject: symbol, fired: false },
        facts: { inTheMoney: true, alwaysWhenItm: false },
      },
    ])
  })
})

describe('a call that would be due as soon as it is sold', () => {
  const near = candidate({ dte: 7, delta: 0.4 })
  const inside = candidate({ strikeUsd: 89_000, dte: 14, delta: 0.55, bidPriceCoin: 0.04 })

  it.each<{ why: string; call: typeof near; options: RulesOptionsInput; isSold: boolean }>([
    { why: 'for its days', call: near, options: { rollWhen: { dte: 7, which: 'all' } }, isSold: false },
    { why: 'a day later', call: near, options: { rollWhen: { dte: 6, which: 'all' } }, isSold: true },
    { why: 'for its days in the money', call: inside, options: { rollWhen: { dte: 14 } }, isSold: false },
    { why: 'in the money alone', call: near, options: { rollWhen: { dte: 14 } }, isSold: true },
    {
      why: 'whatever it loses',
      call: near,
      options: { rollWhen: { dte: 9, which: 'all', minPnl: -1 } },
      isSold: false,
    },
    { why: 'with a profit', call: near, options: { rollWhen: { dte: 9, which: 'all', minPnl: 0.1 } }, isSold: true },
    { why: 'by premium kept', call: near, options: { rollWhen: { pnl: 0.5 }, closeWhen: { pnl: 0.5 } }, isSold: true },
    { why: 'for a roll by delta', call: near, options: { rollWhen: { delta: 0.4 } }, isSold: false },
    { why: 'at a higher delta', call: near, options: { rollWhen: { delta: 0.41 } }, isSold: true },
    { why: 'in the money', call: inside, options: { rollWhen: { alwaysWhenItm: true } }, isSold: false },
    { why: 'for an exit', call: near, options: { closeWhen: { delta: 0.4 } }, isSold: false },
    { why: 'for an exit at a higher delta', call: near, options: { closeWhen: { delta: 0.41 } }, isSold: true },
  ])('is sold, $why: $isSold', ({ call, options, isSold }) => {
    const { proposal } = decideAction(agentState([underlying({ candidates: [call] })]), options)
    expect(proposal.action).toBe(isSold ? 'OPEN_COVERED_CALL' : 'DO_NOTHING')
    if (!isSold) expect(proposal.reasoning).toBe('BTC: none of 1 candidates counts (1 due-at-once).')
  })

  it('is no target of a roll', () => {
    const held = shortCall({ ...itm, delta: 0.7 })
    const rolled = (delta: number) => {
      const target = candidate({ strikeUsd: 95_000, bidPriceCoin: 0.04, delta })
      const state = agentState([underlying({ portfolio: shortOf([held], 0.09), candidates: [target] })])
      return decideAction(state, { rollWhen: { delta: 0.6 } }).proposal
    }
    expect(rolled(0.59).action).toBe('ROLL_COVERED_CALL')
    expect(rolled(0.6).reasoning).toContain('no later call at its strike or above counts (1 due-at-once)')
  })
})
