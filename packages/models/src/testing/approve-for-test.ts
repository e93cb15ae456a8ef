import { type ApprovalBounds, ApprovedAction, type ApprovedLeg, ApprovedOrder } from '../approval.js'
import type { OptionInstrument } from '../instrument.js'
import type { OrderTerms } from '../order.js'

/** An approval without a risk engine. For tests only. */
export function approveForTest(bounds: Partial<ApprovalBounds> & Pick<ApprovalBounds, 'legs'>): ApprovedAction {
  return ApprovedAction.seal({
    decisionId: 'cafe0123',
    maxNetDebitCoin: null,
    expiresMs: Number.MAX_SAFE_INTEGER,
    ...bounds,
  })
}

/** One order, approved exactly as wanted. For tests only. */
export function orderForTest(instrument: OptionInstrument, terms: Omit<OrderTerms, 'symbol'>): ApprovedOrder {
  const closes = terms.side === 'buy'
  const leg: ApprovedLeg = {
    leg: closes ? 'close' : 'open',
    instrument,
    side: terms.side,
    maxSizeCoin: terms.sizeCoin,
    worstPriceCoin: terms.priceCoin,
    reduceOnly: closes,
  }
  const order = ApprovedOrder.within(approveForTest({ legs: [leg] }), leg.leg, { ...terms, symbol: instrument.symbol })
  if (order === undefined)
    throw new Error(`The terms for ${instrument.symbol} cannot be approved: a buy must be reduceOnly.`)
  return order
}
