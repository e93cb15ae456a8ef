import { describe, expect, it } from 'vitest'
import { START_MS } from '../../exchange/exchange.fixture.js'
import { createExchange } from '../../exchange/exchange.js'
import { createSyntheticMarket } from '../../synthetic/synthetic-market.js'
import { callerOf } from './method-call.fixture.js'

const HOUR_MS = 3_600_000
const NOW_MS = START_MS + 10 * HOUR_MS + 90_000
const PERPETUAL = { instrument_name: 'BTC-PERPETUAL' }

const market = createSyntheticMarket({ seed: 5, startMs: START_MS })
const exchange = createExchange({ market, currencies: ['BTC', 'ETH'], depositsCoin: {} })
exchange.advanceTo(NOW_MS)
const { call, failure } = callerOf(exchange)

type Hour = { timestamp: number; index_price: number; prev_index_price: number }

describe('the funding of a perpetual', () => {
  it('is 0 over any span', () => {
    const span = { start_timestamp: NOW_MS - 8 * HOUR_MS, end_timestamp: NOW_MS }
    expect(call('public/get_funding_rate_value', { ...PERPETUAL, ...span })).toBe(0)
  })

  it('is told by the hour, each with the index at it and at the one before', () => {
    const end = START_MS + 10 * HOUR_MS
    const span = { start_timestamp: end - 3 * HOUR_MS, end_timestamp: end }
    const history: readonly Hour[] = call('public/get_funding_rate_history', { ...PERPETUAL, ...span })
    const indexAt = (atMs: number) => market.indexUsd('BTC', atMs)
    expect(history).toEqual(
      [7, 8, 9, 10].map((hour) => ({
        timestamp: START_MS + hour * HOUR_MS,
        index_price: indexAt(START_MS + hour * HOUR_MS),
        prev_index_price: indexAt(START_MS + (hour - 1) * HOUR_MS),
        interest_8h: 0,
        interest_1h: 0,
      })),
    )
  })

  it('is told of the last 31 days of a longer span, and of no hour to come', () => {
    const span = { start_timestamp: 0, end_timestamp: NOW_MS + 1e12 }
    const history: readonly Hour[] = call('public/get_funding_rate_history', { ...PERPETUAL, ...span })
    expect(history).toHaveLength(744)
    expect(history.at(-1)?.timestamp).toBe(START_MS + 10 * HOUR_MS)
  })

  it('has a chart of as long as is asked for', () => {
    const chart = call('public/get_funding_chart_data', { ...PERPETUAL, length: '8h' })
    expect(chart).toMatchObject({ current_interest: 0, interest_8h: 0 })
    expect(chart.data).toHaveLength(8)
    expect(failure('public/get_funding_chart_data', { ...PERPETUAL, length: '1y' }).data).toMatchObject({
      param: 'length',
    })
  })

  it('is asked of nothing else', () => {
    const span = { start_timestamp: 0, end_timestamp: NOW_MS }
    for (const { symbol } of exchange.instruments('BTC').slice(0, 1)) {
      const error = failure('public/get_funding_rate_history', { instrument_name: symbol, ...span })
      expect(error).toMatchObject({ code: -32602, data: { param: 'instrument_name' } })
    }
  })
})
