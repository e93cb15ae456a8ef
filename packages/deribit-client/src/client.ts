import type { Clock, Logger } from '@cc/models'
import type { Dispatcher } from 'undici'
import type { PrivateApi, PublicApi } from './api.js'
import { type Origin, originOf } from './base-url.js'
import { assembleParts, assemblePrivateParts } from './client-parts.js'
import type { Call } from './method.js'
import { getTime } from './methods/platform.js'
import { type DeribitOptions, type DeribitOptionsInput, deribitOptionsSchema } from './options.js'
import type { ServerClock } from './server-clock.js'
import type { CredentialSource } from './session/credentials.js'
import { createHttpTransport } from './transport/http-transport.js'
import type { Transport } from './transport/transport.js'
import type { Drift } from './wire/read-result.js'

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
  const transport = httpTransportOf({ ...options, origin }, deps)
  const { common, session, closing, ...parts } = assemblePrivateParts({ ...options, origin }, deps, { transport })
  return {
    ...common,
    private: parts.private,
    async open() {
      await session.token(closing)
      return { scopes: session.scopes() }
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
  const transport = httpTransportOf({ ...options, origin }, deps)
  const { call, common } = assembleParts({ ...options, origin }, deps, { transport, session: undefined })
  return {
    ...common,
    async open() {
      await call(getTime, {})
    },
  }
}

function httpTransportOf(
  options: DeribitOptions & { origin: Origin },
  { clock, dispatcher }: DeribitPublicDeps,
): Transport {
  return createHttpTransport({ ...options, connectTimeoutMs: options.timeoutMs }, { clock, dispatcher })
}
