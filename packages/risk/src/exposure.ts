import type { AgentMemory, Breach } from '@cc/models'
import type { RiskLimits } from './options.js'
import type { Sale } from './sale.js'
import { coins, satoshisDown, satoshisUp } from './satoshi.js'
import { onExpiry, shortCalls, totalSatoshis } from './short-calls.js'

/**
 * Share of covered coins that is short on the expiry of the sale, the sale included: the specification's per-expiry
 * exposure. Without covered coins there is no share, and coverage refuses.
 */
export function exposureBreaches(sale: Sale, memory: AgentMemory, { maxExpiryExposure: max }: RiskLimits): Breach[] {
  const { currency, portfolio } = sale.underlying
  const { coveredCoin } = portfolio.coverage
  if (coveredCoin <= 0) return []
  const { expiryMs } = sale.sold.option.instrument
  const size = satoshisUp(sale.sizeCoin)
  const boughtBack = sale.boughtBack?.option.instrument.expiryMs === expiryMs ? size : 0
  const short = totalSatoshis(onExpiry(shortCalls(sale.underlying, memory), expiryMs)) - boughtBack + size
  return short <= satoshisDown(max * coveredCoin)
    ? []
    : [{ code: 'expiry-exposure-exceeded', on: currency, expiryMs, exposure: coins(short) / coveredCoin, max }]
}
