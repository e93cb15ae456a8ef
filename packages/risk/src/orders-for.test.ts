import { orderRequestSchema } from '@cc/models'
import { expect, it } from 'vitest'
import {
  CALL,
  candidateOf,
  close,
  instrumentOf,
  LATER_CALL,
  NOTHING,
  open,
  positionOf,
  roll,
  stateOf,
} from '../test/agent-state.js'
import { createRiskGate } from './index.js'

const { ordersFor } = createRiskGate()
const held = stateOf({ portfolio: { positions: [positionOf(CALL, -0.5)] } })
const buy = { symbol: CALL, side: 'buy', sizeCoin: 0.5, priceCoin: 0.0105 }
const sell = { symbol: LATER_CALL, side: 'sell', sizeCoin: 0.5, priceCoin: 0.01 }

it.each([
  ['a sale at the bid', open(LATER_CALL, 0.5), [sell]],
  ['a buy-back at the ask', close(CALL, 0.5), [buy]],
  ['both legs of a roll, the buy first', roll(CALL, LATER_CALL, 0.5), [buy, sell]],
  ['nothing for nothing', NOTHING, []],
  ['nothing for an unknown symbol', open('BTC-30JAN26-1-C', 0.5), []],
  ['nothing for a symbol that is none', close('calls', 0.5), []],
  ['nothing for a roll of which one leg is unknown', roll(CALL, 'BTC-30JAN26-1-C', 0.5), []],
  ['nothing for a size that the venue does not take', open(LATER_CALL, 0.55), []],
  ['nothing for no size at all', open(LATER_CALL, Number.NaN), []],
])('asks the margin of %s', (_, proposal, orders) => {
  expect(ordersFor(proposal, held)).toEqual(orders)
  for (const order of ordersFor(proposal, held)) expect(orderRequestSchema.safeParse(order).success).toBe(true)
})

it('asks nothing where there is no quote, or no market', () => {
  const unquoted = stateOf({ portfolio: { positions: [positionOf(CALL, -0.5, { askPriceCoin: null })] } })
  expect(ordersFor(close(CALL, 0.5), unquoted)).toEqual([])
  const halted = stateOf({ candidates: [candidateOf(CALL, { instrument: instrumentOf(CALL, { state: 'halted' }) })] })
  expect(ordersFor(open(CALL, 0.5), halted)).toEqual([])
})
