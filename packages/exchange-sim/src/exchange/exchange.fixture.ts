import type { Fill, OrderOutcome, OrderReport, OrderTerms } from '@cc/models'
import { createExchange, type Exchange } from './exchange.js'
import { createScriptedMarket, optionOf, START_MS } from './scripted-market.fixture.js'

export const ALL_TIME = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER }

/** An exchange over a scripted market with 2 BTC and 20 ETH. */
export function exchangeOver(
  market: Parameters<typeof createScriptedMarket>[0] = {},
  depositsCoin: { BTC?: number; ETH?: number } = { BTC: 2, ETH: 20 },
): Exchange {
  const exchange = createExchange({ market: createScriptedMarket(market), currencies: ['BTC', 'ETH'], depositsCoin })
  exchange.advanceTo(START_MS)
  return exchange
}

/** A sale of half a coin at the usual bid, and what differs from it. */
export function termsOf(changes: Partial<OrderTerms> = {}): OrderTerms {
  return {
    symbol: optionOf().symbol,
    side: 'sell',
    sizeCoin: 0.5,
    priceCoin: 0.02,
    label: 'test',
    postOnly: false,
    reduceOnly: false,
    timeInForce: 'good-til-cancelled',
    validUntilMs: Number.MAX_SAFE_INTEGER,
    ...changes,
  }
}

export function accepted(outcome: OrderOutcome): { order: OrderReport; fills: readonly Fill[] } {
  if (outcome.outcome !== 'accepted') throw new Error(JSON.stringify(outcome))
  return outcome
}
