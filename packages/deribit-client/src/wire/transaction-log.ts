import { z } from 'zod'
import { wireObject } from './wire-object.js'

/**
 * One row of the account's book. Amounts of money in `currency`.
 * https://docs.deribit.com/api-reference/account-management/private-get_transaction_log
 */
const transactionSchema = wireObject(
  {
    id: z.int(),
    /**
     * `trade`, `settlement`, `transfer`, `deposit`, `withdrawal`, `correction`, `swap`, `options_settlement_summary` (moves no
     * cash), …; grows. An option ends by `delivery`; since September 2026 by `expiry` worthless, `assignment` of a short or
     * `exercise` of a long one.
     */
    type: z.string(),
    currency: z.string(),
    /** UTC epoch milliseconds. */
    timestamp: z.int(),
    instrument_name: z.string().nullish(),
    /** `open sell`, `close buy`, `long`, `short`, `-`, …; more may come. */
    side: z.string().nullish(),
    /** Coin for options, USD for inverse futures. Unsigned: `side` says which way. */
    amount: z.number().nullish(),
    price: z.number().nullish(),
    /** Size of the position after it, signed. */
    position: z.number().nullish(),
    /** Fee. `null` where none applies. */
    commission: z.number().nullish(),
    /** Change of cash, fees included. */
    change: z.number(),
    cashflow: z.number().nullish(),
    /** Cash after it. */
    balance: z.number(),
    equity: z.number().nullish(),
    mark_price: z.number().nullish(),
    /** USD. */
    index_price: z.number().nullish(),
    /** Delivery price in USD, on deliveries. */
    settlement_price: z.number().nullish(),
    trade_id: z.string().nullish(),
    order_id: z.string().nullish(),
  },
  'block_rfq_id contracts fee_balance fee_role info interest_pl ip price_currency profit_as_cashflow realized_pl session_rpl session_upl total_interest_pl unrealized_pl user_id user_role user_seq username',
)
export type WireTransaction = z.infer<typeof transactionSchema>

/** One page, newest first. A `continuation` of `null` says that it was the last. */
export const transactionLogSchema = wireObject({ logs: z.array(transactionSchema), continuation: z.int().nullish() })
export type WireTransactionLog = z.infer<typeof transactionLogSchema>
