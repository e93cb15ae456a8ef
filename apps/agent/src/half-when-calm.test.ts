import { CURRENCIES, type Currency, type MarketData } from '@cc/models'
import { stateForTest, underlyingForTest } from '@cc/models/testing'
import { describe, expect, it } from 'vitest'
import { halfWhenCalm } from './half-when-calm.js'

const DAY_MS = 86_400_000
const SIZE = { BTC: 4, ETH: 40 }
const RULES = { target: { delta: 0.25, dte: 14 } }
const state = stateForTest({
  underlyings: CURRENCIES.map((currency) =>
    underlyingForTest({ currency, portfolio: { balanceCoin: SIZE[currency] } }),
  ),
})
const today = Math.floor(state.timeMs / DAY_MS)

/** A year that ended yesterday: volatility between 0.4 and 0.6, then its last close. */
const yearTo = (last: number, days = 365) => [...Array.from({ length: days - 1 }, (_, i) => 0.4 + (i % 21) / 100), last]

/** A market with these daily closes up to yesterday's, and a bar of today that has not closed. */
function marketOf(closes: Record<Currency, readonly number[]>): Pick<MarketData, 'history'> & { asked(): number } {
  let asked = 0
  return {
    asked: () => asked,
    async history(currency, { kind, resolutionMs }) {
      asked += 1
      const close = [...closes[currency], 9]
      const openMs = close.map((_, i) => (today + 1 - close.length + i) * DAY_MS)
      return { currency, kind, resolutionMs, openMs, open: close, high: close, low: close, close }
    },
  }
}

/** What is sold of each coin where the other one is left aside. */
async function sold(market: Pick<MarketData, 'history'>): Promise<unknown[]> {
  const policy = halfWhenCalm({ rules: RULES, sizeCoin: SIZE }, market)
  const sales: unknown[] = []
  for (const coin of CURRENCIES) {
    const setAside = CURRENCIES.filter((currency) => currency !== coin)
    const { proposal } = await policy.decide({ ...state, memory: { ...state.memory, setAside } })
    sales.push(proposal.action === 'OPEN_COVERED_CALL' ? proposal.params.size : proposal.action)
  }
  return sales
}

describe('half when calm', () => {
  it.each([
    { BTC: yearTo(0.45), ETH: yearTo(0.3), sizes: [2, 20], why: 'half of both below the median' },
    { BTC: yearTo(0.55), ETH: yearTo(0.9), sizes: [4, 40], why: 'all above it' },
    { BTC: yearTo(0.45), ETH: yearTo(0.55), sizes: [2, 40], why: 'each coin by its own index' },
    { BTC: yearTo(0.55), ETH: yearTo(0.45), sizes: [4, 20], why: 'either way' },
    { BTC: yearTo(0.45, 329), ETH: yearTo(0.45, 328), sizes: [2, 'DO_NOTHING'], why: 'nothing of too few closes' },
    { BTC: [], ETH: yearTo(0.55), sizes: ['DO_NOTHING', 40], why: 'nothing where there is no index' },
  ])('sells $why', async ({ BTC, ETH, sizes }) => {
    expect(await sold(marketOf({ BTC, ETH }))).toEqual(sizes)
  })

  it('asks for the closes once a day', async () => {
    const market = marketOf({ BTC: yearTo(0.5), ETH: yearTo(0.5) })
    const policy = halfWhenCalm({ rules: RULES, sizeCoin: SIZE }, market)
    await policy.decide(state)
    await policy.decide(state)
    expect(market.asked()).toBe(2)
    await policy.decide({ ...state, timeMs: state.timeMs + DAY_MS })
    expect(market.asked()).toBe(4)
  })
})
