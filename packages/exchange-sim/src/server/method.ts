import type { Clock } from '@cc/models'
import type { Exchange } from '../exchange/exchange-port.js'
import type { Params } from './params.js'
import type { SocketSession } from './socket/socket-session.js'

/** Which credit pool a method draws on. Deribit's pools and costs: https://docs.deribit.com/articles/rate-limits */
export type CreditPool =
  | 'non-matching'
  | 'get-instruments'
  | 'transaction-log'
  | 'matching'
  | 'cancel-all'
  | 'subscribe'

/** One scope that a token needs, such as `trade:read_write`; `account:read` is also held by `account:read_write`. */
export type Scope = `${'account' | 'trade' | 'wallet'}:${'read' | 'read_write'}`

/** How a request came in: what is bound to one connection belongs here. */
export type Connection = {
  readonly transport: 'http' | 'websocket'
  /** Differs between any two connections of one server. */
  readonly id: number
  /** What a WebSocket remembers from request to request. */
  readonly session?: SocketSession
}

/** One request, authorised and within its limits, at an exchange that has reached the present. */
export type MethodCall = {
  readonly params: Params
  readonly exchange: Exchange
  /** Venue time of the exchange. */
  readonly nowMs: number
  readonly clock: Clock
  readonly connection: Connection
}

/** One method of the protocol. Tables of these make up the server; nothing else knows their names. */
export type Method = {
  /** As on the wire: `public/ticker`. `sim/` begins what steers the simulation and Deribit does not have. */
  readonly name: `public/${string}` | `private/${string}` | `sim/${string}`
  /** `null`: costs nothing. */
  readonly pool: CreditPool | null
  /** `null` for public methods. */
  readonly scope: Scope | null
  /** The result as it goes on the wire, or a promise of it. Throws {@link RpcError}; anything else thrown is a bug. */
  handle(call: MethodCall): unknown
}
