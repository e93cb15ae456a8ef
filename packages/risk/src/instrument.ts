import { type Breach, type OptionInstrument, parseSymbol } from '@cc/models'
import { isOnStep } from '@cc/pricing'
import type { RiskLimits } from './options.js'
import type { Trade } from './resolve-legs.js'
import { satoshisDown, satoshisUp } from './satoshi.js'

/** Why the venue would not take an order of this size in this instrument now, or the agent does not trade its kind. */
export function instrumentBreaches(instrument: OptionInstrument, sizeCoin: number, nowMs: number): Breach[] {
  const { symbol: on, kind, state, expiryMs, minSizeCoin, sizeStepCoin } = instrument
  const breaches: Breach[] = []
  if (kind !== 'call') breaches.push({ code: 'not-a-call', on })
  if (state !== 'open') breaches.push({ code: 'instrument-not-open', on, state })
  if (!(expiryMs > nowMs)) breaches.push({ code: 'instrument-expired', on, expiryMs, nowMs })
  if (!(sizeCoin >= minSizeCoin)) breaches.push({ code: 'size-too-small', on, sizeCoin, minSizeCoin })
  if (sizeCoin > 0 && !isOnStep(sizeCoin, sizeStepCoin)) {
    breaches.push({ code: 'size-off-step', on, sizeCoin, stepCoin: sizeStepCoin })
  }
  return breaches
}

/** A sale larger than any that is meant: a slipped digit. */
export function largestOrderBreaches({ open, sizeCoin }: Trade, { maxOrderCoin }: RiskLimits): Breach[] {
  if (open?.underlying === undefined) return []
  const maxSizeCoin = maxOrderCoin[open.underlying.currency]
  return sizeCoin <= maxSizeCoin ? [] : [{ code: 'size-too-large', on: open.symbol, sizeCoin, maxSizeCoin }]
}

/** What is sold is a candidate, and what is bought back is held. */
export function symbolBreaches({ close, open, sizeCoin }: Trade): Breach[] {
  const breaches: Breach[] = []
  if (close !== undefined && !isHeld(close, sizeCoin)) {
    breaches.push({ code: 'position-missing', on: close.symbol, sizeCoin, heldCoin: close.heldCoin })
  }
  if (open !== undefined && open.option === undefined) breaches.push({ code: 'symbol-unknown', on: open.symbol })
  return breaches
}

/** Whether the account is short at least this many of the call. */
export function isHeld({ heldCoin }: { heldCoin: number }, sizeCoin: number): boolean {
  return satoshisUp(sizeCoin) <= satoshisDown(heldCoin)
}

/** A roll goes to another call of the same coin that does not expire earlier. */
export function rollBreaches({ close, open }: Trade): Breach[] {
  if (close === undefined || open === undefined) return []
  if (close.symbol === open.symbol) return [{ code: 'roll-same-symbol', on: close.symbol }]
  const pair = { on: close.symbol, to: open.symbol }
  const [from, to] = [parseSymbol(close.symbol), parseSymbol(open.symbol)]
  // A symbol that cannot be read is unknown, and refused as that.
  if (from === undefined || to === undefined) return []
  const breaches: Breach[] = []
  if (from.currency !== to.currency) breaches.push({ code: 'roll-other-currency', ...pair })
  if (to.expiryMs < from.expiryMs) breaches.push({ code: 'roll-earlier-expiry', ...pair })
  return breaches
}
