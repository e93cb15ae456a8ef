import type { OptionInstrument, Side } from '@cc/models'

/** How long an order lasts, in Deribit's words. `good_til_day` ends at the settlement of 08:00 UTC. */
export type TimeInForce = 'good_til_cancelled' | 'good_til_day' | 'fill_or_kill' | 'immediate_or_cancel'

/**
 * `market` trades inside the price band and never rests; `market_limit` trades at the best price of the other side and
 * rests what is left there.
 */
type OrderKind = 'limit' | 'market' | 'market_limit'

/** What a client asks for. Sizes in coin, prices in coin per coin of size. */
export type OrderWish = {
  symbol: string
  side: Side
  sizeCoin: number
  kind: OrderKind
  /** `null` where the kind sets it. */
  priceCoin: number | null
  /** Empty for none. Not unique. */
  label: string
  timeInForce: TimeInForce
  postOnly: boolean
  /** With `postOnly`: turned away instead of moved one tick away from the price that it would trade at. */
  rejectPostOnly: boolean
  reduceOnly: boolean
  /** Venue time after which it is not begun; `null`: any time. */
  validUntilMs: number | null
}

/** What an edit changes; a field left out keeps its value. `sizeCoin` is the new total, what has filled included. */
export type OrderChanges = Partial<
  Pick<OrderWish, 'sizeCoin' | 'priceCoin' | 'postOnly' | 'rejectPostOnly' | 'reduceOnly' | 'validUntilMs'>
>

/** An order that reached the exchange, as it stands now. Only the exchange writes to it. */
export type Order = {
  readonly orderId: string
  readonly instrument: OptionInstrument
  readonly side: Side
  readonly label: string
  readonly timeInForce: TimeInForce
  /** What it was sent as. It rests as a limit in any case. */
  readonly kind: OrderKind
  /** Total, what has filled included. */
  readonly sizeCoin: number
  readonly priceCoin: number
  readonly postOnly: boolean
  readonly rejectPostOnly: boolean
  readonly reduceOnly: boolean
  readonly state: 'open' | 'filled' | 'cancelled'
  readonly filledCoin: number
  /** Size-weighted; `null` before the first fill. */
  readonly averagePriceCoin: number | null
  readonly createdMs: number
  readonly updatedMs: number
  /** Whether it was edited. */
  readonly replaced: boolean
  /** Deribit's word for why it ended; `null` while it lives, once it is filled, and where Deribit gives none. */
  readonly cancelReason: string | null
}

/** One trade of the account. Ratios are decimals, money in coin but where the name says USD. */
export type Trade = {
  readonly tradeId: string
  /** Counts the trades of this instrument from 1. */
  readonly tradeSeq: number
  readonly order: Order
  readonly side: Side
  readonly priceCoin: number
  readonly sizeCoin: number
  /** Paid if positive. */
  readonly feeCoin: number
  readonly liquidity: 'maker' | 'taker'
  readonly timestampMs: number
  readonly indexUsd: number
  readonly forwardUsd: number
  readonly markPriceCoin: number
  /** Implied by the price; `null` where none implies it. */
  readonly iv: number | null
  /** Realised by what it closed, fee not included; 0 where it closed nothing. */
  readonly profitLossCoin: number
  /** State of the order after this trade. */
  readonly orderState: Order['state']
}

/** An order that was taken, and what it traded at once. */
export type Placed = { order: Order; trades: readonly Trade[] }

/** Why a request is turned away: Deribit's word, a sentence with the numbers, and the limit where Deribit names one. */
export type Rejection = { code: string; message: string; limit?: number }

export function isRejection<T extends object>(answer: T | Rejection): answer is Rejection {
  return 'code' in answer && 'message' in answer
}
