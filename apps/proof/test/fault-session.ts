import { channels, createDeribitSocketClient, openBook, openUserEvents, type WireTicker } from '@cc/deribit-client'
import { createSyntheticMarket } from '@cc/exchange-sim'
import { createFaultPlan, createSimServer } from '@cc/exchange-sim/server'
import { CcError, type Logger } from '@cc/models'
import { createSeededRandom } from '../src/seeded-random.ts'
import { createClientActs } from './client-acts.ts'
import { createFastClock } from './fast-clock.ts'
import { drawWeather, LONGEST_LATE_MS, MAX_FRAME_BYTES } from './fault-weather.ts'
import { createPlainTrader } from './plain-trader.ts'
import { createToldAccount } from './told-account.ts'
import { createToldBook } from './told-book.ts'

/** What came of a session. */
export type SessionReport = {
  readonly seed: number
  /** What should not have been. Empty where all went well. */
  readonly problems: readonly string[]
  /** How many faults of each kind there were. */
  readonly faults: Readonly<Record<string, number>>
  /** Each fault, as JSON. */
  readonly faultLog: readonly string[]
  /** How many connections the client made. */
  readonly connections: number
  readonly trades: number
  readonly orders: number
}

/** How much faster than the machine's the time of a session runs. */
const SPEED = 50
const START_MS = Date.UTC(2026, 0, 5, 12)
/** Trading rests for five seconds after this, and orders of the day end. */
const BEFORE_SETTLEMENT_MS = Date.UTC(2026, 0, 6, 7, 59, 30)
const CREDENTIALS = { clientId: 'proof', clientSecret: 'not-a-secret' }
/** Time of the machine after which whatever is waited for does not come any more. */
const PATIENCE_MS = 15_000
const SLICE_MS = 50
const POLL_MS = 15
const LEAST_MOVES = 5
const NOISY_OPENING_MS = 1_000
const AUDIT_MS = 8_000

