import { type Currency, formatSymbol, type Greeks, type OptionInstrument } from '@cc/models'
import { type Black76Value, roundPriceDown, roundPriceUp } from '@cc/pricing'

/**
 * Lists one inverse option under Deribit's contract terms: ticks of 0.0001 coin, from 0.005 on of 0.0005; smallest
 * order and step 0.1 BTC or 1 ETH; 0.0003 coin of fee per coin, maker and taker; open.
 *
 * Terms: https://support.deribit.com/hc/en-us/articles/25944688327069-Inverse-Options
 */
export function listOption(option: {
  currency: Currency
  kind: 'call' | 'put'
  strikeUsd: number
  expiryMs: number
}): OptionInstrument {
  const sizeStepCoin = SIZE_STEP_COIN[option.currency]
  return {
    symbol: formatSymbol(option),
    ...option,
    tickSizeCoin: 0.0001,
    tickSteps: TICK_STEPS,
    minSizeCoin: sizeStepCoin,
    sizeStepCoin,
    makerFeeRate: 0.0003,
    takerFeeRate: 0.0003,
    settlementPeriod: settlementPeriodOf(option.expiryMs),
    state: 'open',
  }
}

/** Settlement period of an expiry by its UTC date: the last Friday of a month, another Friday, any other day. */
export function settlementPeriodOf(expiryMs: number): OptionInstrument['settlementPeriod'] {
  const date = new Date(expiryMs)
  if (date.getUTCDay() !== FRIDAY) return 'day'
  return new Date(expiryMs + 7 * DAY_MS).getUTCMonth() === date.getUTCMonth() ? 'week' : 'month'
}

/**
 * The five greeks as Deribit quotes them, of an option valued with Black-76 on its forward: delta is Black-Scholes, the
 * others are of one coin in USD (vega per vol point, rho per 1 % of interest, gamma per USD).
 *
 * Theta is −min(Black theta per day · min(1, days left), the whole option's value at its mark). Marks are stated to
 * 1e-8 coin; inside that the Black value decides. Holds within 1 % for every theta of a recorded chain of 488 options.
 */
export function greeksOf(
  { delta, gamma, vega, rho, priceUsd }: Black76Value,
  option: { forwardUsd: number; iv: number; expiryYears: number; markPriceCoin: number },
): Greeks {
  const { forwardUsd, iv, expiryYears, markPriceCoin } = option
  const perDayUsd = (gamma * (forwardUsd * iv) ** 2) / 2 / DAYS_PER_YEAR
  const markUsd = (sideOfMark: -1 | 1) => (markPriceCoin + (sideOfMark * MARK_STEP_COIN) / 2) * forwardUsd
  const valueUsd = Math.min(Math.max(priceUsd, markUsd(-1)), markUsd(1))
  const theta = 0 - Math.min(perDayUsd * Math.min(1, expiryYears * DAYS_PER_YEAR), valueUsd)
  return { delta, gamma, vega, theta, rho }
}

/**
 * Prices that the exchange takes now: from 0.03 coin below the mark to 0.04 above it, and never short of the quotes.
 *
 * Deribit shows its band and does not publish the formula. This one is assumed, near bands seen on real tickers:
 * mark 0.0069 took 0.0001 to 0.0365, mark 0.0535 took 0.0265 to 0.0935, mark 0.1296 took 0.0945 to 0.1705.
 */
export function priceBand(
  instrument: OptionInstrument,
  quote: { markPriceCoin: number; bidPriceCoin: number | null; askPriceCoin: number | null },
): { minPriceCoin: number; maxPriceCoin: number } {
  const { markPriceCoin, bidPriceCoin, askPriceCoin } = quote
  const lowest = Math.min(markPriceCoin - 0.03, bidPriceCoin ?? Number.POSITIVE_INFINITY)
  const highest = Math.max(markPriceCoin + 0.04, askPriceCoin ?? 0)
  return {
    minPriceCoin: Math.max(instrument.tickSizeCoin, roundPriceDown(Math.max(0, lowest), instrument)),
    maxPriceCoin: roundPriceUp(highest, instrument),
  }
}

/**
 * The highest valid price that is not above another: what `roundPriceDown` gives under the terms of `listOption`, in a
 * tenth of the time, which counts over a million rows.
 */
export function priceBelow(priceCoin: number): number {
  const perCoin = priceCoin < COARSE_FROM_COIN - TICK_NOISE ? FINE_TICKS : COARSE_TICKS
  const ticks = priceCoin * perCoin
  const nearest = Math.round(ticks)
  return (Math.abs(ticks - nearest) <= TICK_NOISE * Math.max(1, nearest) ? nearest : Math.floor(ticks)) / perCoin
}

/** The lowest valid price that is not below another. */
export function priceAbove(priceCoin: number): number {
  const perCoin = priceCoin < COARSE_FROM_COIN - TICK_NOISE ? FINE_TICKS : COARSE_TICKS
  const ticks = priceCoin * perCoin
  const nearest = Math.round(ticks)
  return (Math.abs(ticks - nearest) <= TICK_NOISE * Math.max(1, nearest) ? nearest : Math.ceil(ticks)) / perCoin
}

export const DAY_MS = 86_400_000
const DAYS_PER_YEAR = 365
/** Marks are stated to this. */
const MARK_STEP_COIN = 1e-8
const FRIDAY = 5
const SIZE_STEP_COIN: Readonly<Record<Currency, number>> = { BTC: 0.1, ETH: 1 }
const TICK_STEPS: OptionInstrument['tickSteps'] = Object.freeze([
  Object.freeze({ abovePriceCoin: 0.005, tickSizeCoin: 0.0005 }),
])
const COARSE_FROM_COIN = 0.005
/** Ticks to a coin. */
const FINE_TICKS = 10_000
const COARSE_TICKS = 2_000
/** Of float arithmetic, relative. */
const TICK_NOISE = 1e-12
