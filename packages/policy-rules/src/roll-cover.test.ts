import type { OrderReport } from '@cc/models'
import { describe, expect, it } from 'vitest'
import { agentState, candidate, NOW_MS, portfolio, shortCall, underlying } from '../test/agent-state.js'
import { decideAction } from './decide-action.js'
import type { RulesOptionsInput } from './options.js'

const call = shortCall({ instrument: { strikeUsd: 88_000 }, dte: 0.6, delta: 0.7, askPriceCoin: 0.024 })
/** Rolls to it bring 0.0009 a coin. */
const credit = candidate({ strikeUsd: 89_000, delta: 0.34, bidPriceCoin: 0.0265 })
/** Rolls to it cost 0.0136 a coin. */
const debit = candidate({ strikeUsd: 100_000, delta: 0.22, bidPriceCoin: 0.012 })

const order: OrderReport = {
  ...{ orderId: '1', symbol: 'BTC-9JAN26-95000-C', label: 'of a person', side: 'buy', state: 'open' },
  ...{ sizeCoin: 1, priceCoin: 0.001, filledCoin: 0, averagePriceCoin: null, postOnly: false, reduceOnly: false },
  ...{ createdMs: NOW_MS, updatedMs: NOW_MS, cancelReason: null },
}

/** Two calls are short and due for a roll; so many coins may cover them. */
function decide(
  coveredCoin: number,
  target: typeof credit,
  { writeWhen = {}, openOrders = [], rollWhen = {} }: RulesOptionsInput & { openOrders?: OrderReport[] } = {},
) {
  const coverage = { coveredCoin, committedCoin: 2, freeCoin: Math.max(0, coveredCoin - 2) }
  const account = portfolio({ positions: [call], openOrders, coverage })
  return decideAction(agentState([underlying({ portfolio: account, candidates: [target] })]), {
    rollWhen: { dte: 1, creditOnly: false, ...rollWhen },
    writeWhen,
  })
}

const sizeOf = ({ proposal }: ReturnType<typeof decide>) =>
  proposal.action === 'ROLL_COVERED_CALL' ? proposal.params.size : undefined

describe('what a roll may take', () => {
  it.each([
    { floor: 0, size: 2, why: '0.0272 of 0.03 are paid' },
    { floor: 0.01, size: 1.4, why: '0.02 lie above the floor' },
    { floor: 0.03, size: undefined, why: 'nothing lies above it' },
    { floor: 0.5, size: undefined, why: 'it is not kept already' },
  ])('leaves a floor of $floor alone at a debit, where $why', ({ floor, size }) => {
    expect(sizeOf(decide(2.03, debit, { writeWhen: { capTargetFloor: { BTC: floor } } }))).toBe(size)
  })

  it('is not asked for at a credit, which takes nothing of the floor', () => {
    expect(sizeOf(decide(2, credit, { writeWhen: { capTargetFloor: { BTC: 1 } } }))).toBe(2)
  })

  it.each([
    { coveredCoin: 4.03, target: debit, size: 2, why: 'half of what is left is as much' },
    { coveredCoin: 4.02, target: debit, size: 1.4, why: 'a part of it can be paid' },
    { coveredCoin: 4, target: debit, size: undefined, why: 'half are short already' },
    { coveredCoin: 3.999, target: credit, size: 2, why: 'the credit makes up for it' },
    { coveredCoin: 3.99, target: credit, size: undefined, why: 'the credit is too little' },
  ])('keeps the share that may be short, of $coveredCoin coins: $why', ({ coveredCoin, target, size }) => {
    expect(sizeOf(decide(coveredCoin, target, { writeWhen: { capFactor: 0.5 } }))).toBe(size)
  })

  it('is nothing where no call may be short', () => {
    const { proposal } = decide(4, credit, { writeWhen: { capFactor: 0 } })
    expect(proposal.reasoning).toContain('no call may be short')
  })
})

describe('an order that rests', () => {
  it('on another call keeps a roll from selling beside it, and the call from nothing else', () => {
    const { proposal, rules } = decide(3, credit, { openOrders: [order] })
    expect(proposal.action).toBe('DO_NOTHING')
    expect(proposal.reasoning).toContain('a roll sells, and an order rests on BTC-9JAN26-95000-C')
    const [rule, subject] = ['order-beside', call.instrument.symbol]
    expect(rules).toContainEqual({ rule, subject, fired: true, facts: { orders: 1 } })
    const closed = decide(3, credit, { openOrders: [order], rollWhen: { closeIfUnableToRoll: true } })
    expect(closed.proposal.action).toBe('CLOSE_COVERED_CALL')
  })

  it('is in nobody’s way once it has ended', () => {
    expect(sizeOf(decide(3, credit, { openOrders: [{ ...order, state: 'cancelled' }] }))).toBe(2)
  })
})
