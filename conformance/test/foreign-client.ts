import assert from 'node:assert/strict'
import ccxt from 'ccxt'
import { type LocalExchange, startLocalExchange } from './local-exchange.ts'

/** ccxt before a local exchange of its own, with markets loaded. */
export type ForeignClient = MarketView & {
  client: InstanceType<typeof ccxt.deribit>
  exchange: LocalExchange
}

/** What a test looks for in the market. */
export type MarketView = {
  /** A call of next week or later, a little out of the money, quoted on both sides. */
  nearCall(base: 'BTC' | 'ETH'): Promise<string>
  bookOf(symbol: string): Promise<{ bid: number; ask: number; askSize: number }>
}

/** Starts an exchange and lets ccxt loose on it, its rate limiter off. */
export async function openForeignClient(flags: readonly string[] = []): Promise<ForeignClient> {
  const exchange = await startStandingExchange(flags)
  const client = ccxtAt(exchange)
  await client.loadMarkets()
  return { client, exchange, ...marketViewOf(client) }
}

/** An exchange that has the machine's time, which stands still: no price moves between a look and an order. */
export function startStandingExchange(flags: readonly string[] = []): Promise<LocalExchange> {
  return startLocalExchange(['--seed', '3', '--virtual-time', '--start', present(), ...flags])
}

/** The market as a client with markets loaded sees it. */
export function marketViewOf(client: InstanceType<typeof ccxt.deribit>): MarketView {
  return {
    async nearCall(base) {
      const soonMs = Date.now() + 7 * 86_400_000
      const { markPrice: spot } = await client.fetchTicker(`${base}/USD:${base}`)
      const chain = await client.fetchOptionChain(base)
      const calls = Object.values(client.markets)
        .filter((market) => market.option && market.base === base && market.settle === base)
        .filter((market) => market.optionType === 'call' && Number(market.expiry) > soonMs)
        .filter(({ strike }) => Number(strike) > 1.02 * Number(spot))
        .filter(({ symbol }) => chain[symbol]?.bidPrice && chain[symbol]?.askPrice)
        .sort((a, b) => Number(a.expiry) - Number(b.expiry) || Number(a.strike) - Number(b.strike))
      assert.ok(calls[0], 'a call that can be traded is listed')
      return calls[0].symbol
    },
    async bookOf(symbol) {
      const { bid, ask, askVolume } = await client.fetchTicker(symbol)
      assert.ok(bid && ask && bid < ask && askVolume, `${symbol} has a bid below its ask`)
      return { bid, ask, askSize: askVolume }
    },
  }
}

/** ccxt before a local exchange, its rate limiter off. */
export function ccxtAt({ httpUrl, wsUrl, clientId, clientSecret }: LocalExchange): ForeignClient['client'] {
  const client = new ccxt.deribit({ apiKey: clientId, secret: clientSecret, enableRateLimit: false })
  client.urls.api = { rest: httpUrl, ws: wsUrl }
  return client
}

/** Now to the second; past the first minute of the hour, so that no whole hour from it is in the settlement of 08:00 UTC. */
function present(): string {
  const nowMs = Date.now()
  const startMs = nowMs % 3_600_000 < 60_000 ? nowMs + 120_000 : nowMs
  return `${new Date(startMs).toISOString().slice(0, 19)}Z`
}

/** So many steps above a price on the wide grid, which dear options have; cheap ones take its prices too. */
export function above(priceCoin: number, steps: number): number {
  return Number(((Math.ceil(priceCoin / 0.0005) + steps) * 0.0005).toFixed(4))
}
