import type { Currency, OptionInstrument, Side } from '@cc/models'
import type { Order } from './order.js'

/**
 * The account of one currency under segregated standard margin, in coin. Identities: `equity = balance + optionsValue`;
 * `marginBalance = equity − optionsValue`; `availableFunds = marginBalance − initialMargin`; session figures count from
 * the last settlement at 08:00 UTC.
 */
export type AccountView = {
  readonly currency: Currency
  readonly timestampMs: number
  readonly balanceCoin: number
  readonly equityCoin: number
  readonly optionsValueCoin: number
  readonly marginBalanceCoin: number
  /** Positions and resting orders. */
  readonly initialMarginCoin: number
  readonly maintenanceMarginCoin: number
  readonly availableFundsCoin: number
  /** As if the positions of the nearest expiry were gone. */
  readonly projectedInitialMarginCoin: number
  readonly projectedMaintenanceMarginCoin: number
  readonly projectedDeltaTotalCoin: number
  /** Net transaction delta: Σ size × (Black-Scholes delta − mark). */
  readonly deltaTotalCoin: number
  /** Σ size × greek; delta in coin, the others as Deribit quotes greeks. */
  readonly optionsDelta: number
  readonly optionsGamma: number
  readonly optionsVega: number
  readonly optionsTheta: number
  readonly sessionRealisedCoin: number
  readonly sessionUnrealisedCoin: number
  /** Profit of the open positions since they were opened. */
  readonly optionsProfitCoin: number
  readonly positions: readonly PositionView[]
  readonly openOrders: readonly Order[]
}

/** One open position, in coin but where the name says USD. Sizes and greeks are signed and of the whole position. */
export type PositionView = {
  readonly instrument: OptionInstrument
  readonly sizeCoin: number
  readonly averagePriceCoin: number
  readonly averagePriceUsd: number
  readonly markPriceCoin: number
  readonly indexUsd: number
  /** Mark at the last settlement that it was open through; `null` before the first. */
  readonly settlementPriceCoin: number | null
  readonly delta: number
  readonly gamma: number
  readonly vega: number
  readonly theta: number
  readonly initialMarginCoin: number
  readonly maintenanceMarginCoin: number
  /** Of the resting orders of this instrument. */
  readonly openOrdersMarginCoin: number
  /** Since the last settlement, or since it was opened. */
  readonly floatingProfitCoin: number
  /** Realised by trades of this session. */
  readonly realisedProfitCoin: number
  /** (mark − average price) × size. */
  readonly totalProfitCoin: number
}

/**
 * One row of the account's book, as Deribit's transaction log tells it. Cash changes only by rows: the balance is the sum
 * of the changes, to the last bit.
 */
export type LedgerRow = {
  /** Counts all rows of all currencies from 1. */
  readonly id: number
  /** Counts the rows of this currency from 1. */
  readonly userSeq: number
  readonly currency: Currency
  readonly timestampMs: number
  /** Deribit's words. Two-step delivery gives an option in the money two `delivery` rows: the option, then the future. */
  readonly kind: 'deposit' | 'trade' | 'delivery' | 'options_settlement_summary'
  /** `null` where no instrument is meant. Of the second delivery row the future, such as `BTC-27MAR26`. */
  readonly instrumentName: string | null
  /** Deribit's words: `open sell`, `close buy`, `short`, `long`, `-`. */
  readonly side: 'open sell' | 'open buy' | 'close sell' | 'close buy' | 'short' | 'long' | '-' | null
  /** Unsigned; coin for options, USD for futures. */
  readonly amount: number | null
  /** Coin per coin for options, USD for futures. */
  readonly price: number | null
  /** Signed change of the position in coin of option; `null` where none is meant. */
  readonly positionChangeCoin: number | null
  /** Signed, after this row. */
  readonly positionAfterCoin: number | null
  readonly feeCoin: number
  /** Signed change of the balance. */
  readonly changeCoin: number
  readonly balanceCoin: number
  readonly equityCoin: number
  readonly markPriceCoin: number | null
  readonly indexUsd: number
  /** Of an expiry. */
  readonly deliveryPriceUsd: number | null
  readonly sessionRealisedCoin: number
  readonly sessionUnrealisedCoin: number
  readonly tradeId: string | null
  readonly orderId: string | null
  readonly liquidity: 'maker' | 'taker' | null
}

/** One settlement or delivery of a position, for the settlement histories. In coin but where the name says USD. */
export type Settlement = {
  readonly kind: 'settlement' | 'delivery'
  readonly timestampMs: number
  readonly instrument: OptionInstrument
  /** Signed, before it. */
  readonly positionCoin: number
  readonly profitLossCoin: number
  readonly sessionProfitLossCoin: number
  readonly markPriceCoin: number
  readonly indexUsd: number
}

/** What would be traded, for a margin question. */
export type MarginRequest = { symbol: string; side: Side; sizeCoin: number; priceCoin: number }
/** Initial margin that one more order asks for, in coin, and the prices that the exchange takes now. */
export type MarginAnswer = { initialMarginCoin: number; minPriceCoin: number | null; maxPriceCoin: number | null }
