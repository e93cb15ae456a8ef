import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createSyntheticMarket, type Market } from '@cc/exchange-sim'
import { createFaultPlan, createSimServer, type FaultPlan } from '@cc/exchange-sim/server'
import { type Clock, parseSymbol } from '@cc/models'
import type { Chance } from './chance.ts'
import { createTruthReader, type Truth } from './truth.ts'
import { createVenueClock, type VenueClock } from './venue-clock.ts'

/** An exchange that outlives every agent on it, and the folder in which one agent after the other keeps its record. */
export type World = {
  readonly clock: VenueClock
  /** Of the home of the agent, in which nothing else is. */
  readonly folder: string
  readonly logs: string
  /** Command line and environment of an agent that trades here. */
  readonly parameters: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** What goes wrong on the exchange. */
  readonly faults: FaultPlan
  /** Tells `listener` of each request, by its method, before the exchange has seen it. One at a time. */
  hear(listener: ((method: string) => void) | undefined): void
  /** Times to come, an hour apart, at which one of these calls is near its expiry and in the money. */
  rollTimes(symbols: readonly string[]): readonly number[]
  /** Asks the exchange while time stands still and nothing goes wrong. */
  truth(): Promise<Truth>
  close(): Promise<void>
}

/** An order rests for one look of a second, and what an order may take to arrive is still a tenth of it. */
const SPEED = 24
const COMMAND = ['run', '--venue', 'testnet', '--allow-loopback', '--no-dry-run', '--json']
const CREDENTIALS = { clientId: 'chaos', clientSecret: 'not-a-secret' }
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Days from which on worlds begin, of a market that has no end. */
const FIRST_MS = Date.UTC(2026, 0, 5)
const DAYS = 200
const LONGEST_TOKEN_SEC = 31_536_000

/** Sells whatever is covered, near the money and near its expiry, so that there is much to settle and to roll. */
const SETTINGS = {
  LOOP_INTERVAL_SEC: '1',
  DTE_MIN: '1',
  DTE_MAX: '5',
  DELTA_MIN: '0.3',
  DELTA_MAX: '0.5',
  PREMIUM_MIN_USD: '0',
  MAX_NET_DELTA_ABS: '1',
  MAX_MARGIN_USED_PCT: '100',
}

/** Opens a world whose market, start, deposits and transport are of `chance`. */
export async function createWorld(
  chance: Chance,
  { wall, top }: { wall: Clock /** Folder that the world's own is made in. */; top: string },
): Promise<World> {
  const startMs = FIRST_MS + chance.whole(0, DAYS) * DAY_MS + chance.whole(0, DAY_MS)
  const depositsCoin = { BTC: chance.whole(10, 31) / 10, ETH: chance.whole(5, 31) }
  const isCapped = chance.isTrue(0.7)
  // Time runs so fast that hearing of two coins would be most of what is done.
  const transport = chance.isTrue(0.15) ? ['--transport', 'websocket', '--underlying', 'BTC'] : ['--transport', 'http']
  const clock = createVenueClock(wall, { startMs, speed: SPEED })
  const market = createSyntheticMarket({ seed: chance.whole(0, 1_000_000), startMs })
  const plan = createFaultPlan()
  let listener: ((method: string) => void) | undefined
  const server = await createSimServer(
    { rateLimits: 'off', depositsCoin, accessTokenSec: LONGEST_TOKEN_SEC },
    {
      clock,
      wallClock: wall,
      market,
      credentials: CREDENTIALS,
      faults: {
        ...plan,
        ofRequest(request) {
          listener?.(request.method)
          return plan.ofRequest(request)
        },
      },
    },
  )
  const reader = await createTruthReader(
    { httpUrl: server.httpUrl, credentials: CREDENTIALS },
    { wall, startMs, depositsCoin },
  )
  const folder = mkdtempSync(join(top, 'world-'))
  mkdirSync(join(folder, 'logs'), { mode: 0o700 })
  return {
    clock,
    folder,
    logs: join(folder, 'logs'),
    parameters: [...COMMAND, ...transport, ...(isCapped ? ['--size', sizesOf(depositsCoin)] : [])],
    environment: {
      ...SETTINGS,
      DERIBIT_BASE_URL: server.httpUrl,
      DERIBIT_CLIENT_ID: CREDENTIALS.clientId,
      DERIBIT_CLIENT_SECRET: CREDENTIALS.clientSecret,
    },
    faults: plan,
    hear(next) {
      listener = next
    },
    rollTimes: (symbols) => symbols.flatMap((symbol) => rollTimesOf(market, symbol)).filter((ms) => ms > clock.now()),
    async truth() {
      plan.pause()
      try {
        return await reader.read()
      } finally {
        plan.resume()
      }
    },
    async close() {
      await reader.close()
      await server.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Little more than half of the coins: what is left pays for rolls. */
function sizesOf({ BTC, ETH }: Readonly<Record<'BTC' | 'ETH', number>>): string {
  return `BTC=${Math.ceil(BTC * 6) / 10},ETH=${Math.ceil(ETH * 0.6)}`
}

const ROLL_HOURS = Array.from({ length: 20 }, (_, index) => index + 2)

function rollTimesOf(market: Market, symbol: string): readonly number[] {
  const call = parseSymbol(symbol)
  if (call === undefined) return []
  const { currency, expiryMs, strikeUsd } = call
  return ROLL_HOURS.map((hours) => expiryMs - hours * HOUR_MS).filter(
    (timeMs) => timeMs > market.startMs && market.indexUsd(currency, timeMs) > strikeUsd,
  )
}
