import type { Clock } from '@cc/models'
import { originOf, socketUrlOf } from './base-url.js'
import type { DeribitClient, DeribitDeps, DeribitPublicClient, DeribitPublicDeps } from './client.js'
import { assembleParts, assemblePrivateParts, evenlySpread, silentLogger } from './client-parts.js'
import { startDeadline } from './deadline.js'
import { outOfTime } from './errors.js'
import type { Call } from './method.js'
import { enableCancelOnDisconnect, setHeartbeat } from './methods/session-methods.js'
import { type DeribitSocketOptions, type DeribitSocketOptionsInput, deribitSocketOptionsSchema } from './options.js'
import type { Secrets } from './session/secrets.js'
import { type Connection, type ConnectionView, createConnection } from './socket/connection.js'
import { createOpenSocket } from './socket/open-socket.js'
import { keepSignedIn } from './socket/token-keeper.js'
import type { OpenSocket } from './socket/wire-socket.js'
import { createChannelRegistry } from './streams/channel-registry.js'
import { createStreams } from './streams/create-streams.js'
import type { Streams } from './streams/streams.js'

/** What a client over WebSocket acts through. */
export type DeribitPublicSocketDeps = Omit<DeribitPublicDeps, 'dispatcher'> & {
  /** Opens the sockets instead of the client itself. */
  readonly openSocket?: OpenSocket | undefined
}

/** What a client over WebSocket with private methods acts through. */
export type DeribitSocketDeps = DeribitPublicSocketDeps & Pick<DeribitDeps, 'credentials'>

/** What a client over WebSocket has besides its methods. */
export type SocketParts = {
  readonly streams: Streams
  readonly connection: ConnectionView
}

/** Deribit's public methods and channels, over one WebSocket. */
export type DeribitPublicSocketClient = DeribitPublicClient & SocketParts

/** Deribit's public and private methods and channels, over one WebSocket. */
export type DeribitSocketClient = DeribitClient & SocketParts

/**
 * A client that may trade, over one WebSocket that is renewed when it is lost: signed in, heard by heartbeats, and
 * subscribed anew. Like its sibling over HTTP it cannot be pointed at production.
 *
 * @throws CcError `deribit/forbidden-host`
 */
export function createDeribitSocketClient(
  input: DeribitSocketOptionsInput,
  deps: DeribitSocketDeps,
): DeribitSocketClient {
  const options = deribitSocketOptionsSchema.parse(input)
  const origin = originOf(options.baseUrl, { loopback: options.allowLoopback, production: false })
  const { clock, logger = silentLogger } = deps

  const line = createLine({ ...options, origin }, deps, greet)
  const parts = assemblePrivateParts({ ...options, origin }, deps, {
    transport: line.connection,
    // Nothing private may be heard there either: the next greeting says why there is no other connection.
    onWrongNetwork() {
      if (line.connection.state() === 'open') line.connection.renew('wrong-network')
    },
  })
  const { common, call, session, closing } = parts
  keepSignedIn(line.connection, session, { clock, logger })
  const streams = line.streamsOver(call, { isSecret: parts.isSecret, signsIn: true })

  async function greet(signal: AbortSignal): Promise<void> {
    await session.signOn(signal)
    await call(setHeartbeat, { interval: options.heartbeatSec }, { signal })
    if (options.cancelOnDisconnect) await call(enableCancelOnDisconnect, { scope: 'connection' }, { signal })
  }

  return {
    ...common,
    private: parts.private,
    streams,
    connection: viewOf(line.connection),
    async open() {
      await line.opened(closing)
      return { scopes: session.scopes() }
    },
  }
}

/**
 * A client without private methods over one WebSocket, which sends no credentials and may therefore hear production too.
 *
 * @throws CcError `deribit/forbidden-host`
 */
export function createDeribitPublicSocketClient(
  input: DeribitSocketOptionsInput,
  deps: DeribitPublicSocketDeps,
): DeribitPublicSocketClient {
  const options = deribitSocketOptionsSchema.parse(input)
  const origin = originOf(options.baseUrl, { loopback: options.allowLoopback, production: true })

  const line = createLine({ ...options, origin }, deps, greet)
  const { connection } = line
  const parts = assembleParts({ ...options, origin }, deps, { transport: connection, session: undefined })
  const streams = line.streamsOver(parts.call, { isSecret: parts.secrets.isIn, signsIn: false })

  async function greet(signal: AbortSignal): Promise<void> {
    await parts.call(setHeartbeat, { interval: options.heartbeatSec }, { signal })
  }

  return { ...parts.common, streams, connection: viewOf(connection), open: () => line.opened(parts.closing) }
}

/** The connection, and the channels that are heard over it once there is a way to call. */
function createLine(
  options: DeribitSocketOptions & { origin: string },
  deps: DeribitPublicSocketDeps,
  greet: (signal: AbortSignal) => Promise<void>,
) {
  const { clock, logger = silentLogger, random = evenlySpread(), onDrift } = deps
  const { origin, timeoutMs, maxFrameBytes, strict } = options
  const openSocket =
    deps.openSocket ?? createOpenSocket({ url: socketUrlOf(origin), maxFrameBytes, connectTimeoutMs: timeoutMs })
  let registry: ReturnType<typeof createChannelRegistry> | undefined
  const connection = createConnection(
    { ...options, openTimeoutMs: timeoutMs },
    {
      clock,
      logger,
      random,
      openSocket,
      greet,
      onNotification: (channel, data, receivedMs) => registry?.take(channel, data, receivedMs),
    },
  )

  function streamsOver(call: Call, { isSecret, signsIn }: { isSecret: Secrets['isIn']; signsIn: boolean }): Streams {
    const reading = { strict, isSecret, ...(onDrift && { onDrift }) }
    registry = createChannelRegistry({ connection, call, logger, clock, signsIn, ...reading })
    return createStreams(registry)
  }

  return {
    connection,
    streamsOver,
    opened: (closing: AbortSignal) => opened(connection, { clock, timeoutMs, closing }),
  }
}

/** What others may see of a connection: what ends it is the client's. */
function viewOf({ state, epoch, watch }: Connection): ConnectionView {
  return { state, epoch, watch }
}

/** Resolves when requests go; rejects in time, with what has been in the way. */
async function opened(
  connection: Connection,
  { clock, timeoutMs, closing }: { clock: Clock; timeoutMs: number; closing: AbortSignal },
): Promise<void> {
  const error = () => connection.lastFailure() ?? outOfTime('the WebSocket handshake', timeoutMs)
  const deadline = startDeadline(clock, { durationMs: timeoutMs, error, signals: [closing] })
  try {
    await connection.ready('public/subscribe', deadline.signal)
  } finally {
    deadline.end()
  }
}
