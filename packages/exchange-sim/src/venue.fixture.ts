import type { Fill, OrderOutcome, OrderReport, OrderTerms } from '@cc/models'
import { optionOf } from './exchange/exchange.fixture.js'

export const ALL_TIME = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER }

/** A sale of half a coin at the usual bid, as the agent's port takes it, and what differs from it. */
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
