import type { AgentMemory, Breach } from '@cc/models'
import type { RiskLimits } from './options.js'
import { cashChangeCoin, type Sale } from './sale.js'
import { coins, satoshisDown, satoshisUp } from './satoshi.js'
import { shortCalls, totalSatoshis } from './short-calls.js'

/**
 * Never more short calls than coins. Needed: every call short or on its way, less what the roll buys back, and this
 * sale. Covered: the coins that may cover, and what the trade brings or costs at its worst prices. The value of open
 * calls is not taken off: a call pays out less than its coin, so that would count the liability twice.
 */
export function coverageBreaches(sale: Sale, memory: AgentMemory, { maxCoverage }: RiskLimits): Breach[] {
  const { currency, portfolio } = sale.underlying
  const size = satoshisUp(sale.sizeCoin)
  const needed = totalSatoshis(shortCalls(sale.underlying, memory)) - (sale.boughtBack === undefined ? 0 : size) + size
  const coveredCoin = Math.max(0, portfolio.coverage.coveredCoin + cashChangeCoin(sale))
  const covered = satoshisDown(maxCoverage * coveredCoin)
  return needed <= covered
    ? []
    : [{ code: 'coverage-exceeded', on: currency, neededCoin: coins(needed), coveredCoin: coins(covered) }]
}
