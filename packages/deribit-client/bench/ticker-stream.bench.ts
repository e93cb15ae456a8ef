import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { channels, createDeribitPublicSocketClient, type WireSocketEvents } from '@cc/deribit-client'
import { createSystemClock } from '@cc/models/clock'

/**
 * How many tickers one core takes from bytes: decoded, parsed, validated, searched for new fields and given to whoever hears
 * their channel, next to a bare `JSON.parse` of the same bytes. From `dist`, through a client whose socket is in this
 * process, each contender in its own process, interleaved. Rates are per second of processor time, that of the garbage
 * collector's threads included, so that nothing else on the machine counts. And what a reader that is too slow costs in
 * memory.
 */
const rounds = 7
const frameCount = 120_000
const symbols = Array.from(
  { length: 1_000 },
  (_, i) => `BTC-25DEC26-${50_000 + 500 * (i >> 1)}-${i % 2 === 0 ? 'C' : 'P'}`,
)

type Take = (bytes: Buffer) => void
const contenders: Record<string, () => Promise<Take>> = {
  'json-parse': async () => (bytes) => void JSON.parse(bytes.toString()),
  dispatched: () => connected('dispatched'),
  subscribed: () => connected('subscribed'),
}

const [, , contender] = process.argv
if (contender === undefined) compare()
else if (contender === 'memory') console.log(await kilobytesPerMillion())
else console.log(await framesPerSecond(contenders[contender] as () => Promise<Take>))
process.exit()

function compare(): void {
  const run = (...names: string[]) =>
    Number(execFileSync(process.execPath, ['--expose-gc', fileURLToPath(import.meta.url), ...names]))
  const speeds = Array.from({ length: rounds }, () =>
    Object.fromEntries(Object.keys(contenders).map((name) => [name, run(name)])),
  )
  const sizes = frames().map(({ length }) => length)
  console.log(`ticker-frame ${Math.round(sizes.reduce((sum, size) => sum + size, 0) / sizes.length)} bytes`)
  for (const name of Object.keys(contenders)) {
    console.log(`tickers-${name} ${median(speeds.map((speed) => speed[name] as number)).toFixed(0)} /s`)
  }
  for (const name of Object.keys(contenders).slice(1)) {
    const ratio = median(speeds.map((speed) => (speed['json-parse'] as number) / (speed[name] as number)))
    console.log(`tickers-${name}-over-json-parse ${ratio.toFixed(2)} ratio`)
  }
  console.log(`tickers-slow-reader-heap-growth ${run('memory')} kB/million`)
}

async function framesPerSecond(prepare: () => Promise<Take>): Promise<number> {
  const all = frames()
  const take = await prepare()
  const run = () => {
    for (let i = 0; i < frameCount; i++) take(all[i % all.length] as Buffer)
  }
  run()
  const start = process.cpuUsage()
  run()
  const { user, system } = process.cpuUsage(start)
  return (frameCount * 1e6) / (user + system)
}

/** Live heap after the second million of frames, less that after the first: nobody reads meanwhile. */
async function kilobytesPerMillion(): Promise<number> {
  const all = frames()
  const take = await connected('nobody-reads')
  const heapAfterMillion = () => {
    for (let i = 0; i < 1_000_000; i++) take(all[i % all.length] as Buffer)
    globalThis.gc?.()
    return process.memoryUsage().heapUsed
  }
  const before = heapAfterMillion()
  return Math.round((heapAfterMillion() - before) / 1_000)
}

/** A client that hears all the tickers, and what gives it the bytes of a frame. */
async function connected(how: 'dispatched' | 'subscribed' | 'nobody-reads'): Promise<Take> {
  let socket: WireSocketEvents | undefined
  const client = createDeribitPublicSocketClient(
    { baseUrl: 'http://127.0.0.1:1', allowLoopback: true, rateLimits: 'off', strict: true },
    {
      clock: createSystemClock(),
      openSocket: async (events) => {
        socket = events
        return { send: (text) => answer(events, text), destroy: () => undefined }
      },
    },
  )
  const wanted = symbols.map((symbol) => channels.ticker(symbol))
  let taken = 0
  let heard = 0
  if (how === 'dispatched') {
    const attachments = wanted.map((channel) =>
      client.streams.attach(channel, {
        onData: ({ mark_price }) => {
          if (mark_price > 0) heard += 1
        },
        onRestart: () => undefined,
        onUnreadable: fail,
        onEnd: fail,
      }),
    )
    await Promise.all(attachments.map(({ ready }) => ready))
  } else {
    const subscription = client.streams.subscribe(wanted)
    await subscription.ready
    if (how === 'subscribed') void readAll(subscription)
  }
  return (bytes) => {
    socket?.onText(bytes.toString())
    taken += 1
    if (how === 'dispatched' && heard !== taken) throw new Error('a ticker was not heard')
  }
}

async function readAll(subscription: AsyncIterable<{ data: { mark_price: number } }>): Promise<void> {
  for await (const { data } of subscription) if (data.mark_price < 0) fail('a mark below 0')
}

function answer(events: WireSocketEvents, text: string): boolean {
  const { id, method, params } = JSON.parse(text)
  const result = method === 'public/subscribe' ? params.channels : 'ok'
  const usIn = Date.now() * 1_000
  setImmediate(() =>
    events.onText(JSON.stringify({ jsonrpc: '2.0', id, result, usIn, usOut: usIn + 9, usDiff: 9, testnet: true })),
  )
  return true
}

function fail(error: unknown): never {
  throw error instanceof Error ? error : new Error(String(error))
}

/** Tickers of options with all the fields and the lengths of today's, four of each instrument. */
function frames(): Buffer[] {
  return [0, 1, 2, 3].flatMap((round) => symbols.map((symbol, i) => frame(symbol, 4 * i + round)))
}

function frame(symbol: string, seed: number): Buffer {
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

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number
}
