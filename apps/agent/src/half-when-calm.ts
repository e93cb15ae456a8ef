import type { AgentState, Currency, MarketData, Policy } from '@cc/models'
import { createRulesPolicy, type RulesOptionsInput } from '@cc/policy-rules'
import type { Coins } from './flags.js'

/**
 * Sells calls on half of `sizeCoin` while the volatility index of the coin is low for its year: while its last daily close
 * is below the median of those of 365 days. Else it sells on all of it, and on nothing where fewer than nine tenths of the
 * closes are known. The idea of Cboe's BXMC, which sells half below a VIX of 20:
 * https://www.cboe.com/us/indices/dashboard/BXMC
 */
export function halfWhenCalm(
  { rules, sizeCoin }: { rules: RulesOptionsInput; sizeCoin: Coins },
  market: Pick<MarketData, 'history'>,
): Policy {
  const known = new Map<Currency, { day: number; calm: boolean | undefined }>()
  const isCalm = async (currency: Currency, timeMs: number) => {
    const day = Math.floor(timeMs / DAY_MS)
    const last = known.get(currency)
    if (last?.day === day) return last.calm
    const calm = isBelowMedian(await closesBefore(market, currency, day))
    known.set(currency, { day, calm })
    return calm
  }
  return {
    name: 'rules',
    async decide(state, signal) {
      const size: Partial<Record<Currency, number>> = { ...sizeCoin }
      const setAside = [...state.memory.setAside]
      for (const { currency } of state.underlyings) {
        const calm = await isCalm(currency, state.timeMs)
        const coin = sizeCoin[currency]
        if (calm === undefined) setAside.push(currency)
        else if (calm && coin !== undefined) size[currency] = coin / 2
      }
      const seen: AgentState = { ...state, memory: { ...state.memory, setAside } }
      return createRulesPolicy({ ...rules, maxSizeCoin: size }).decide(seen, signal)
    },
  }
}

const DAY_MS = 86_400_000
const YEAR_DAYS = 365
const LEAST_DAYS = Math.ceil(0.9 * YEAR_DAYS)

/** Daily closes of the volatility index that were known when a day began, of the last year. */
async function closesBefore(
  market: Pick<MarketData, 'history'>,
  currency: Currency,
  day: number,
): Promise<readonly number[]> {
  const span = { fromMs: (day - YEAR_DAYS) * DAY_MS, toMs: day * DAY_MS }
  const { openMs, close } = await market.history(currency, { kind: 'dvol', resolutionMs: DAY_MS, ...span })
  return [...close].filter((_, i) => (openMs[i] as number) + DAY_MS <= span.toMs)
}

/** Whether the last of these is; `undefined`: they are too few to tell. */
function isBelowMedian(closes: readonly number[]): boolean | undefined {
  const last = closes.at(-1)
  if (last === undefined || closes.length < LEAST_DAYS) return undefined
  return closes.filter((close) => close < last).length < closes.length / 2
}
