import type { OptionInstrument } from '@cc/models'
import type { Order, Trade } from '../../exchange/order.js'

/** What one channel says, for all who hear it. Data leave it as JSON, written once for everybody. */
export type Feed = {
  /** Least time between two publications; 0: at once. */
  readonly gapMs: number
  /** The book whose changes are news. */
  readonly symbol?: string
  /** Whether a step of the market is news, and what comes with it: listings, expiries, the pause of trading. */
  readonly hearsMarket?: boolean
  /** Whether it is asked about once a second, changed or not. */
  readonly hearsSeconds?: boolean
  /** Takes note of a change of the account; whether it is news. Nothing may be asked of the exchange in here. */
  onOrder?(order: Order): boolean
  onTrade?(trade: Trade): boolean
  onDelivery?(instrument: OptionInstrument): boolean
  /** What one who joins hears first. */
  opening(): readonly string[]
  /**
   * What is new since it was asked last, message by message. `again`: a second has passed, and what channels of its kind
   * repeat is said though it is as before.
   */
  news(again: boolean): readonly string[]
}
