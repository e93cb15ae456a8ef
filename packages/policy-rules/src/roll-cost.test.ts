import { expect, it } from 'vitest'
import { candidate, shortCall } from '../test/agent-state.js'
import { rollCostCoin } from './roll-cost.js'

const call = (askPriceCoin: number) => ({ ...shortCall({ sizeCoin: -2 }), askPriceCoin })

it.each([
  // Bought at 0.0505 and sold at 0.0115, each with a fee of 0.0003.
  { why: 'a debit', askPriceCoin: 0.05, bidPriceCoin: 0.012, costCoin: 0.0396 },
  { why: 'a credit', askPriceCoin: 0.0085, bidPriceCoin: 0.012, costCoin: -0.0019 },
  // Below 0.005 the tick is finer, and the fee is at most 12.5 % of the price.
  { why: 'a credit on cheap calls', askPriceCoin: 0.0001, bidPriceCoin: 0.004, costCoin: 0.000225 - 0.0036 },
])('takes $why one tick beyond the quotes, fees paid', ({ askPriceCoin, bidPriceCoin, costCoin }) => {
  expect(rollCostCoin(call(askPriceCoin), candidate({ bidPriceCoin }))).toBeCloseTo(costCoin, 12)
})
