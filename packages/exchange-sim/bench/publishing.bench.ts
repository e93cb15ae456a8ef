import { registerHooks } from 'node:module'
import { createVirtualClock } from '@cc/models/clock'
import type { Connection } from '../src/server/method.ts'
import { compareContenders } from './contenders.ts'

/**
 * Tickers of all options of two currencies, told to one subscriber, from the sources and without a socket: in each second
 * every ticker is told again, and each minute brings a step of the market that changes all of them. `steps` is the same
 * from step to step alone, so that every ticker is worked out anew. The reference writes the same notifications with
 * `JSON.stringify`. Each contender runs in its own process, interleaved.
 */
const contenders: Record<string, () => Promise<number>> = {
  seconds: () => published(1_000),
  steps: () => published(60_000),
  stringify: stringified,
}
const rounds = 7
const NOTIFICATIONS = 400_000
const WARM_UP = 50_000
const START_MS = Date.UTC(2026, 0, 2)

registerHooks({
  resolve: (name, context, next) =>
    next(context.parentURL?.includes('/src/') && name.startsWith('.') ? name.replace(/\.js$/, '.ts') : name, context),
})

const contender = process.argv[2]
if (contender === undefined) compare()
else console.log(await contenders[contender]?.())

function compare(): void {
  const { of, ratio } = compareContenders(import.meta.url, Object.keys(contenders), rounds)
  console.log(`published-tickers ${of('seconds').toFixed(0)} notifications/s`)
  console.log(`published-tickers-each-step ${of('steps').toFixed(0)} notifications/s`)
  console.log(`stringified-tickers ${of('stringify').toFixed(0)} notifications/s`)
  console.log(`published-over-stringified ${ratio('stringify', 'seconds').toFixed(2)} time-ratio`)
}

async function published(everyMs: number): Promise<number> {
  return rateOf((await openStage()).publish(everyMs))
}

async function stringified(): Promise<number> {
  const { publish, frames } = await openStage()
  const count = publish(1_000)(1)
  const told = frames.slice(-count).map((frame): unknown => JSON.parse(frame))
  return rateOf((notifications) => {
    let written = 0
    while (written < notifications) {
      for (const each of told) if (JSON.stringify(each).length > 0) written += 1
    }
    return written
  })
}

/** Runs once for the compiler, then once for the clock. `play` makes so many notifications, or some more. */
function rateOf(play: (notifications: number) => number): number {
  play(WARM_UP)
  const start = process.hrtime.bigint()
  const made = play(NOTIFICATIONS)
  return made / (Number(process.hrtime.bigint() - start) / 1e9)
}

async function openStage() {
  const { createExchange } = await import('../src/exchange/exchange.ts')
  const { createSyntheticMarket } = await import('../src/synthetic/synthetic-market.ts')
  const { readParams } = await import('../src/server/params.ts')
  const { createStreamHub } = await import('../src/server/streams/create-stream-hub.ts')
  const market = createSyntheticMarket({ seed: 1, startMs: START_MS })
  const exchange = createExchange({ market, currencies: ['BTC', 'ETH'], depositsCoin: {} })
  const clock = createVirtualClock({ startMs: START_MS })
  const hub = createStreamHub({ exchange, clock, standing: true, rightsOf: () => 0 })
  const frames: string[] = []
  let heard = 0
  const notify = (_channel: string, frame: string) => {
    frames[heard % 1_000] = frame
    heard += 1
  }
  const session = { notify, token: null, cancelOnDisconnect: false, boundOrders: new Set<string>() }
  const silent = { setHeartbeat() {}, answerTestRequest() {}, logout() {} }
  const connection: Connection = { transport: 'websocket', id: 1, session: { ...session, ...silent } }
  const options = exchange.currencies.flatMap((currency) => exchange.instruments(currency))
  const params = readParams({ channels: options.map(({ symbol }) => `ticker.${symbol}.100ms`) })
  const subscribe = hub.methods.find(({ name }) => name === 'public/subscribe')
  subscribe?.handle({ params, exchange, nowMs: START_MS, clock, connection })

  /** Listed options expire: fewer are left to tell of as days go by. */
  function publish(everyMs: number): (notifications: number) => number {
    return (notifications) => {
      const before = heard
      while (heard - before < notifications) {
        exchange.advanceTo(exchange.nowMs() + everyMs)
        hub.publish()
      }
      return heard - before
    }
  }

  return { publish, frames }
}
