import type { OptionInstrument } from '@cc/models'
import type { LedgerRow } from './account-view.js'
import type { Position } from './position.js'
import { cashOfDelivery } from './trade-cash.js'

/** The end of one expiry. */
export type Delivery = { expiryMs: number; deliveryUsd: number; indexUsd: number }

/** What is told of a ledger row; the book adds its numbers, balances and what is left out as `null` or 0. */
export type ToldRow = Pick<LedgerRow, 'kind' | 'timestampMs' | 'indexUsd'> &
  Partial<Omit<LedgerRow, 'id' | 'userSeq' | 'currency' | 'balanceCoin'>>

/**
 * The rows that the delivery of a position leaves. The first is the option's: it closes the position at the payout and
 * carries all the cash and the fee. In the money a second one follows, of the future that the option was exchanged for at
 * the strike: it ends at the delivery price, and its cash has been booked. Out of the money the first is the only one, of
 * 0.
 *
 * Two steps since 1 Aug 2026: https://insights.deribit.com/exchange-updates/change-to-option-delivery-process. How
 * Deribit splits the cash between the rows is not published.
 */
export function deliveryRows(
  { instrument, sizeCoin }: Position,
  { expiryMs, deliveryUsd, indexUsd }: Delivery,
): readonly (ToldRow & { changeCoin: number })[] {
  const { payoutPerCoin, ...cash } = cashOfDelivery(instrument, { sizeCoin, deliveryUsd })
  const moment = { kind: 'delivery', timestampMs: expiryMs, indexUsd, deliveryPriceUsd: deliveryUsd } as const
  const option = {
    ...moment,
    instrumentName: instrument.symbol,
    side: wordOf(sizeCoin),
    amount: Math.abs(sizeCoin),
    price: payoutPerCoin,
    markPriceCoin: payoutPerCoin,
    positionChangeCoin: -sizeCoin,
    positionAfterCoin: 0,
    ...cash,
  }
  if (payoutPerCoin === 0) return [option]
  const future = {
    ...moment,
    instrumentName: futureOf(instrument),
    side: wordOf(instrument.kind === 'call' ? sizeCoin : -sizeCoin),
    amount: Math.abs(sizeCoin) * instrument.strikeUsd,
    price: deliveryUsd,
    changeCoin: 0,
  }
  return [option, future]
}

/** The future of the same expiry, such as `BTC-27MAR26`. */
function futureOf({ symbol }: OptionInstrument): string {
  return symbol.split('-').slice(0, 2).join('-')
}

function wordOf(signedCoin: number): 'long' | 'short' {
  return signedCoin > 0 ? 'long' : 'short'
}
