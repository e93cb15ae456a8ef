import type { Breach, MarginQuote } from '@cc/models'
import { shortCallMargin } from '@cc/pricing'
import type { RiskLimits } from './options.js'
import type { QuotedOption } from './resolve-legs.js'
import { cashChangeCoin, type Sale } from './sale.js'

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
  const added = Math.max(formulaCoin(sale.sold.option, sale.sizeCoin), quote?.initialMarginCoin ?? 0)
  const released =
    sale.boughtBack === undefined
      ? 0
      : Math.min(formulaCoin(sale.boughtBack.option, sale.sizeCoin), portfolio.initialMarginCoin)
  const marginCoin = portfolio.initialMarginCoin + added - released
  const balanceCoin = portfolio.marginBalanceCoin + cashChangeCoin(sale)
  const marginUsedPct = balanceCoin > 0 ? (100 * marginCoin) / balanceCoin : null
  return marginUsedPct !== null && marginUsedPct <= maxPct + NOISE_PCT
    ? []
    : [{ code: 'margin-exceeded', on: currency, marginUsedPct, maxPct }]
}

function formulaCoin({ instrument, forwardUsd, markPriceCoin }: QuotedOption, sizeCoin: number): number {
  const { strikeUsd } = instrument
  return shortCallMargin({ sizeCoin, strikeUsd, underlyingUsd: forwardUsd, markCoin: markPriceCoin }).initialMarginCoin
}
