/** Options of four expiries or so: as many as one client hears. */
export const symbols: readonly string[] = Array.from(
  { length: 1_000 },
  (_, i) => `BTC-25DEC26-${50_000 + 500 * (i >> 1)}-${i % 2 === 0 ? 'C' : 'P'}`,
)

/** How many different tickers there are of each instrument. */
const ROUNDS = 4

/** Tickers of options with all the fields and the lengths of today's: all instruments, one after the other, round by round. */
export function tickerFrames(): Buffer[] {
  return Array.from({ length: ROUNDS }, (_, round) =>
    symbols.map((symbol, i) => tickerFrame(symbol, ROUNDS * i + round)),
  ).flat()
}

export function meanSize(frames: readonly Buffer[]): number {
  return Math.round(frames.reduce((sum, { length }) => sum + length, 0) / frames.length)
}

function tickerFrame(symbol: string, seed: number): Buffer {
  const vary = (scale: number, decimals: number) =>
    Number((scale * (1 + ((seed * 7_919) % 1_009) / 1_009)).toFixed(decimals))
  const data = {
    timestamp: 1_790_755_217_219 + seed,
    state: 'open',
    stats: {
      high: vary(0.01, 4),
      low: vary(0.006, 4),
      price_change: vary(-20, 4),
      volume: vary(900, 1),
      volume_usd: vary(900_000, 2),
    },
    greeks: { delta: vary(0.4, 5), gamma: vary(2e-5, 5), vega: vary(90, 5), theta: vary(-29, 5), rho: vary(90, 5) },
    index_price: vary(60_000, 2),
    instrument_name: symbol,
    last_price: vary(0.1, 4),
    settlement_price: vary(0.1, 8),
    min_price: vary(0.09, 4),
    max_price: vary(0.12, 4),
    open_interest: vary(480, 1),
    mark_price: vary(0.1, 4),
    interest_rate: 0,
    estimated_delivery_price: vary(60_000, 2),
    best_ask_price: vary(0.11, 4),
    best_bid_price: vary(0.1, 4),
    mark_iv: vary(30, 2),
    bid_iv: vary(29, 2),
    ask_iv: vary(31, 2),
    underlying_price: vary(60_000, 2),
    underlying_index: 'BTC-25DEC26',
    best_ask_amount: vary(29, 1),
    best_bid_amount: vary(29, 1),
  }
  const channel = `ticker.${symbol}.100ms`
  return Buffer.from(JSON.stringify({ jsonrpc: '2.0', method: 'subscription', params: { channel, data } }))
}
