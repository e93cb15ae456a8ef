import { z } from 'zod'
import { accountSummariesSchema, accountSummarySchema, simulatedPortfolioSchema } from '../wire/account-summary.js'
import { currencyInfoSchema } from '../wire/instrument.js'
import { positionSchema } from '../wire/position.js'
import { settlementsSchema } from '../wire/settlement.js'
import { transactionLogSchema } from '../wire/transaction-log.js'
import { defineMethod } from './define-method.js'
import { settlementPage } from './history.js'
import {
  accountCurrency,
  currency,
  currencyOrAny,
  flag,
  instrumentName,
  noParams,
  subaccountId,
  wholeNumber,
  withSpan,
} from './params.js'

export const getAccountSummary = defineMethod({
  name: 'private/get_account_summary',
  params: z.strictObject({
    currency: accountCurrency,
    subaccount_id: subaccountId.optional(),
    extended: flag.optional(),
  }),
  result: accountSummarySchema,
})

export const getAccountSummaries = defineMethod({
  name: 'private/get_account_summaries',
  params: z.strictObject({ subaccount_id: subaccountId.optional(), extended: flag.optional() }),
  result: accountSummariesSchema,
})

export const getPositions = defineMethod({
  name: 'private/get_positions',
  params: z.strictObject({
    currency: currencyOrAny.optional(),
    kind: z.enum(['future', 'option', 'future_combo', 'option_combo']).optional(),
    subaccount_id: subaccountId.optional(),
  }),
  result: z.array(positionSchema),
})

export const getPosition = defineMethod({
  name: 'private/get_position',
  params: z.strictObject({ instrument_name: instrumentName }),
  result: positionSchema,
})

export const simulatePortfolio = defineMethod({
  name: 'private/simulate_portfolio',
  params: z.strictObject({
    currency,
    add_positions: flag.optional(),
    simulated_positions: z.record(instrumentName, z.number()).optional(),
  }),
  result: simulatedPortfolioSchema,
})

/** Since 21 July 2026; not in the published specification. */
export const getAccountCurrencies = defineMethod({
  name: 'private/get_currencies',
  params: noParams,
  result: z.array(currencyInfoSchema),
})

export const getSettlementHistoryByCurrency = defineMethod({
  name: 'private/get_settlement_history_by_currency',
  params: z.strictObject({ currency, ...settlementPage }),
  result: settlementsSchema,
})

export const getSettlementHistoryByInstrument = defineMethod({
  name: 'private/get_settlement_history_by_instrument',
  params: z.strictObject({ instrument_name: instrumentName, ...settlementPage }),
  result: settlementsSchema,
})

export const getTransactionLog = defineMethod({
  name: 'private/get_transaction_log',
  pool: 'transaction-log',
  params: withSpan({
    currency: accountCurrency,
    query: z.string().optional(),
    count: wholeNumber(1, 250).optional(),
    subaccount_id: subaccountId.optional(),
    continuation: wholeNumber(0, Number.MAX_SAFE_INTEGER).optional(),
  }),
  result: transactionLogSchema,
})
