import type { Clock, Logger } from '@cc/models'
import { createPrivateApi, createPublicApi, type PrivateApi } from './api.js'
import type { Origin } from './base-url.js'
import { createCaller } from './caller.js'
import { clientClosed } from './errors.js'
import { createInstrumentCache } from './instrument-cache.js'
import { createNoLimits, createRequestLimits } from './limits/request-limits.js'
import { getAccountSummaries, getAccountSummary } from './methods/account.js'
import { getTime } from './methods/platform.js'
import type { CommonOptions } from './options.js'
import { createRequester } from './requester.js'
import { createSendOrder } from './send-order.js'
import { createServerClock } from './server-clock.js'
import type { CredentialSource } from './session/credentials.js'
import { createSecrets } from './session/secrets.js'
import { createSession, type Session } from './session/session.js'
import type { Transport } from './transport/transport.js'
import { readLimits, type WireLimits } from './wire/account-limits.js'
import type { WireAccountSummaries, WireAccountSummary } from './wire/account-summary.js'
import { createResultReader, type Drift } from './wire/read-result.js'

/** What a client acts through, besides what carries its requests. */
export type PartsDeps = {
  readonly clock: Clock
  readonly logger?: Logger | undefined
  readonly onDrift?: ((drift: Drift) => void) | undefined
  readonly random?: (() => number) | undefined
}

/** Everything of a client but its session, which calls through it. Without a place for one it has no private methods. */
export function assembleParts(
  options: CommonOptions & { origin: Origin },
  deps: PartsDeps,
  {
    transport,
    session,
    onWrongNetwork,
  }: { transport: Transport; session: { current?: Session } | undefined; onWrongNetwork?: (() => void) | undefined },
) {
  const { clock, logger = silentLogger, random = evenlySpread(), onDrift } = deps
  const closing = new AbortController()
  const serverClock = createServerClock(clock)
  const limits = options.rateLimits === 'off' ? createNoLimits() : createRequestLimits(clock, options.creditShare)
  const instruments = createInstrumentCache()
  const secrets = createSecrets()
  const readResult = createResultReader({ strict: options.strict, isSecret: secrets.isIn, ...(onDrift && { onDrift }) })
  const requester = createRequester({
    clock,
    logger,
    transport,
    limits,
    secrets,
    session: () => session?.current,
    observeTimes: serverClock.observe,
    closing: closing.signal,
    onWrongNetwork,
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

/** The same with a session and private methods. */
export function assemblePrivateParts(
  options: CommonOptions & { origin: Origin },
  deps: PartsDeps & { readonly credentials: CredentialSource },
  carrying: { transport: Transport; onWrongNetwork?: (() => void) | undefined },
) {
  const place: { current?: Session } = {}
  const { requester, call, common, secrets, serverTimeMs, ...parts } = assembleParts(options, deps, {
    ...carrying,
    session: place,
  })
  const order = createSendOrder(options.orderTimeoutMs, {
    requester,
    call,
    serverTimeMs,
    serverClock: common.clock,
    ...parts,
  })
  const session = createSession(options, {
    clock: deps.clock,
    logger: deps.logger ?? silentLogger,
    secrets,
    credentials: deps.credentials,
    ask: async (method, params) => (await call(method, params)).result,
    serverTimeMs,
  })
  place.current = session
  const privateApi: PrivateApi = createPrivateApi(call, order)
  return { common, call, session, private: privateApi, isSecret: secrets.isIn, closing: parts.closing }
}

/** The account's limits, where a result tells them. */
function limitsIn(method: object, result: unknown): WireLimits | null | undefined {
  if (method === getAccountSummary) return (result as WireAccountSummary).limits
  if (method === getAccountSummaries) return (result as WireAccountSummaries).summaries[0]?.limits
  return undefined
}

/** Numbers from 0 to below 1 that never cluster: multiples of the golden ratio. */
export function evenlySpread(): () => number {
  let value = 0
  return () => {
    value = (value + 0.618_033_988_749_895) % 1
    return value
  }
}

/** Says nothing. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} }
