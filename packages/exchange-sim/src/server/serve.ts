import type { Clock, Logger } from '@cc/models'
import type { Exchange } from '../exchange/exchange-port.js'
import { createAdvanceTimeMethod } from './advance-time.js'
import { createAuthMethod } from './auth/auth-method.js'
import { createAuthenticator } from './auth/authenticator.js'
import { createApiKey } from './auth/key.js'
import type { Rights } from './auth/scope.js'
import { createTokenStore, type TokenStore } from './auth/token-store.js'
import { stackOf } from './failure-report.js'
import { createFaultMethods } from './faults/fault-methods.js'
import type { FaultPlan } from './faults/fault-plan.js'
import { createFaultRig, faultClock } from './faults/fault-rig.js'
import { createToldTime, type ToldTime, tellingTime } from './faults/told-time.js'
import { listenHttp } from './http-server.js'
import type { Method, MethodCall } from './method.js'
import type { SimServerOptions } from './options.js'
import { createDispatcher, type Dispatcher } from './rpc/dispatcher.js'
import { publishAfterEach } from './rpc/publishing.js'
import { createDisconnectCancels } from './socket/disconnect-cancels.js'
import { type AccountSwitches, createSessionMethods } from './socket/session-methods.js'
import { createSocketServer } from './socket/socket-server.js'
import { PLAIN_TRAFFIC } from './socket/socket-traffic.js'
import { createStreamHub } from './streams/create-stream-hub.js'
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
  options: Omit<SimServerOptions, 'port' | 'faultControl'>
  methods: readonly Method[]
  exchange: Exchange
  clock: Clock
  /** See `SimServerDeps`. */
  wallClock?: Clock | undefined
  credentials: { clientId: string; clientSecret: string }
  logger?: Logger | undefined
  /** What goes wrong, and the time that is told then. */
  faults?: { readonly plan: FaultPlan; readonly told: ToldTime } | undefined
}

/** The protocol without a transport. */
export type Protocol = Dispatcher & {
  readonly tokens: TokenStore
  readonly switches: AccountSwitches
  /** What a call may do; `null` where it has no token that is good. */
  rightsOf(call: MethodCall): Rights | null
}

/** Methods with those of the platform, of authentication and of a session beside them. */
export function createProtocol(parts: ProtocolParts): Protocol {
  const { options, credentials, exchange, clock, wallClock, logger, faults } = parts
  const key = createApiKey(credentials, { clock, wallClock })
  const { accessTokenSec, bindTokens, rateLimits, virtualTime } = options
  const tokens = createTokenStore({ secret: credentials.clientSecret, lifeSec: accessTokenSec, bindTokens })
  const switches = { cancelOnDisconnect: false }
  const system = faults === undefined ? SYSTEM_METHODS : tellingTime(SYSTEM_METHODS, faults.told)
  const own = [...system, createAuthMethod({ key, tokens }), ...createSessionMethods({ tokens, switches })]
  if (faults !== undefined) own.push(...createFaultMethods(faults.plan))
  if (virtualTime) own.push(createAdvanceTimeMethod())
  // Where time stands still, who waits as he is told to waits by the machine's clock: both let credits flow back.
  const poolNowMs = () => clock.now() + (virtualTime ? (wallClock?.now() ?? 0) : 0)
  const authenticator = createAuthenticator({ key, tokens })
  const dispatcher = createDispatcher({
    methods: [...own, ...parts.methods],
    exchange,
    clock,
    toldClock: faults?.told.clock,
    authenticator,
    poolNowMs: rateLimits === 'off' ? null : poolNowMs,
    logger,
  })
  return { ...dispatcher, tokens, switches, rightsOf: authenticator.rightsOfCall }
}

/**
 * Serves the protocol over HTTP and WebSocket.
 *
 * @throws CcError `exchange-sim/port-unavailable`, `exchange-sim/faults-need-wall-clock`
 */
export async function serve({
  port,
  requestTimeoutMs,
  faults: plan,
  ...parts
}: Omit<ProtocolParts, 'faults'> & {
  port: number
  requestTimeoutMs?: number
  faults?: FaultPlan | undefined
}): Promise<SimServer> {
  const { options, clock, wallClock, logger } = parts
  // Whoever sleeps on the venue's clock where that is virtual makes time pass.
  const networkClock = wallClock ?? (options.virtualTime ? null : clock)
  const faults = plan === undefined ? undefined : { plan, told: createToldTime(clock), clock: faultClock(networkClock) }
  const cancels = createDisconnectCancels(parts.exchange)
  const { exchange } = cancels
  const rightsOf = (call: MethodCall) => protocol.rightsOf(call)
  const hub = createStreamHub({ exchange, clock, standing: options.virtualTime, rightsOf, logger })
  const protocol = createProtocol({ ...parts, exchange, methods: [...parts.methods, ...hub.methods], faults })
  const dispatcher = publishAfterEach(protocol, hub.publish)
  const rig =
    faults === undefined
      ? undefined
      : createFaultRig({
          ...faults,
          loseTokens: protocol.tokens.revokeAll,
          answerFailure: protocol.answerFailure,
          logger,
        })
  let lastId = 0
  const nextId = () => ++lastId
  const sockets = createSocketServer({
    dispatcher,
    traffic: rig?.sockets ?? PLAIN_TRAFFIC,
    nextId,
    clock: networkClock,
    maxBacklogBytes: options.maxBacklogBytes,
    startsBound: () => protocol.switches.cancelOnDisconnect,
    ended(connection, session, { keepsOrders }) {
      hub.drop(connection)
      protocol.tokens.endConnection(connection)
      if (keepsOrders || !session.cancelOnDisconnect) return
      try {
        cancels.cancel(session.boundOrders, clock.now())
      } catch (error) {
        logger?.error('Orders of a connection that ended could not be cancelled.', { stack: stackOf(error) })
      }
      hub.publish()
    },
  })
  const front = { port, dispatcher, logger, nextId, sockets, traffic: rig?.http, requestTimeoutMs }
  const server = await listenHttp(front).catch((error: unknown) => {
    end()
    throw error
  })

  function end(): void {
    hub.close()
    rig?.close()
  }

  return {
    httpUrl: `http://127.0.0.1:${server.port}`,
    wsUrl: `ws://127.0.0.1:${server.port}/ws/api/v2`,
    methods: dispatcher.methods,
    close() {
      end()
      return server.close()
    },
    requests: () => dispatcher.counts(),
  }
}
