import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { type Currency, formatSymbol } from '@cc/models'

/** One sale of a strategy that was run on recorded quotes, and what became of it. */
export type ReferenceSale = {
  symbol: string
  soldMs: number
  expiryMs: number
  strikeUsd: number
  delta: number
  iv: number
  forwardUsd: number
  bidPriceCoin: number
  askPriceCoin: number
  markPriceCoin: number
  feeCoin: number
  payoutCoin: number
}
export type ReferenceStrategy = { name: string; currency: Currency; isAtTheMoney: boolean; sales: ReferenceSale[] }

/** Every strategy that was run on recorded bids. */
export function referenceStrategies(recordings: string): ReferenceStrategy[] {
  const folder = join(recordings, 'data/reference_backtests')
  return readdirSync(folder)
    .filter((name) => /^trades_.*_bid\.csv$/.test(name))
    .sort()
    .map((name) => {
      const currency = name.includes('BTC') ? 'BTC' : 'ETH'
      const rows = readFileSync(join(folder, name), 'utf8').trim().split('\n').slice(1)
      return { name, currency, isAtTheMoney: name.includes('d50'), sales: rows.map((row) => saleOf(row, currency)) }
    })
}

/** Recorded spot prices at the opening of each hour. */
export function hourlySpot(recordings: string, currency: Currency): ReadonlyMap<number, number> {
  const path = join(recordings, `data/spot_hourly/${currency}USDT_binance_spot_1h.csv.gz`)
  const lines = gunzipSync(readFileSync(path)).toString().trim().split('\n').slice(1)
  return new Map(lines.map((line) => line.split(',')).map(([time, open]) => [Number(time) * 1_000, Number(open)]))
}

function saleOf(row: string, currency: Currency): ReferenceSale {
  const [sold, expiry, strike, delta, iv, forward, bid, ask, mark, , fee, , payout] = row.split(',').map(Number)
  const [expiryMs, strikeUsd] = [Number(expiry) * 1_000, Number(strike)]
  return {
    ...{ symbol: formatSymbol({ currency, expiryMs, strikeUsd, kind: 'call' }), expiryMs, strikeUsd },
    ...{ soldMs: Number(sold) * 1_000, delta: Number(delta), iv: Number(iv) / 100, forwardUsd: Number(forward) },
    ...{ bidPriceCoin: Number(bid), askPriceCoin: Number(ask), markPriceCoin: Number(mark) },
    ...{ feeCoin: Number(fee), payoutCoin: Number(payout) },
  }
}
