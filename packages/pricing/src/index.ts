export { type Black76Input, type Black76Value, black76, type OptionKind } from './black76.js'
export { type CoveredCallBreakeven, coveredCallBreakeven } from './breakeven.js'
export { type ChainSummary, type OptionColumns, ROW_OUTCOMES, type RowOutcome } from './chain-columns.js'
export {
  type ConstantMaturityReading,
  constantMaturityIv,
  constantMaturityReading,
  type MaturityIv,
} from './constant-maturity.js'
export { coinToUsd, type PremiumInput, premiumUsd, usdToCoin } from './conversion.js'
export {
  type CoveredCall,
  type CoveredCallOutcome,
  type CoveredCallOutcomeInput,
  type CoveredCallYield,
  type CoveredCallYieldInput,
  coveredCallOutcome,
  coveredCallYield,
  type Yield,
} from './covered-call.js'
export {
  DELIVERY_FEE_RATE,
  type DeliveryFeeInput,
  deliveryFeeCoin,
  purchaseCostCoin,
  saleProceedsCoin,
  TRADE_FEE_CAP,
  type TradeFeeInput,
  tradeFeeCoin,
} from './fees.js'
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
  createImpliedVolColumns,
  type ImpliedVolChainInput,
  type ImpliedVolColumns,
  impliedVolChain,
} from './implied-vol-chain.js'
export { type ImpliedVolatilityInput, impliedVolatility } from './implied-volatility.js'
export type { ChainEngine, ChainOptions } from './kernel/engine.js'
export {
  type ShortCallMargin,
  type ShortCallMarginInput,
  type ShortPutMargin,
  type ShortPutMarginInput,
  shortCallMargin,
  shortPutMargin,
} from './margin.js'
export {
  type CallMarginBreach,
  type CallMarginBreachInput,
  callMarginBreach,
  type MarketShock,
  type ShortCall,
  type ShortCallBook,
  type StressedMargin,
  stressedCallMargin,
} from './margin-stress.js'
export { normalCdf, normalDensity } from './normal-distribution.js'
export { normalQuantile } from './normal-quantile.js'
export { type ParityForward, type ParityQuote, parityForward } from './parity-forward.js'
export { type MoneynessInput, moneyness, type PayoutInput, payoutCoin, payoutUsd } from './payout.js'
export { createPriceColumns, type PriceChainInput, type PriceColumns, priceChain } from './price-chain.js'
export {
  type CloseToCloseInput,
  closeToCloseVolatility,
  type EwmaInput,
  type EwmaVolatility,
  ewmaVolatility,
  PERIODS_PER_YEAR,
} from './realised-volatility.js'
export type { BarColumns, BarTimes, GapRule, RealisedVolatility } from './realised-volatility-bars.js'
export { type HarForecast, type HarInput, harForecast } from './realised-volatility-har.js'
export type { ReturnMemory } from './realised-volatility-memory.js'
export { type RecentVariancesInput, recentVariances } from './realised-volatility-periods.js'
export {
  garmanKlassVolatility,
  parkinsonVolatility,
  rogersSatchellVolatility,
  yangZhangVolatility,
} from './realised-volatility-range.js'
export {
  type RealisedVariances,
  type RealisedVariancesInput,
  realisedVariances,
} from './realised-volatility-variance.js'
export {
  realisedVolatilityWindows,
  type VolatilityWindow,
  type VolatilityWindowsInput,
  type WindowMemory,
} from './realised-volatility-windows.js'
export { openSettlementShare } from './settlement-window.js'
export {
  type ExpiryQuotes,
  type SmileExclusion,
  type SmilePoint,
  type SmilePoints,
  type SmileQuote,
  smilePoints,
} from './smile-quotes.js'
export {
  readSmile,
  readSmileNodes,
  type SmileNodesInput,
  type SmileNodesReading,
  type SmileReading,
  type SmileReadingInput,
} from './smile-reading.js'
export { type StrikeFromDeltaInput, strikeFromDelta } from './strike-from-delta.js'
export { fitSurface, type Surface, type SurfaceOmission, sliceSmile, surfaceIv } from './surface.js'
export type { SliceQuality, SurfaceSlice } from './surface-slice.js'
export {
  checkSviButterfly,
  checkSviCalendar,
  type SviCheck,
  type SviJumpWings,
  type SviParameters,
  type SviRange,
  sviDensityFactor,
  sviJumpWings,
  sviTotalVariance,
} from './svi.js'
export { daysBetween, MS_PER_YEAR, yearsBetween } from './time.js'
export {
  type DvolLike,
  type DvolLikeInput,
  dvolLike,
  type StripExclusion,
  type WingCut,
  wingCutAt,
} from './volatility-index.js'
export { type Strip, type StripInput, type StripStrike, stripVariance } from './volatility-index-strip.js'
