export { type Black76Input, type Black76Value, black76, type OptionKind } from './black76.js'
export {
  DELIVERY_FEE_RATE,
  type DeliveryFeeInput,
  deliveryFeeCoin,
  type MoneynessInput,
  moneyness,
  type PayoutInput,
  type PremiumInput,
  payoutCoin,
  premiumUsd,
  type ShortCallMargin,
  type ShortCallMarginInput,
  shortCallMargin,
  TRADE_FEE_CAP,
  type TradeFeeInput,
  tradeFeeCoin,
} from './contract.js'
export {
  isOnStep,
  isOnTick,
  nextPriceDown,
  nextPriceUp,
  roundPriceDown,
  roundPriceUp,
  roundSizeDown,
  type TickRule,
  tickSizeAt,
} from './grid.js'
export {
  type CloseToCloseInput,
  closeToCloseVolatility,
  PERIODS_PER_YEAR,
  type RealisedVolatility,
} from './realised-volatility.js'
export { daysBetween, MS_PER_YEAR, yearsBetween } from './time.js'
