import { type AgentMemory, type Breach, parseSymbol, type UnderlyingState, unresolvedIn } from '@cc/models'
import type { RiskLimits } from './options.js'
import { cashChangeCoin, coveredCoin, type Sale } from './sale.js'
import { coins, satoshisDown, satoshisUp } from './trade.js'

/**
 * Never more short calls than coins. Needed: every call short or on its way, less what the roll buys back, and this
 * sale. Covered: the coins that may cover, less what resting buys will cost, and what the trade brings or costs at its
 * worst prices. The value of open calls is not taken off: a call pays out less than its coin, so that would count the
 * liability twice.
 */
export function coverageBreaches(sale: Sale, memory: AgentMemory, { maxCoverage }: RiskLimits): Breach[] {
  const { underlying, sizeCoin, boughtBack } = sale
  const size = satoshisUp(sizeCoin)
  const needed = totalSatoshis(shortCalls(underlying, memory)) - (boughtBack === undefined ? 0 : size) + size
  const covered = satoshisDown(maxCoverage * Math.max(0, coveredCoin(sale) + cashChangeCoin(sale)))
  return needed <= covered
    ? []
    : [
        {
          code: 'coverage-exceeded',
          on: underlying.currency,
          neededCoin: coins(needed),
          coveredCoin: coins(covered),
        },
      ]
}

/**
 * Share of covered coins that is short on the expiry of the sale, the sale included: the specification's per-expiry
 * exposure. A roll within one expiry does not raise it and is never refused for it. Without covered coins there is no
 * share, and coverage refuses.
 */
export function exposureBreaches(sale: Sale, memory: AgentMemory, { maxExpiryExposure: max }: RiskLimits): Breach[] {
  const { underlying, sizeCoin, sold, boughtBack } = sale
  const { expiryMs } = sold.option.instrument
  const covered = coveredCoin(sale)
  if (covered <= 0 || boughtBack?.option.instrument.expiryMs === expiryMs) return []
  const short = totalSatoshis(onExpiry(shortCalls(underlying, memory), expiryMs)) + satoshisUp(sizeCoin)
  return short <= satoshisDown(max * covered)
    ? []
    : [
        {
          code: 'expiry-exposure-exceeded',
          on: underlying.currency,
          expiryMs,
          exposure: coins(short) / covered,
          max,
        },
      ]
}

/** A short call that is or may come to be, in whole satoshis. `undefined` expiry: its symbol cannot be read. */
type ShortCall = { expiryMs: number | undefined; satoshis: number }

/**
 * Every call that the account is short or may find itself short without another decision: positions, the rest of
 * sell orders, and sends of unknown outcome. Long calls give no credit. What cannot be read as a put counts as a
 * call. Counted anew from the account, whatever the state sums up to.
 */
function shortCalls({ currency, portfolio }: UnderlyingState, memory: AgentMemory): ShortCall[] {
  const calls: ShortCall[] = []
  for (const { instrument, sizeCoin } of portfolio.positions) {
    if (instrument.kind === 'call') calls.push({ expiryMs: instrument.expiryMs, satoshis: short(-sizeCoin) })
  }
  // Futures are taken off the covered coins instead.
  for (const { symbol, kind, sizeCoin } of portfolio.otherPositions) {
    if (kind === 'option') calls.push(...mayBeCall(symbol, -sizeCoin))
  }
  for (const { symbol, side, state, sizeCoin, filledCoin } of portfolio.openOrders) {
    if (side === 'sell' && state === 'open') calls.push(...mayBeCall(symbol, sizeCoin - filledCoin))
  }
  const resting = new Set(portfolio.openOrders.map(({ label }) => label))
  for (const { symbol, side, label, sizeCoin } of unresolvedIn(currency, memory)) {
    if (side === 'sell' && !resting.has(label)) calls.push(...mayBeCall(symbol, sizeCoin))
  }
  return calls
}

/** Calls of one expiry, with those that may be of any. */
function onExpiry(calls: readonly ShortCall[], expiryMs: number): ShortCall[] {
  return calls.filter((call) => call.expiryMs === undefined || call.expiryMs === expiryMs)
}

function totalSatoshis(calls: readonly ShortCall[]): number {
  return calls.reduce((sum, { satoshis }) => sum + satoshis, 0)
}

function mayBeCall(symbol: string, shortCoin: number): ShortCall[] {
  const parts = parseSymbol(symbol)
  return parts?.kind === 'put' ? [] : [{ expiryMs: parts?.expiryMs, satoshis: short(shortCoin) }]
}

function short(coin: number): number {
  return Math.max(0, satoshisUp(coin))
}
