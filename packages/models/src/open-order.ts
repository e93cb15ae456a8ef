import { ApprovedOrder } from './approval.js'
import { CcError } from './errors.js'
import type { OrderTerms } from './order.js'

/**
 * What every `Broker.place` calls first: the terms of an order that `@cc/exec` cut, once.
 *
 * @throws CcError `models/forged-order` for anything else, `models/order-already-sent` the second time.
 */
export function openApprovedOrder(order: unknown): OrderTerms {
  if (!ApprovedOrder.is(order)) {
    throw new CcError('This order was not cut from an approval of the risk engine and is not sent.', {
      code: 'models/forged-order',
      recovery: 'halt',
      facts: { received: order === null ? 'null' : typeof order },
    })
  }
  return ApprovedOrder.spend(order)
}
