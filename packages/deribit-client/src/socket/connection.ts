import type { CcError } from '@cc/models'
import type { Transport } from '../transport/transport.js'

/**
 * `idle` until something is asked. `connecting`: there is no socket. `greeting`: there is one, and it is being signed in.
 * `open`: requests go. `waiting`: a pause before the next try. `closed`: for good, by `close` or a failure that no further
 * try would mend.
 */
export type ConnectionState = 'idle' | 'connecting' | 'greeting' | 'open' | 'waiting' | 'closed'

/** What a connection tells those who depend on it. */
export type ConnectionListener = {
  /** A socket has been opened, signed in and prepared. `epoch` counts them from 1: what was known of an earlier one is void. */
  onOpen?(epoch: number): void
  /** The socket ended; another is on its way. */
  onLost?(reason: string): void
  /** There will be no other. */
  onClosed?(error: CcError): void
}

/** One WebSocket at a time, renewed for as long as it is wanted. As a transport, it carries requests by their ids. */
export type Connection = Transport & {
  state(): ConnectionState
  /** Of the present socket, or the last; 0 before the first. */
  epoch(): number
  /** Begins to connect, where nobody has asked for anything yet. */
  start(): void
  /** Ends the present socket as if it were lost: for what must not be trusted any more. */
  renew(reason: string): void
  watch(listener: ConnectionListener): () => void
}
