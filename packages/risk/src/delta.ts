import type { Breach } from '@cc/models'
import type { RiskLimits } from './options.js'
import type { Sale } from './sale.js'

/** Noise of float arithmetic in a delta. */
const NOISE = 1e-12

/**
 * Black-Scholes delta of the option book after the trade, over covered coins: the specification's net delta. A trade
 * that does not raise it, such as a roll to a higher strike, is never refused. Without covered coins there is no
 * ratio, and coverage refuses.
 */
export function deltaBreaches(sale: Sale, { maxNetDeltaAbs: max }: RiskLimits): Breach[] {
  const { currency, portfolio } = sale.underlying
  const { coveredCoin } = portfolio.coverage
  const missing: Breach[] = []
  const need = (delta: number | null, symbol: string): number => {
    if (delta === null) missing.push({ code: 'state-incomplete', on: symbol, datum: 'delta' })
    return delta ?? 0
  }

  const before = portfolio.positions
    .filter(({ sizeCoin }) => sizeCoin !== 0)
    .reduce((sum, { instrument, sizeCoin, delta }) => sum + sizeCoin * need(delta, instrument.symbol), 0)
  // An option that no longer lists has a delta still, and nobody quotes it.
  for (const { symbol, kind, sizeCoin } of portfolio.otherPositions) {
    if (kind === 'option' && sizeCoin !== 0) need(null, symbol)
  }
  const { sold, boughtBack, sizeCoin } = sale
  const after =
    before -
    sizeCoin * need(sold.option.delta, sold.option.instrument.symbol) +
    sizeCoin * (boughtBack?.option.delta ?? 0)
  if (missing.length > 0) return missing

  if (coveredCoin <= 0 || Math.abs(after) <= Math.abs(before) + NOISE) return []
  const netDelta = after / coveredCoin
  return Math.abs(netDelta) <= max + NOISE ? [] : [{ code: 'net-delta-exceeded', on: currency, netDelta, max }]
}
