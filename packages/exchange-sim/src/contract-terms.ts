import { type Currency, formatSymbol, type OptionInstrument } from '@cc/models'

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

const DAY_MS = 86_400_000
const FRIDAY = 5
const SIZE_STEP_COIN: Readonly<Record<Currency, number>> = { BTC: 0.1, ETH: 1 }
const TICK_STEPS: OptionInstrument['tickSteps'] = [{ abovePriceCoin: 0.005, tickSizeCoin: 0.0005 }]
