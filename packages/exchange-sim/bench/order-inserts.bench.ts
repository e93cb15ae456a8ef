import { registerHooks } from 'node:module'
import type { OptionQuote } from '@cc/models'
import type { OrderWish } from '../src/exchange/order.ts'
import type { Market } from '../src/market.ts'
import { compareContenders } from './contenders.ts'

/**
 * Orders into the exchange itself, from its sources: 1,000 listed options, thousands of orders resting, one of eleven
 * trading at once, and as many cancelled again as are 45 % of all, in a time that moves on by a millisecond per order. The
 * reference is a book without checks, money, time or trades: a map of symbols with two sorted arrays each, and a map of
 * ids. `synthetic` is the same over the synthetic market with all that it lists. Each contender runs in its own process,
 * interleaved.
 */
const contenders: Record<string, () => Promise<number>> = {
  exchange: () => exchangeRate(scriptedMarket()),
  synthetic: async () => exchangeRate(await syntheticMarket()),
  'bare-book': async () => rateOf((count) => bareBook(ordersFor(scriptedMarket(), count))),
}
const rounds = 7
const INSERTS = 200_000
const WARM_UP = 50_000
const CANCELLED_SHARE = 0.45
const START_MS = Date.UTC(2026, 0, 2)
const STEP_MS = 60_000
const LISTED = 1_000

const WISH = {
  kind: 'limit',
  postOnly: false,
  rejectPostOnly: false,
  reduceOnly: false,
  validUntilMs: null,
} as const

type Order = Pick<OrderWish, 'symbol' | 'side' | 'sizeCoin' | 'timeInForce'> & { priceCoin: number }

// The exchange is no entry of the package: its sources name each other as the build does.
registerHooks({
  resolve: (name, context, next) =>
    next(context.parentURL?.includes('/src/') && name.startsWith('.') ? name.replace(/\.js$/, '.ts') : name, context),
})

const contender = process.argv[2]
if (contender === undefined) await compare()
else console.log(await contenders[contender]?.())

async function compare(): Promise<void> {
  const { of, ratio } = compareContenders(import.meta.url, Object.keys(contenders), rounds)
  console.log(`order-inserts ${of('exchange').toFixed(0)} inserts/s`)
  console.log(`bare-book ${of('bare-book').toFixed(0)} inserts/s`)
  console.log(`order-inserts-over-bare-book ${ratio('bare-book', 'exchange').toFixed(2)} time-ratio`)
  console.log(`order-inserts-synthetic ${of('synthetic').toFixed(0)} inserts/s`)
  await describeWork('order-inserts', scriptedMarket())
  await describeWork('order-inserts-synthetic', await syntheticMarket())
}

/** What the numbers are of. */
async function describeWork(name: string, market: Market): Promise<void> {
  const exchange = await playOrders(market, INSERTS)
  exchange.run()
  console.log(`${name}-listed ${listedSymbols(market).length} instruments`)
  console.log(`${name}-resting ${exchange.resting()} orders`)
  console.log(`${name}-traded ${exchange.traded()} orders`)
}

async function exchangeRate(market: Market): Promise<number> {
  const warmUp = await playOrders(market, WARM_UP)
  warmUp.run()
  const measured = await playOrders(market, INSERTS)
  return perSecond(measured.run)
}

/** Runs once for the compiler, then once for the clock. */
function rateOf(prepare: (count: number) => () => void): number {
  prepare(WARM_UP)()
  return perSecond(prepare(INSERTS))
}

function perSecond(run: () => void): number {
  const start = process.hrtime.bigint()
  run()
  return INSERTS / (Number(process.hrtime.bigint() - start) / 1e9)
}

async function playOrders(market: Market, count: number) {
  const { createExchange } = await import('../src/exchange/exchange.ts')
  const depositsCoin = { BTC: 1e7, ETH: 1e7 }
  const exchange = createExchange({ market, currencies: market.currencies, depositsCoin })
  const wishes = ordersFor(market, count).map((order, i): OrderWish => ({ ...WISH, ...order, label: `order-${i}` }))
  const cancels = cancelsFor(count)
  return {
    run() {
      const ids: string[] = []
      for (const [i, wish] of wishes.entries()) {
        exchange.advanceTo(START_MS + i)
        const answer = exchange.place(wish)
        if (!('order' in answer)) throw new Error(JSON.stringify({ wish, answer }))
        ids.push(answer.order.orderId)
        const cancelled = cancels[i]
        if (cancelled !== undefined) exchange.cancel(ids[cancelled] as string)
      }
    },
    resting: () => exchange.openOrders().length,
    traded: () =>
      new Set(market.currencies.flatMap((currency) => exchange.trades(currency)).map(({ order }) => order)).size,
  }
}

/** Better price first, at one price the older. */
function bareBook(orders: readonly Order[]): () => void {
  type Resting = { id: number; priceCoin: number; sizeCoin: number; queue: Resting[] }
  const cancels = cancelsFor(orders.length)
  return () => {
    const books = new Map<string, { buy: Resting[]; sell: Resting[] }>()
    const byId = new Map<number, Resting>()
    for (const [id, { symbol, side, priceCoin, sizeCoin }] of orders.entries()) {
      const book = books.get(symbol) ?? { buy: [], sell: [] }
      books.set(symbol, book)
      const queue = book[side]
      const isBehind = (other: Resting) =>
        side === 'sell' ? other.priceCoin <= priceCoin : other.priceCoin >= priceCoin
      let place = queue.length
      while (place > 0 && !isBehind(queue[place - 1] as Resting)) place--
      const order = { id, priceCoin, sizeCoin, queue }
      queue.splice(place, 0, order)
      byId.set(id, order)
      const cancelled = byId.get(cancels[id] ?? -1)
      if (cancelled === undefined) continue
      cancelled.queue.splice(cancelled.queue.indexOf(cancelled), 1)
      byId.delete(cancelled.id)
    }
    if (byId.size === 0) throw new Error('nothing rests')
  }
}

