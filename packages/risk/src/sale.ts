import { type Breach, type MarginQuote, parseSymbol, type UnderlyingState } from '@cc/models'
import { shortCallMargin, tradeFeeCoin } from '@cc/pricing'
import type { RiskLimits } from './options.js'
import type { QuotedOption } from './trade.js'

/** An option traded at the worst price that its leg allows. */
type WorstTrade = { option: QuotedOption; priceCoin: number }

/** A call to be sold, after another of the same size was bought back when it is a roll. */
export type Sale = {
  underlying: UnderlyingState
  sizeCoin: number
  sold: WorstTrade
  boughtBack: WorstTrade | undefined
}

/** What the sale changes the coin balance by, fees paid, everything at its worst price. A roll may cost more than it brings. */
export function cashChangeCoin({ sizeCoin, sold, boughtBack }: Sale): number {
  const premiumCoin = sizeCoin * sold.priceCoin - feeCoin(sizeCoin, sold)
  return boughtBack === undefined
    ? premiumCoin
    : premiumCoin - sizeCoin * boughtBack.priceCoin - feeCoin(sizeCoin, boughtBack)
}

/** The coins that may cover, less what resting buys will cost, at the fee of the option that is sold. */
export function coveredCoin({ underlying, sold }: Sale): number {
  const { openOrders, coverage } = underlying.portfolio
  return openOrders
    .filter(({ side, state }) => side === 'buy' && state === 'open')
    .map(({ priceCoin, sizeCoin, filledCoin }) => ({ priceCoin, restCoin: Math.max(0, sizeCoin - filledCoin) }))
    .map(({ priceCoin, restCoin }) => restCoin * priceCoin + feeCoin(restCoin, { option: sold.option, priceCoin }))
    .reduce((left, costCoin) => left - costCoin, coverage.coveredCoin)
}

/** Noise of float arithmetic in a percentage. */
const NOISE_PCT = 1e-9

/**
 * Initial margin over margin balance after the trade: the specification's margin used. The sale costs what the venue
 * quotes or what the formula says, whichever is more; a roll releases what the formula says for the call bought back,
 * and never more than the account holds. `quote` `undefined`: the venue was not asked.
 */
export function marginBreaches(sale: Sale, quote: MarginQuote | undefined, limits: RiskLimits): Breach[] {
  const { currency, portfolio } = sale.underlying
  const { maxMarginUsedPct: maxPct } = limits
  const added = Math.max(marginCoin(sale.sold.option, sale.sizeCoin), quote?.initialMarginCoin ?? 0)
  const released =
    sale.boughtBack === undefined
      ? 0
      : Math.min(marginCoin(sale.boughtBack.option, sale.sizeCoin), portfolio.initialMarginCoin)
  const usedCoin = portfolio.initialMarginCoin + added - released
  const balanceCoin = portfolio.marginBalanceCoin + cashChangeCoin(sale)
  const marginUsedPct = balanceCoin > 0 ? (100 * usedCoin) / balanceCoin : null
  return marginUsedPct !== null && marginUsedPct <= maxPct + NOISE_PCT
    ? []
    : [{ code: 'margin-exceeded', on: currency, marginUsedPct, maxPct }]
}

/** Noise of float arithmetic in a delta. */
const NOISE_DELTA = 1e-12

/**
 * Black-Scholes delta of the option book after the trade, over covered coins: the specification's net delta. It must
 * hold whether the resting sells of calls fill or not. A trade that does not raise it, such as a roll to a higher
 * strike, is never refused. Without covered coins there is no ratio, and coverage refuses.
 */
export function deltaBreaches(sale: Sale, { maxNetDeltaAbs: max }: RiskLimits): Breach[] {
  const { currency, portfolio } = sale.underlying
  const missing: Breach[] = []
  const need = (delta: number | null, symbol: string): number => {
    if (delta === null) missing.push({ code: 'state-incomplete', on: symbol, datum: 'delta' })
    return delta ?? 0
  }

  const book = portfolio.positions
    .filter(({ sizeCoin }) => sizeCoin !== 0)
    .reduce((sum, { instrument, sizeCoin, delta }) => sum + sizeCoin * need(delta, instrument.symbol), 0)
  // An option that no longer lists has a delta still, and nobody quotes it.
  for (const { symbol, kind, sizeCoin } of portfolio.otherPositions) {
    if (kind === 'option' && sizeCoin !== 0) need(null, symbol)
  }
  const { sold, boughtBack, sizeCoin } = sale
  const change = sizeCoin * ((boughtBack?.option.delta ?? 0) - need(sold.option.delta, sold.option.instrument.symbol))
  if (missing.length > 0) return missing

  const covered = coveredCoin(sale)
  if (covered <= 0) return []
  const [netDelta = 0] = [book, book - restingDelta(sale.underlying)]
    .filter((before) => Math.abs(before + change) > Math.abs(before) + NOISE_DELTA)
    .map((before) => (before + change) / covered)
    .sort((a, b) => Math.abs(b) - Math.abs(a))
  return Math.abs(netDelta) <= max + NOISE_DELTA ? [] : [{ code: 'net-delta-exceeded', on: currency, netDelta, max }]
}

/** What resting sells of calls would take from the delta of the book. A call whose delta nobody knows counts as its coin. */
function restingDelta({ portfolio, candidates }: UnderlyingState): number {
  const deltas = new Map(
    [...portfolio.positions, ...candidates].map(({ instrument, delta }) => [instrument.symbol, delta]),
  )
  return portfolio.openOrders
    .filter(({ side, state, symbol }) => side === 'sell' && state === 'open' && parseSymbol(symbol)?.kind !== 'put')
    .reduce((sum, { symbol, sizeCoin, filledCoin }) => {
      const delta = deltas.get(symbol) ?? 1
      return sum + Math.max(0, sizeCoin - filledCoin) * (delta >= 0 && delta <= 1 ? delta : 1)
    }, 0)
}

/** Maker or taker is not known yet: the dearer of the two. */
function feeCoin(sizeCoin: number, { option: { instrument }, priceCoin }: WorstTrade): number {
  const feeRate = Math.max(instrument.makerFeeRate, instrument.takerFeeRate)
  return tradeFeeCoin({ sizeCoin, priceCoin, feeRate })
}

function marginCoin({ instrument, forwardUsd, markPriceCoin }: QuotedOption, sizeCoin: number): number {
  const { strikeUsd } = instrument
  return shortCallMargin({ sizeCoin, strikeUsd, underlyingUsd: forwardUsd, markCoin: markPriceCoin }).initialMarginCoin
}
