import type { Clock, Logger } from '@cc/models'
import { createExchange } from '../exchange/exchange.js'
import { unknownCurrency } from '../failures.js'
import type { Market } from '../market.js'
import { createFaultPlan, type FaultPlan } from './faults/fault-plan.js'
import type { Connection } from './method.js'
import { METHOD_TABLE } from './method-table.js'
import { type SimServerOptions, type SimServerOptionsInput, simServerOptionsSchema } from './options.js'
import { createProtocol, type ProtocolParts, type SimServer, serve } from './serve.js'

export type SimServerDeps = {
  /** Time of the venue. It must not start before the market. */
  clock: Clock
  /**
   * Time of the machine. Where it is given, signatures and their timestamps may be of this clock too: clients sign with
   * the time of their machine, also while the venue is in simulated time. In virtual time credit pools fill by it as well.
   * Heartbeats and the end of idle WebSockets go by it; in virtual time there are none without it.
   * Default: only the time of the venue counts.
   */
  wallClock?: Clock
  market: Market
  /** The one API key that there is. It may do everything but touch wallets. */
  credentials: { clientId: string; clientSecret: string }
  /** Hears of failures that are the server's own. */
  logger?: Logger
  /**
   * What goes wrong over HTTP and WebSocket. `sim/set_faults` and `sim/get_faults` are served then. Its waits are of
   * `wallClock`, else of `clock`, which must not be virtual then. Default: nothing, and it costs nothing.
   */
  faults?: FaultPlan
}

/** A served exchange without a socket. */
export type SimProtocol = {
  /** One request of JSON-RPC in, one envelope out. Never throws and never rejects. */
  handleText(text: string): string | Promise<string>
  /** How often each method was called so far, by its name on the wire. */
  requests(): Readonly<Record<string, number>>
}

/**
 * Opens a local exchange with a funded account, served in Deribit's protocol over HTTP and WebSocket on 127.0.0.1.
 *
 * @throws CcError `exchange-sim/port-unavailable`, `exchange-sim/clock-before-market`, `exchange-sim/unknown-currency`,
 * `exchange-sim/faults-need-wall-clock`
 */
export async function createSimServer(options: SimServerOptionsInput, deps: SimServerDeps): Promise<SimServer> {
  const { port, faultControl, ...parsed } = simServerOptionsSchema.parse(options)
  const { faults = faultControl ? createFaultPlan() : undefined, ...others } = deps
  return serve({ ...partsOf(parsed, others), port, faults })
}

/**
 * Opens the same exchange without a server: requests are texts, and all come over one connection.
 *
 * @throws CcError `exchange-sim/clock-before-market`, `exchange-sim/unknown-currency`
 */
export function createSimProtocol(
  options: Omit<SimServerOptionsInput, 'port' | 'faultControl'>,
  deps: Omit<SimServerDeps, 'faults'>,
): SimProtocol {
  const parsed = simServerOptionsSchema.omit({ port: true, faultControl: true }).parse(options)
  const dispatcher = createProtocol(partsOf(parsed, deps))
  const connection: Connection = { transport: 'websocket', id: 1 }
  return {
    handleText: (text) => dispatcher.handleText(text, connection),
    requests: () => dispatcher.counts(),
  }
}

function partsOf(
  options: Omit<SimServerOptions, 'port' | 'faultControl'>,
  deps: Omit<SimServerDeps, 'faults'>,
): Omit<ProtocolParts, 'faults'> {
  const { market, clock } = deps
  const { depositsCoin, currencies = market.currencies } = options
  for (const currency of currencies) {
    if (!market.currencies.includes(currency)) throw unknownCurrency(currency, market.currencies)
  }
  const exchange = createExchange({ market, currencies, depositsCoin, openedMs: clock.now() })
  return { ...deps, options, methods: METHOD_TABLE, exchange }
}
