import type { OptionInstrument } from './instrument.js'

export const call: OptionInstrument = {
  symbol: 'BTC-27MAR26-100000-C',
  currency: 'BTC',
  kind: 'call',
  strikeUsd: 100_000,
  expiryMs: Date.UTC(2026, 2, 27, 8),
  tickSizeCoin: 0.0001,
  tickSteps: [{ abovePriceCoin: 0.005, tickSizeCoin: 0.0005 }],
  minSizeCoin: 0.1,
  sizeStepCoin: 0.1,
  makerFeeRate: 0.0003,
  takerFeeRate: 0.0003,
  settlementPeriod: 'month',
  state: 'open',
}
