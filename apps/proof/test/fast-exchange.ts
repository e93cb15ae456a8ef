import { createSyntheticMarket } from '@cc/exchange-sim'
import { createSimServer, type SimServer, type SimServerDeps } from '@cc/exchange-sim/server'
import type { Clock, Logger } from '@cc/models'
import { createPacedClock } from '@cc/models/clock'
import { createRpc, type Reply } from './rpc.ts'
import { CREDENTIALS } from './served-exchange.ts'

/** A Tuesday: options of the day expire then, and those of Saturday are listed. */
export const SETTLEMENT_MS = Date.UTC(2026, 0, 6, 8)
const START_MS = SETTLEMENT_MS - 70_000
/** As fast as timers of the machine allow: a tenth of a second in a millisecond. */
const SPEED = 100

type Option = { readonly name: string; readonly bid: number; readonly ask: number }

/** A local exchange in time that runs fast, shortly before a settlement. */
export type FastExchange = {
  readonly server: SimServer
  /** Of the venue. What is done in `hold` is done while it stands still: whoever gets ready belongs in there. */
  readonly clock: Clock
  /** Asks by plain HTTP, as another client of the account; throws where the exchange refuses. */
  ask(method: string, params?: Readonly<Record<string, unknown>>): Promise<unknown>
  /** A call of more than two weeks, above its forward. */
  readonly call: Option
  /** A call deep in the money that is delivered at the settlement. */
  readonly expiring: Option
  stop(): Promise<void>
}

/** Serves the synthetic market from shortly before {@link SETTLEMENT_MS}, with heartbeats that go by its time too. */
export async function serveFastExchange(deps: Partial<SimServerDeps> = {}): Promise<FastExchange> {
  const clock = createPacedClock({ startMs: START_MS, speed: SPEED })
  const server = await createSimServer(
    // Clients renew tokens by real time.
    { rateLimits: 'off', accessTokenSec: 30_000_000, depositsCoin: { BTC: 5, ETH: 5 } },
    {
      clock,
      market: createSyntheticMarket({ seed: 1, startMs: START_MS }),
      credentials: CREDENTIALS,
      ...deps,
    },
  )
  const rpc = createRpc({ httpUrl: server.httpUrl, credentials: CREDENTIALS })
  const ask = async (method: string, params: Readonly<Record<string, unknown>> = {}) =>
    resultOf(method, await rpc(method, params))
  return { server, clock, ask, ...(await tradable(ask)), stop: server.close }
}

/**
 * Sells, rests, edits, cancels and buys back through the settlement, at which one call is delivered. `look` is called now
 * and then, when everything has been told for long, while time stands still.
 */
export async function tradeOver(
  { ask, clock, call, expiring }: FastExchange,
  look: () => Promise<void> = async () => {},
): Promise<void> {
  const quiet = async (durationMs: number) => {
    await clock.sleep(durationMs)
    await clock.hold(look)
  }
  const order = (option: Option, price: number, amount = 0.1) => ({
    instrument_name: option.name,
    type: 'limit',
    post_only: false,
    amount,
    price,
  })
  const place = async (method: string, params: object) =>
    ((await ask(method, { ...params })) as { order: { order_id: string } }).order.order_id
  const high = Number((Math.ceil((2 * call.ask) / 0.0005) * 0.0005).toFixed(4))

  await place('private/sell', order(expiring, expiring.bid))
  const resting = await place('private/sell', { ...order(call, high), post_only: true })
  await quiet(2_500)
  await ask('private/edit', { order_id: resting, amount: 0.2, price: high, post_only: true })
  await place('private/sell', order(call, call.bid))
  await quiet(2_500)
  await ask('private/cancel', { order_id: resting })
  await place('private/buy', { ...order(call, call.ask), reduce_only: true })
  await place('private/sell', order(call, call.bid, 0.3))
  await quiet(SETTLEMENT_MS + 61_500 - clock.now())
  await place('private/sell', order(call, high))
  await ask('private/cancel_all')
  await quiet(2_500)
}

/** A logger that keeps what a person should have heard of. */
export function createMemoryLogger(): Logger & { readonly warnings: readonly unknown[] } {
  const warnings: unknown[] = []
  const keep = (message: string, facts?: unknown) => void warnings.push({ message, facts })
  const drop = () => {}
  return { warnings, debug: drop, info: drop, warn: keep, error: keep }
}

const DAY_MS = 86_400_000

function resultOf(method: string, { result, error }: Reply): unknown {
  if (error !== undefined) throw new Error(`${method}: ${JSON.stringify(error)}`)
  return result
}

type Listed = { instrument_name: string; option_type: string; strike: number; expiration_timestamp: number }
type Row = { instrument_name: string; bid_price: number | null; ask_price: number | null; underlying_price: number }

async function tradable(ask: FastExchange['ask']): Promise<Pick<FastExchange, 'call' | 'expiring'>> {
  const listed = (await ask('public/get_instruments', { currency: 'BTC', kind: 'option' })) as Listed[]
  const rows = (await ask('public/get_book_summary_by_currency', { currency: 'BTC', kind: 'option' })) as Row[]
  const rowOf = new Map(rows.map((row) => [row.instrument_name, row]))
  const find = (isMeant: (option: Listed, forwardUsd: number) => boolean): Option => {
    for (const option of listed.toSorted((a, b) => a.expiration_timestamp - b.expiration_timestamp)) {
      const row = rowOf.get(option.instrument_name)
      if (option.option_type !== 'call' || row?.bid_price == null || row.ask_price == null) continue
      if (isMeant(option, row.underlying_price))
        return { name: option.instrument_name, bid: row.bid_price, ask: row.ask_price }
    }
    throw new Error('No call to play with.')
  }
  return {
    call: find(
      ({ expiration_timestamp, strike }, forwardUsd) =>
        expiration_timestamp > SETTLEMENT_MS + 14 * DAY_MS && strike > 1.02 * forwardUsd,
    ),
    expiring: find(
      ({ expiration_timestamp, strike }, forwardUsd) =>
        expiration_timestamp === SETTLEMENT_MS && strike < 0.97 * forwardUsd,
    ),
  }
}
