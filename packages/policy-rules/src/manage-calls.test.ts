import type { OptionPosition } from '@cc/models'
import { describe, expect, it } from 'vitest'
import { agentState, candidate, shortCall, shortOf, underlying } from '../test/agent-state.js'
import { decideAction } from './decide-action.js'
import type { RulesOptionsInput } from './options.js'

const decide = (positions: readonly OptionPosition[], options: RulesOptionsInput = {}) =>
  decideAction(agentState([underlying({ portfolio: shortOf(positions) })]), options)

describe('a held call that no rule asks anything of', () => {
  const held = { instrument: { strikeUsd: 80_000 }, dte: 9, askPriceCoin: 0.12, premiumCaptured: 0.62 }

  it.each([
    {
      why: 'deep in the money an hour before its expiry',
      terms: { dte: 0.04, inTheMoney: true, delta: 0.99 },
      says: 'short 2 BTC-2JAN26-80000-C (99-delta, 0.0 days), 62 % of its premium kept',
    },
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
  ])('is left to settle and told of in a few words: $why', ({ terms, says }) => {
    expect(decide([shortCall({ ...held, ...terms })]).proposal).toEqual({
      action: 'DO_NOTHING',
      params: {},
      reasoning: `BTC: ${says}.`,
    })
  })
})

describe('a profit', () => {
  const kept = { dte: 3, askPriceCoin: 0.002, premiumCaptured: 0.8 }
  const TAKE = { closeWhen: { pnl: 0.8 } }

  it('is taken at the share of the premium that is asked for', () => {
    const decision = decide([shortCall(kept)], TAKE)
    expect(decision.proposal).toEqual({
      action: 'CLOSE_COVERED_CALL',
      params: { symbol: 'BTC-5JAN26-91800-C', size: 2 },
      reasoning:
        'Buy back 2 of 2 BTC-5JAN26-91800-C (35-delta, 3 days), ' +
        '80 % of its premium kept, and from 80 % on the profit is taken; at 0.002 BTC.',
    })
    expect(decision.rules).toContainEqual({
      rule: 'close-pnl',
      subject: 'BTC-5JAN26-91800-C',
      fired: true,
      facts: { premiumCaptured: 0.8, pnl: 0.8, dte: 3, minDte: 1 },
    })
  })

  it.each([
    { why: 'by default', call: kept, options: {} },
    { why: 'below that share', call: { ...kept, premiumCaptured: 0.79 }, options: TAKE },
    { why: 'where nobody knows it', call: { ...kept, premiumCaptured: null }, options: TAKE },
    { why: 'on the last day', call: { ...kept, dte: 0.99 }, options: TAKE },
    { why: 'before minDte', call: kept, options: { closeWhen: { pnl: 0.8, minDte: 4 } } },
    { why: 'where nobody offers the call', call: { ...kept, askPriceCoin: null }, options: TAKE },
    { why: 'of less than the smallest order', call: { ...kept, sizeCoin: -0.05 }, options: TAKE },
  ])('is not taken $why', ({ call, options }) => {
    expect(decide([shortCall(call)], options).proposal.action).toBe('DO_NOTHING')
  })

  it('is taken to the hour of minDte, and says why it cannot be', () => {
    expect(decide([shortCall({ ...kept, dte: 1 })], TAKE).proposal.action).toBe('CLOSE_COVERED_CALL')
    expect(decide([shortCall({ ...kept, askPriceCoin: null })], TAKE).proposal.reasoning).toContain(
      '2.0 % out of the money: 80 % of its premium kept, and from 80 % on the profit is taken, but nobody offers it, ' +
        'so it is left to settle.',
    )
  })

  it('is taken of the soonest call first, and of the next where that has none', () => {
    const later = shortCall({ ...kept, dte: 9 })
    expect(decide([later, shortCall(kept)], TAKE).proposal).toMatchObject({ params: { symbol: 'BTC-5JAN26-91800-C' } })
    expect(decide([later, shortCall({ ...kept, premiumCaptured: 0.1 })], TAKE).proposal).toMatchObject({
      params: { symbol: later.instrument.symbol },
    })
  })

  it('gives way to a roll of the same call, and is taken where that cannot be', () => {
    const both = { ...TAKE, rollWhen: { pnl: 0.7 } }
    expect(decide([shortCall(kept)], both).proposal.action).toBe('ROLL_COVERED_CALL')
    const portfolio = shortOf([shortCall(kept)])
    const without = agentState([underlying({ portfolio, candidates: [candidate({ strikeUsd: 91_000 })] })])
    expect(decideAction(without, both).proposal.action).toBe('CLOSE_COVERED_CALL')
  })
})

it('goes through all calls of one coin before those of the next, a profit here before a roll there', () => {
  const kept = shortCall({ dte: 3, askPriceCoin: 0.002, premiumCaptured: 0.8 })
  const due = shortCall({ instrument: { currency: 'ETH', strikeUsd: 88_000 }, dte: 0.6, askPriceCoin: 0.024 })
  const later = candidate({ currency: 'ETH', strikeUsd: 89_000, bidPriceCoin: 0.0265 })
  const state = agentState([
    underlying({ portfolio: shortOf([kept]) }),
    underlying({ currency: 'ETH', portfolio: shortOf([due]), candidates: [later] }),
  ])
  const rollWhen = { dte: 1 }
  expect(decideAction(state, { rollWhen }).proposal.action).toBe('ROLL_COVERED_CALL')
  expect(decideAction(state, { rollWhen, closeWhen: { pnl: 0.8 } }).proposal).toMatchObject({
    action: 'CLOSE_COVERED_CALL',
    params: { symbol: kept.instrument.symbol },
  })
})
