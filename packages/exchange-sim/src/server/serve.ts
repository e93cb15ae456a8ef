import type { Clock, Logger } from '@cc/models'
import type { Exchange } from '../exchange/exchange-port.js'
import { createAdvanceTimeMethod } from './advance-time.js'
import { createAuthMethod } from './auth/auth-method.js'
import { createAuthenticator } from './auth/authenticator.js'
import { createApiKey } from './auth/key.js'
import { createTokenStore } from './auth/token-store.js'
import { listenHttp } from './http-server.js'
import type { Method } from './method.js'
import type { SimServerOptions } from './options.js'
import { createDispatcher, type Dispatcher } from './rpc/dispatcher.js'
import { SYSTEM_METHODS } from './system-methods.js'

/** A served exchange. */
export type SimServer = {
  /** Without `/api/v2`. */
  readonly httpUrl: string
  readonly wsUrl: string
  /** Names of the methods that it answers, as on the wire. */
  readonly methods: readonly string[]
  /** Ends all connections and frees the port. */
  close(): Promise<void>
  /** How often each method was called so far, by its name on the wire. */
  requests(): Readonly<Record<string, number>>
}

/** What the protocol stands on. */
export type ProtocolParts = {
  options: Omit<SimServerOptions, 'port'>
  methods: readonly Method[]
  exchange: Exchange
  clock: Clock
  /** See `SimServerDeps`. */
  wallClock?: Clock | undefined
  credentials: { clientId: string; clientSecret: string }
  logger?: Logger | undefined
}

/** The protocol without a transport: methods with those of the platform and of authentication beside them. */
export function createProtocol(parts: ProtocolParts): Dispatcher {
  const { options, credentials, exchange, clock, wallClock, logger } = parts
  const key = createApiKey(credentials, { clock, wallClock })
  const { accessTokenSec, bindTokens, rateLimits, virtualTime } = options
  const tokens = createTokenStore({ secret: credentials.clientSecret, lifeSec: accessTokenSec, bindTokens })
  const own = [...SYSTEM_METHODS, createAuthMethod({ key, tokens })]
  if (virtualTime) own.push(createAdvanceTimeMethod())
  // Where time stands still, who waits as he is told to waits by the machine's clock: both let credits flow back.
  const poolNowMs = () => clock.now() + (virtualTime ? (wallClock?.now() ?? 0) : 0)
  return createDispatcher({
    methods: [...own, ...parts.methods],
    exchange,
    clock,
    authenticator: createAuthenticator({ key, tokens }),
    poolNowMs: rateLimits === 'off' ? null : poolNowMs,
    logger,
  })
}

/**
 * Serves the protocol over HTTP.
 *
 * @throws CcError `exchange-sim/port-unavailable`
 */
export async function serve({
  port,
  requestTimeoutMs,
  ...parts
}: ProtocolParts & { port: number; requestTimeoutMs?: number }): Promise<SimServer> {
  const dispatcher = createProtocol(parts)
  const server = await listenHttp({ port, dispatcher, logger: parts.logger, requestTimeoutMs })
  return {
    httpUrl: `http://127.0.0.1:${server.port}`,
    wsUrl: `ws://127.0.0.1:${server.port}/ws/api/v2`,
    methods: dispatcher.methods,
    close: server.close,
    requests: () => dispatcher.counts(),
  }
}