/** Nearly all rest on their own side of the quote, some of them trade with it. */
function ordersFor(market: Market, count: number): readonly Order[] {
  const random = createRandom(1)
  const tops = market.currencies.flatMap((currency) => market.chain(currency, START_MS)).filter(isQuoted)
  const sizes = Object.fromEntries(
    market.currencies.flatMap((currency) =>
      market.instruments(currency, START_MS).map(({ symbol, minSizeCoin }) => [symbol, minSizeCoin]),
    ),
  )
  return Array.from({ length: count }, () => {
    const { symbol, bidPriceCoin, askPriceCoin } = tops[Math.floor(random() * tops.length)] as Quoted
    const side = random() < 0.5 ? 'buy' : 'sell'
    const depth = Math.floor(random() * 11)
    // On Deribit's grid: ticks of 0.0005 from 0.005 on.
    const ticks = side === 'buy' ? Math.round(bidPriceCoin / 0.0005) - depth : Math.round(askPriceCoin / 0.0005) + depth
    const sizeCoin = sizes[symbol] ?? Number.NaN
    if (depth > 0) return { symbol, side, sizeCoin, priceCoin: (5 * ticks) / 10_000, timeInForce: 'good_til_cancelled' }
    const priceCoin = side === 'buy' ? askPriceCoin : bidPriceCoin
    return { symbol, side, sizeCoin, priceCoin, timeInForce: 'immediate_or_cancel' }
  })
}

type Quoted = OptionQuote & { bidPriceCoin: number; askPriceCoin: number }

/** Far enough from both ends of the band to rest ten ticks away from it. */
function isQuoted({ bidPriceCoin, askPriceCoin, minPriceCoin, maxPriceCoin }: OptionQuote): boolean {
  if (bidPriceCoin === null || askPriceCoin === null) return false
  return bidPriceCoin - 0.006 > Math.max(0.005, minPriceCoin ?? 0) && askPriceCoin + 0.006 < (maxPriceCoin ?? 1)
}

/** Per order the number of an earlier one that is cancelled after it; each at most once. */
function cancelsFor(count: number): readonly (number | undefined)[] {
  const random = createRandom(2)
  const open: number[] = []
  return Array.from({ length: count }, (_, i) => {
    open.push(i)
    if (random() >= CANCELLED_SHARE) return undefined
    const place = Math.floor(random() * open.length)
    const chosen = open[place]
    open[place] = open.at(-1) as number
    open.pop()
    return chosen
  })
}

function scriptedMarket(): Market {
  const expiryMs = START_MS + 35 * 86_400_000 + 8 * 3_600_000
  const instruments = Array.from({ length: LISTED }, (_, i) => ({
    symbol: `BTC-6FEB26-${40_000 + 100 * i}-C`,
    currency: 'BTC' as const,
    kind: 'call' as const,
    strikeUsd: 40_000 + 100 * i,
    expiryMs,
    tickSizeCoin: 0.0001,
    tickSteps: [{ abovePriceCoin: 0.005, tickSizeCoin: 0.0005 }],
    minSizeCoin: 0.1,
    sizeStepCoin: 0.1,
    makerFeeRate: 0.0003,
    takerFeeRate: 0.0003,
    settlementPeriod: 'week' as const,
    state: 'open' as const,
  }))
  const quotes = new Map(instruments.map(({ symbol }, i) => [symbol, quoteOf(symbol, i)]))
  const chain = [...quotes.values()]
  return {
    source: { kind: 'synthetic', description: 'scripted market of a benchmark' },
    currencies: ['BTC'],
    startMs: START_MS,
    frozen: false,
    stepMs: STEP_MS,
    instruments: () => instruments,
    indexUsd: () => 80_000,
    chain: () => chain,
    quote: (symbol) => quotes.get(symbol),
    history: () => {
      throw new Error('nobody asks for it')
    },
    deliveryUsd: () => undefined,
  }
}

function quoteOf(symbol: string, place: number): OptionQuote {
  const ticks = 40 + (place % 100)
  return {
    symbol,
    timestampMs: START_MS,
    bidPriceCoin: (5 * ticks) / 10_000,
    bidSizeCoin: 100_000,
    askPriceCoin: (5 * (ticks + 2)) / 10_000,
    askSizeCoin: 100_000,
    markPriceCoin: (5 * (ticks + 1)) / 10_000,
    markIv: 0.5,
    forwardUsd: 80_000,
    indexUsd: 80_000,
    greeks: { delta: 0.3, gamma: 1e-5, vega: 50, theta: -50, rho: 1 },
    openInterestCoin: null,
    volumeCoin: null,
    minPriceCoin: 0.005,
    maxPriceCoin: 0.2,
  }
}

async function syntheticMarket(): Promise<Market> {
  const { createSyntheticMarket } = await import('../src/synthetic/synthetic-market.ts')
  return createSyntheticMarket({ seed: 1, startMs: START_MS })
}

function listedSymbols(market: Market): readonly string[] {
  return market.currencies.flatMap((currency) => market.instruments(currency, START_MS).map(({ symbol }) => symbol))
}

/** Lehmer's generator: the same orders in every process. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}
