import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSymbol } from '@cc/models'
import { black76, yearsBetween } from '@cc/pricing'
import { describe, expect, inject, it } from 'vitest'
import { greeksOf, listOption, priceBand } from '../../contract-terms.js'
import { dayStatsOf } from './day-stats.js'
import { wireOptionTicker } from './ticker.js'

type Recorded = {
  instrument_name: string
  timestamp: number
  underlying_price: number
  index_price: number
  mark_price: number
  mark_iv: number
  bid_iv: number
  ask_iv: number
  best_bid_price: number
  best_bid_amount: number
  best_ask_price: number
  best_ask_amount: number
  greeks: { delta: number; gamma: number; vega: number; theta: number; rho: number }
}

/** The ticker that this exchange would send of a recorded option: from its IV, forward and quotes. */
function tickerOf(recorded: Recorded) {
  const parts = parseSymbol(recorded.instrument_name)
  if (parts === undefined) throw new Error(recorded.instrument_name)
  const instrument = listOption(parts)
  const iv = recorded.mark_iv / 100
  const option = { ...parts, iv, forwardUsd: recorded.underlying_price }
  const expiryYears = yearsBetween(recorded.timestamp, parts.expiryMs)
  const value = black76({ ...option, expiryYears })
  const top = {
    markPriceCoin: recorded.mark_price,
    bidPriceCoin: recorded.best_bid_price || null,
    askPriceCoin: recorded.best_ask_price || null,
  }
  return wireOptionTicker({
    instrument,
    stats: dayStatsOf([], recorded.timestamp),
    settlementPriceCoin: null,
    estimatedDeliveryUsd: recorded.index_price,
    timestampMs: recorded.timestamp,
    quote: {
      ...top,
      ...priceBand(instrument, top),
      symbol: instrument.symbol,
      timestampMs: recorded.timestamp,
      markIv: iv,
      forwardUsd: recorded.underlying_price,
      indexUsd: recorded.index_price,
      greeks: greeksOf(value, { ...option, expiryYears, markPriceCoin: recorded.mark_price }),
      bidSizeCoin: recorded.best_bid_amount || null,
      askSizeCoin: recorded.best_ask_amount || null,
      openInterestCoin: null,
      volumeCoin: null,
    },
  })
}

const recordings = inject('recordings')

describe.skipIf(recordings === null)('a ticker of a recorded option', () => {
  const read = (path: string) => JSON.parse(readFileSync(join(recordings ?? '', 'fixtures', path), 'utf8')).result

  it('has the volatilities that Deribit showed of bids and asks', () => {
    const chain: Recorded[] = read('testnet-2021/order_book_chain_BTC_sweep1.json')
    expect(chain.length).toBeGreaterThan(480)
    const misses = chain.filter((recorded) => {
      const ticker = tickerOf(recorded)
      const isNear = (ours: number, theirs: number) => Math.abs(ours - theirs) <= Math.max(0.1, theirs * 0.005)
      return !isNear(ticker.bid_iv, recorded.bid_iv) || !isNear(ticker.ask_iv, recorded.ask_iv)
    })
    expect(misses.map(({ instrument_name }) => instrument_name)).toEqual([])
  })

  it.each(['BTC-25DEC26-90000-C', 'BTC-6OCT26-95000-C_no_bid'])('is what was recorded of %s', (name) => {
    const recorded: Recorded = read(`mainnet-2026-10/ticker_${name}.json`)
    const { greeks, ...ticker } = tickerOf(recorded)
    const same = [
      'mark_price',
      'mark_iv',
      'underlying_price',
      'underlying_index',
      'best_bid_amount',
      'best_ask_price',
    ] as const
    expect(ticker).toMatchObject(
      Object.fromEntries(Object.entries(recorded).filter(([field]) => same.includes(field as never))),
    )
    expect(ticker.bid_iv).toBeCloseTo(recorded.bid_iv, 1)
    expect(ticker.ask_iv).toBeCloseTo(recorded.ask_iv, 0)
    expect(greeks?.delta).toBeCloseTo(recorded.greeks.delta, 3)
    expect(greeks?.gamma).toBeCloseTo(recorded.greeks.gamma, 5)
    expect(greeks?.vega).toBeCloseTo(recorded.greeks.vega, 0)
    expect(greeks?.theta).toBeCloseTo(recorded.greeks.theta, 0)
    expect(greeks?.rho).toBeCloseTo(recorded.greeks.rho, 0)
  })
})