/** One exchange, one client that nothing is spared, and a trader who moves the same account and books undisturbed. */
export async function runFaultSession(seed: number): Promise<SessionReport> {
  const random = createSeededRandom(seed)
  const problems: string[] = []
  const startMs = seed % 10 === 7 ? BEFORE_SETTLEMENT_MS : START_MS + (seed % 60) * 1_000
  const ownClock = createFastClock({ startMs: 0, speed: 1 })
  const venueClock = createFastClock({ startMs, speed: SPEED })
  const plan = createFaultPlan(drawWeather(random, seed))
  const startsInNoise = random.isTrue(0.5)
  if (!startsInNoise) plan.pause()
  const server = await createSimServer(
    { rateLimits: 'off', currencies: ['BTC'], depositsCoin: { BTC: 10_000 } },
    {
      clock: venueClock,
      market: createSyntheticMarket({ seed: seed % 4, startMs: START_MS, currencies: ['BTC'] }),
      credentials: CREDENTIALS,
      faults: plan,
      logger: failuresOf('the exchange', problems),
    },
  )
  const trader = createPlainTrader(server.httpUrl, CREDENTIALS)
  const symbols = await trader.symbols(3, random)
  const clock = createFastClock({ startMs: START_MS + Math.floor(random.between(-5_000, 5_000)), speed: SPEED })
  const client = createDeribitSocketClient(
    {
      baseUrl: server.httpUrl,
      allowLoopback: true,
      rateLimits: 'off',
      silenceMs: 16_000,
      timeoutMs: 20_000,
      orderTimeoutMs: 3_000,
      reconnectMaxMs: 2_000,
      maxFrameBytes: MAX_FRAME_BYTES,
    },
    { clock, random: random.next, credentials: () => CREDENTIALS, logger: failuresOf('the client', problems) },
  )
  const acts = createClientActs({ client, trader, symbols, random })
  const told = createToldAccount()
  const books = symbols.map((symbol, index) =>
    createToldBook(openBook(client, symbol, { interval: index === 0 ? 'raw' : '100ms' }), { symbol, trader, problems }),
  )
  const events = openUserEvents(client, { currency: 'BTC', kind: 'option', auditMs: AUDIT_MS })
  const tickers = client.streams.subscribe(symbols.map((symbol) => channels.ticker(symbol, '100ms')))
  const newest = new Map<string, WireTicker>()
  const readings = [
    read('the user events', events, told.take),
    read('the tickers', tickers, ({ data }) => void newest.set(data.instrument_name, data)),
    ...books.map((book) => read('a book', book.live, book.check)),
  ]

  let counts = { trades: 0, orders: 0 }
  // What takes ten requests in a row may not come about while every third one fails.
  await Promise.race([events.ready.catch(() => {}), ownClock.sleep(NOISY_OPENING_MS)])
  plan.pause()
  if (await within('the user events are not ready', events.ready)) {
    const phases = 3 + (seed % 3)
    for (let phase = 1; phase <= phases && problems.length === 0; phase += 1) {
      plan.resume()
      await noise(random.between(8_000, 22_000))
      plan.pause()
      await quiet(`quiet period ${phase}: `)
    }
  }
  plan.resume()
  if (problems.length === 0) await noise(2_000)
  await end()
  const faultLog = plan.log().map((entry) => JSON.stringify(entry))
  return { seed, problems, faults: plan.used(), faultLog, connections: client.connection.epoch(), ...counts }

  async function noise(durationMs: number): Promise<void> {
    const untilMs = clock.now() + durationMs
    const others = async () => {
      // A busy machine has time pass without much in it.
      for (let moves = 0; clock.now() < untilMs || moves < LEAST_MOVES; moves += 1) {
        await trader.move(random.pick(symbols), random)
        await clock.sleep(random.between(100, 2_500))
      }
    }
    const own = async () => {
      for (let moves = 0; clock.now() < untilMs || moves < LEAST_MOVES; moves += 1) {
        acts.act()
        await random.pick(books).compare()
        await clock.sleep(random.between(100, 2_000))
      }
    }
    await Promise.all([others(), own()])
  }

  /** All is as it is at the exchange, and stays so when that changes. */
  async function quiet(when: string): Promise<void> {
    const pending = `calls do not end: ${acts.pending().join(', ')}`
    if (!(await within(when + pending, Promise.all([acts.settled(), clock.sleep(LONGEST_LATE_MS)])))) return
    const resting = await Promise.all(symbols.map((symbol) => trader.rest(symbol, random)))
    if (!(await untilNone(when, differences))) return
    for (const order_id of resting) await trader.ask('private/cancel', { order_id }).catch(() => {})
    await untilNone(`${when}after a change, `, differences)
    problems.push(...acts.differences(await trader.account()).map((problem) => when + problem))
  }

  async function differences(): Promise<string[]> {
    const account = await trader.account()
    counts = { trades: account.trades.length, orders: account.orders.length }
    const found = told.differences(account)
    for (const book of books) found.push(...(await book.differences()))
    for (const symbol of symbols) {
      const { best_bid_price, best_ask_price } = (await trader.ask('public/ticker', {
        instrument_name: symbol,
      })) as WireTicker
      const heard = newest.get(symbol)
      const isSame = heard?.best_bid_price === best_bid_price && heard?.best_ask_price === best_ask_price
      if (!isSame) found.push(`the ticker of ${symbol} is an old one`)
    }
    return found
  }

  async function end(): Promise<void> {
    await within('the client does not close', client.close())
    await within(`after the end calls do not end: ${acts.pending().join(', ')}`, acts.settled())
    await within('after the end somebody still reads', Promise.all(readings))
    // What was sent last may arrive after the end.
    await ownClock.sleep(LONGEST_LATE_MS / SPEED)
    problems.push(...acts.differences(await trader.account()), ...acts.faults, ...told.faults)
    const hasReordered = Object.keys(plan.used()).some((kind) => kind.startsWith('notification'))
    if (told.isOutOfOrder() && !hasReordered) problems.push('trades of one book are told out of their order')
    if (clock.sleepers() > 0) problems.push(`the client leaves ${clock.sleepers()} timers behind`)
    trader.close()
    await within('the exchange does not close', server.close())
    if (venueClock.sleepers() > 0) problems.push(`the exchange leaves ${venueClock.sleepers()} timers behind`)
  }

  async function read<T>(what: string, from: AsyncIterable<T>, take: (each: T) => void): Promise<void> {
    try {
      for await (const each of from) take(each)
    } catch (error) {
      const code = CcError.isInstance(error) ? error.code : String(error)
      if (code !== 'deribit/closed') problems.push(`${what} end with ${code}: ${(error as Error).message}`)
    }
  }

  /** Whether it comes to an end in time. */
  async function within(problem: string, work: Promise<unknown>): Promise<boolean> {
    const ended = new AbortController()
    const inTime = await Promise.race([
      work.then(
        () => true,
        (error: unknown) => {
          problems.push(`${problem}: ${String(error)}`)
          return true
        },
      ),
      patience(ended.signal).then(
        () => false,
        () => false,
      ),
    ])
    ended.abort()
    if (!inTime) problems.push(problem)
    return inTime
  }

  async function untilNone(when: string, find: () => Promise<string[]>): Promise<boolean> {
    const ended = new AbortController()
    let isLate = false
    void patience(ended.signal).then(
      () => {
        isLate = true
      },
      () => {},
    )
    for (;;) {
      const found = await find()
      const isOver = found.length === 0 || problems.length > 0
      if (isOver || isLate) ended.abort()
      if (isOver) return found.length === 0
      if (isLate) {
        problems.push(...found.map((problem) => when + problem))
        return false
      }
      await ownClock.sleep(POLL_MS)
    }
  }

  /** Long enough, also where the machine had no time for us: what was a stand-still for it counts little. */
  async function patience(signal: AbortSignal): Promise<void> {
    for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += SLICE_MS) await ownClock.sleep(SLICE_MS, signal)
  }
}

/** Hears of what should not happen to either side by itself. */
function failuresOf(who: string, problems: string[]): Logger {
  const ignore = () => {}
  return {
    debug: ignore,
    info: ignore,
    warn: ignore,
    error: (message, facts) => void problems.push(`${who}: ${message} ${JSON.stringify(facts)}`),
  }
}
