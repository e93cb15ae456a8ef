import ccxt from 'ccxt'
import { request } from 'undici'
import { chainQuotesOf, createDeribitPublicClient } from '../../packages/deribit-client/dist/index.js'
import { createSystemClock } from '../../packages/models/dist/clock/index.js'

export type Contender = (address: string) => Promise<{
  /** Reads both chains; how many quotes there are. */
  read: () => Promise<number>
  close: () => Promise<void>
}>

const COINS = ['BTC', 'ETH'] as const

export const contenders: Readonly<Record<string, Contender>> = {
  /** Parsed, and nothing of it looked at. */
  async bare(address) {
    const method = 'public/get_book_summary_by_currency'
    const read = async (currency: string) => {
      const { body } = await request(`${address}/api/v2/${method}?currency=${currency}&kind=option`)
      return (JSON.parse(await body.text()) as { result: unknown[] }).result.length
    }
    return { read: () => sum(COINS.map(read)), close: async () => {} }
  },
  /** Validated, unknown fields noticed, and turned into quotes with decimals for percent and null for no bid. */
  async ours(address) {
    const client = createDeribitPublicClient(
      { baseUrl: address, allowLoopback: true, rateLimits: 'off' },
      { clock: createSystemClock() },
    )
    const read = async (currency: 'BTC' | 'ETH') =>
      chainQuotesOf((await client.public.getBookSummaryByCurrency({ currency, kind: 'option' })).result, 0).length
    return { read: () => sum(COINS.map(read)), close: () => client.close() }
  },
  /** With its markets loaded from the same server. */
  async ccxt(address) {
    const client = ccxtAt(address)
    await client.loadMarkets()
    return reading(client)
  },
  /** Told the coins alone: it then makes a market of every row's name. */
  async 'ccxt-without-markets'(address) {
    const client = ccxtAt(address)
    const terms = { quote: 'USD', quoteId: 'USD', type: 'option', option: true, precision: {}, limits: {} }
    client.setMarkets(COINS.map((base) => ({ id: base, symbol: base, base, baseId: base, ...terms })))
    return reading(client)
  },
}

function ccxtAt(address: string): InstanceType<typeof ccxt.deribit> {
  const client = new ccxt.deribit({ enableRateLimit: false })
  client.urls.api = { rest: address, ws: address }
  return client
}

function reading(client: InstanceType<typeof ccxt.deribit>) {
  const read = async (currency: string) => Object.keys(await client.fetchOptionChain(currency)).length
  return { read: () => sum(COINS.map(read)), close: async () => {} }
}

async function sum(counts: readonly Promise<number>[]): Promise<number> {
  return (await Promise.all(counts)).reduce((total, count) => total + count, 0)
}
