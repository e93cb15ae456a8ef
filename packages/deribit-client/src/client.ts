import type { Clock, Logger } from '@cc/models'
import type { Dispatcher } from 'undici'
import { createPrivateApi, createPublicApi, type PrivateApi, type PublicApi } from './api.js'
import { type Origin, originOf } from './base-url.js'
import { createCaller } from './caller.js'
import { clientClosed } from './errors.js'
import { createInstrumentCache } from './instrument-cache.js'
import { createNoLimits, createRequestLimits } from './limits/request-limits.js'
import type { Call } from './method.js'
import { getAccountSummaries, getAccountSummary } from './methods/account.js'
import { getTime } from './methods/platform.js'
import { type DeribitOptions, type DeribitOptionsInput, deribitOptionsSchema } from './options.js'
import { createRequester } from './requester.js'
import { createSendOrder } from './send-order.js'
import { createServerClock, type ServerClock } from './server-clock.js'
import type { CredentialSource } from './session/credentials.js'
import { createSecrets } from './session/secrets.js'
import { createSession, type Session } from './session/session.js'
import { createHttpTransport } from './transport/http-transport.js'
import { readLimits, type WireLimits } from './wire/account-limits.js'
import type { WireAccountSummaries, WireAccountSummary } from './wire/account-summary.js'
import { createResultReader, type Drift } from './wire/read-result.js'

/** What a client acts through. */
export type DeribitPublicDeps = {
  /** Real and monotonic: deadlines, pauses and credits run on it. */
  readonly clock: Clock
  readonly logger?: Logger | undefined
  /** Hears of fields that Deribit was not known to send, once each. */
  readonly onDrift?: ((drift: Drift) => void) | undefined
  /** From 0 to below 1, for pauses that differ between clients. By default a fixed sequence. */
  readonly random?: (() => number) | undefined
  /** Carries the HTTP requests instead of own connections. Its owner closes it. */
  readonly dispatcher?: Dispatcher | undefined
}

/** What a client with private methods acts through. */
export type DeribitDeps = DeribitPublicDeps & {
  /** Asked at every sign-in, so that keys can be changed and need not lie about. */
  readonly credentials: CredentialSource
}

/** Deribit's public methods. */
export type DeribitPublicClient = {
  /** Whom it talks to, such as `https://test.deribit.com`. */
  readonly origin: string
  readonly public: PublicApi
  /** Calls a method of one's own definition. Orders are not calls: they have an outcome. */
  readonly ask: Call
  /** Venue time. Throws `deribit/no-server-time` before the first reply. */
  readonly clock: ServerClock
  /** Asks for the time, which proves that the exchange is there. */
  open(): Promise<void>
  /** Ends what waits; orders and changes that were sent still get their answer. Nothing goes out any more. */
  close(): Promise<void>
}

/** Deribit's public and private methods, on the testnet or a local exchange. */
export type DeribitClient = Omit<DeribitPublicClient, 'open'> & {
  readonly private: PrivateApi
  /** Signs in. Without it the first private call does. What was granted is checked against the scope that was asked for. */
  open(): Promise<{ scopes: readonly string[] }>
}

/**
 * A client that may trade. It cannot be pointed at production, and stops for good when a private reply does not come
 * from the testnet.
 *
 * @throws CcError `deribit/forbidden-host`
 */
export function createDeribitClient(input: DeribitOptionsInput, deps: DeribitDeps): DeribitClient {
  const options = deribitOptionsSchema.parse(input)
  const origin = originOf(options.baseUrl, { loopback: options.allowLoopback, production: false })
  const session: { current?: Session } = {}
  const { requester, call, common, secrets, serverTimeMs, ...parts } = assemble({ ...options, origin }, deps, session)
  const order = createSendOrder(options.orderTimeoutMs, {
    requester,
    call,
    serverTimeMs,
    serverClock: common.clock,
    ...parts,
  })
  const current = createSession(options, {
    clock: deps.clock,
    logger: deps.logger ?? silent,
    secrets,
    credentials: deps.credentials,
    ask: async (method, params) => (await call(method, params)).result,
    serverTimeMs,
  })
  session.current = current
  return {
    ...common,
    private: createPrivateApi(call, order),
    async open() {
      await current.token(parts.closing)
      return { scopes: current.scopes() }
    },
  }
}

/**
 * A client without private methods, which sends no credentials and may therefore read production too.
 *
 * @throws CcError `deribit/forbidden-host`
 */
export function createDeribitPublicClient(input: DeribitOptionsInput, deps: DeribitPublicDeps): DeribitPublicClient {
  const options = deribitOptionsSchema.parse(input)
  const origin = originOf(options.baseUrl, { loopback: options.allowLoopback, production: true })
  const { call, common } = assemble({ ...options, origin }, deps, undefined)
  return {
    ...common,
    async open() {
      await call(getTime, {})
    },
  }
}

/** Everything but the session, which calls through it. */
function assemble(
  options: DeribitOptions & { origin: Origin },
  deps: DeribitPublicDeps,
  session: { current?: Session } | undefined,
) {
  const { clock, logger = silent, random = evenlySpread(), onDrift } = deps
  const closing = new AbortController()
  const serverClock = createServerClock(clock)
  const limits = options.rateLimits === 'off' ? createNoLimits() : createRequestLimits(clock, options.creditShare)
  const instruments = createInstrumentCache()
  const secrets = createSecrets()
  const readResult = createResultReader({ strict: options.strict, isSecret: secrets.isIn, ...(onDrift && { onDrift }) })
  const transport = createHttpTransport(
    { ...options, connectTimeoutMs: options.timeoutMs },
    { clock, dispatcher: deps.dispatcher },
  )
  const requester = createRequester({
    clock,
    logger,
    transport,
    limits,
    secrets,
    session: () => session?.current,
    observeTimes: serverClock.observe,
    closing: closing.signal,
  })
  const call = createCaller(options, {
    clock,
    logger,
    random,
    requester,
    readResult,
    isPrivate: session !== undefined,
    onResult(method, result) {
      instruments.hear(method, result)
      const own = limitsIn(method, result)
      if (own !== undefined) limits.seed(readLimits(own))
    },
  })

  async function serverTimeMs(signal?: AbortSignal): Promise<number> {
    if (serverClock.clock.uncertaintyMs() === undefined) await call(getTime, {}, signal === undefined ? {} : { signal })
    return serverClock.clock.now()
  }

  async function close(): Promise<void> {
    closing.abort(clientClosed())
    await transport.close()
  }

  const common = { origin: options.origin, public: createPublicApi(call), ask: call, clock: serverClock.clock, close }
  return { requester, call, common, secrets, serverTimeMs, instruments, readResult, closing: closing.signal }
}

/** The account's limits, where a result tells them. */
function limitsIn(method: object, result: unknown): WireLimits | null | undefined {
  if (method === getAccountSummary) return (result as WireAccountSummary).limits
  if (method === getAccountSummaries) return (result as WireAccountSummaries).summaries[0]?.limits
  return undefined
}

/** Numbers from 0 to below 1 that never cluster: multiples of the golden ratio. */
function evenlySpread(): () => number {
  let value = 0
  return () => {
    value = (value + 0.618_033_988_749_895) % 1
    return value
  }
}

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} }
