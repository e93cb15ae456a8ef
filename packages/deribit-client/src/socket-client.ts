import type { DeribitClient, DeribitPublicClient } from './client.js'
import type { Connection } from './socket/connection.js'
import type { Streams } from './streams/streams.js'

/** What a client over WebSocket has besides its methods. */
export type SocketParts = {
  readonly streams: Streams
  readonly connection: Pick<Connection, 'state' | 'epoch' | 'watch'>
}

/** Deribit's public methods and channels, over one WebSocket. */
export type DeribitPublicSocketClient = DeribitPublicClient & SocketParts

/** Deribit's public and private methods and channels, over one WebSocket. */
export type DeribitSocketClient = DeribitClient & SocketParts
