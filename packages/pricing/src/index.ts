export { type Black76Input, type Black76Value, black76, type OptionKind } from './black76.js'
export {
  DELIVERY_FEE_RATE,
  type DeliveryFeeInput,
  deliveryFeeCoin,
  TRADE_FEE_CAP,
  type TradeFeeInput,
  tradeFeeCoin,
} from './fees.js'
export { type ShortCallMargin, type ShortCallMarginInput, shortCallMargin } from './margin.js'
export {
  type MoneynessInput,
  moneyness,
  type PayoutInput,
  type PremiumInput,
  payoutCoin,
  premiumUsd,
} from './payout.js'
export {
  type CloseToCloseInput,
  closeToCloseVolatility,
  PERIODS_PER_YEAR,
  type RealisedVolatility,
} from './realised-volatility.js'
export { isOnStep, roundSizeDown } from './sizes.js'
export {
  isOnTick,
  nextPriceDown,
  nextPriceUp,
  roundPriceDown,
  roundPriceUp,
  type TickRule,
  tickSizeAt,
} from './ticks.js'
export { daysBetween, MS_PER_YEAR, yearsBetween } from './time.js'
