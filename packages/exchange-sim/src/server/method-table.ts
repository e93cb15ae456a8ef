import type { Method } from './method.js'
import { ACCOUNT_METHODS } from './methods/account.js'
import { HISTORY_METHODS } from './methods/history.js'
import { MARKET_METHODS } from './methods/market.js'
import { TRADING_METHODS } from './methods/trading.js'

/** Every method on the market, on orders and on the account. */
export const METHOD_TABLE: readonly Method[] = [
  ...MARKET_METHODS,
  ...TRADING_METHODS,
  ...ACCOUNT_METHODS,
  ...HISTORY_METHODS,
]
