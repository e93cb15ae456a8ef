import type { Breach, MarginQuote } from '@cc/models'
import { shortCallMargin } from '@cc/pricing'
import { COARSE_NOISE } from './check.js'
import type { RiskLimits } from './options.js'
import { callsEndedSatoshis, type Sale } from './sale.js'
import { coins, satoshisUp } from './satoshis.js'
import {
  MAINTENANCE_RATE,
  STRESS_MOVES_PCT,
  type StressedCall,
  stressedMaintenanceAtMostCoin,
  stressedMaintenanceCoin,
} from './stress.js'
import type { QuotedOption } from './trade.js'

/**
 * Initial margin over margin balance after the trade: the specification's margin used. The sale costs what the venue
 * quotes or what the formula says, whichever is more; a roll releases what the formula says for the call bought back,
 * and never more than the account holds. `quote` `undefined`: the venue was not asked.
 */
export function marginBreach(sale: Sale, quote: MarginQuote | undefined, limits: RiskLimits): Breach | undefined {
  const { underlying, sizeCoin, sold, boughtBack } = sale
  const { initialMarginCoin } = underlying.portfolio
  const { maxMarginUsedPct: maxPct } = limits
  const added = Math.max(marginOf(sold.option, sizeCoin).initialMarginCoin, quote?.initialMarginCoin ?? 0)
  const released = boughtBack === undefined ? 0 : marginOf(boughtBack.option, sizeCoin).initialMarginCoin
  const marginUsedPct = ofBalancePct(sale, Math.max(0, initialMarginCoin - released) + added)
  return isWithin(marginUsedPct, maxPct)
    ? undefined
    : { code: 'margin-exceeded', on: underlying.currency, marginUsedPct, maxPct }
}

/**
 * Maintenance margin over margin balance after the trade, at today's prices: what the account reports, this sale, and the
 * sales under way, whose maintenance no report holds yet.
 */
export function maintenanceBreach(sale: Sale, { maxMaintenancePct: maxPct }: RiskLimits): Breach | undefined {
  const { underlying, sizeCoin, sold, boughtBack, shorts } = sale
  let addedCoin = marginOf(sold.option, sizeCoin).maintenanceMarginCoin
  for (const { pending, satoshis, option } of shorts) {
    // A call can never be marked above its coin.
    if (pending !== undefined) addedCoin += coins(satoshis) * (MAINTENANCE_RATE + (option?.markPriceCoin ?? 1))
  }
  const released = boughtBack === undefined ? 0 : marginOf(boughtBack.option, sizeCoin).maintenanceMarginCoin
  const heldCoin = Math.max(0, underlying.portfolio.maintenanceMarginCoin - released)
  const maintenancePct = ofBalancePct(sale, heldCoin + addedCoin)
  return isWithin(maintenancePct, maxPct)
    ? undefined
    : { code: 'maintenance-exceeded', on: underlying.currency, maintenancePct, maxPct }
}

/**
 * Maintenance margin over margin balance after the trade, were index and forwards higher and all volatility 20 points: of
 * every call that is short or may be, this sale among them. Margin rises with the forward, so what holds at the largest
 * move holds at all.
 */
export function stressBreaches(sale: Sale, atMs: number, { maxStressPct: maxPct }: RiskLimits): Breach[] {
  const { underlying, sizeCoin, sold, boughtBack, shorts } = sale
  const calls: StressedCall[] = [...shorts, { satoshis: satoshisUp(sizeCoin), option: sold.option }]
  // What a roll buys back is short no more.
  calls.push({ satoshis: -callsEndedSatoshis(sale), option: boughtBack?.option })
  const largest = { movePct: Math.max(...STRESS_MOVES_PCT), atMs }
  if (isWithin(ofBalancePct(sale, stressedMaintenanceAtMostCoin(calls, largest)), maxPct)) return []

  const breaches: Breach[] = []
  for (const movePct of STRESS_MOVES_PCT) {
    const maintenancePct = ofBalancePct(sale, stressedMaintenanceCoin(calls, { movePct, atMs }))
    if (isWithin(maintenancePct, maxPct)) continue
    breaches.push({ code: 'stress-exceeded', on: underlying.currency, spotMovePct: movePct, maintenancePct, maxPct })
  }
  return breaches
}

/** Percent of the margin balance after the trade; `null` where not a satoshi of it is left. */
function ofBalancePct({ underlying, cashCoin }: Sale, marginCoin: number): number | null {
  const balanceCoin = underlying.portfolio.marginBalanceCoin + cashCoin
  return balanceCoin >= A_SATOSHI ? (100 * marginCoin) / balanceCoin : null
}

const A_SATOSHI = 1e-8

function isWithin(pct: number | null, maxPct: number): boolean {
  return pct !== null && pct <= maxPct + COARSE_NOISE
}

function marginOf({ instrument, forwardUsd, markPriceCoin }: QuotedOption, sizeCoin: number) {
  const { strikeUsd } = instrument
  return shortCallMargin({ sizeCoin, strikeUsd, underlyingUsd: forwardUsd, markCoin: markPriceCoin })
}
