import { namedError } from '../error-table.js'

/** What one WebSocket remembers between its requests, and what can be done to it. It ends with the connection. */
export type SocketSession = {
  /** Of the last `public/auth` on this connection: requests without a token are made with it. */
  token: { readonly accessToken: string } | null
  /** Orders that are placed on this connection from now on are cancelled when it breaks. */
  cancelOnDisconnect: boolean
  /** Ids of the orders that are. */
  readonly boundOrders: Set<string>
  /** Seconds between heartbeats; `null` for none. */
  setHeartbeat(intervalSec: number | null): void
  /** The client has called `public/test`, which is what a `test_request` asks for. */
  answerTestRequest(): void
  /** Sends a notification, after whatever reply is being made, in the order of the calls. */
  notify(channel: string, frame: string): void
  /** Ends it in good order, without an answer to the request in hand and without cancelling its orders. */
  logout(): void
}

/** @throws RpcError `must_be_websocket_request` for a request that came by another way, which has no session. */
export function sessionOf({ session }: { readonly session?: SocketSession }): SocketSession {
  if (session === undefined) throw namedError('must_be_websocket_request')
  return session
}
