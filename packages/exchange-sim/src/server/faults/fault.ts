/** Where in the life of a request something goes wrong: before the exchange has seen it, or after it has acted on it. */
export type FaultMoment = 'before' | 'after'

/** What can go wrong with one request and its reply, over HTTP and over WebSocket. Times in ms of the machine. */
export type RequestFault =
  /** The reply is held back; the request has taken effect. */
  | { readonly kind: 'latency'; readonly ms: number }
  /** The request itself arrives late, and takes effect then. */
  | { readonly kind: 'late-arrival'; readonly ms: number }
  /** There is never a reply; the connection stays. */
  | { readonly kind: 'drop'; readonly when: FaultMoment }
  /** The reply comes twice. Over HTTP the second one is a stray response on the connection. */
  | { readonly kind: 'duplicate' }
  /** The reply comes after that of the next request on the connection, or after `ms` where there is none. */
  | { readonly kind: 'reorder'; readonly ms: number }
  /** The connection is reset (TCP RST). */
  | { readonly kind: 'reset'; readonly when: FaultMoment }
  /** The connection stays, and nothing is read from it or written to it any more. */
  | { readonly kind: 'half-open'; readonly when: FaultMoment }
  /** The head, or the body, of the reply comes byte by byte. A WebSocket has one frame for both. */
  | { readonly kind: 'slow'; readonly part: 'headers' | 'body'; readonly msPerByte: number }
  /** The head, or the body, of the reply never ends. */
  | { readonly kind: 'endless'; readonly part: 'headers' | 'body' }
  /** The reply is not what it should be. */
  | { readonly kind: 'malformed'; readonly form: MalformedForm }
  /** The reply is that large, and JSON. */
  | { readonly kind: 'giant'; readonly bytes: number }
  /** The reply is small and packed, and that large when unpacked. */
  | { readonly kind: 'gzip-bomb'; readonly bytes: number }
  /** A page of HTML from something before the exchange. A WebSocket is closed: it carries no HTTP any more. */
  | { readonly kind: 'html'; readonly status: number; readonly when: FaultMoment }
  /** An error of Deribit's, by its word. `too_many_requests` ends a WebSocket, as at Deribit. */
  | { readonly kind: 'error'; readonly word: string; readonly when: FaultMoment; readonly waitSec?: number | undefined }
  /** All tokens are gone: the request is refused as `unauthorized`, and so is every later one with an old token. */
  | { readonly kind: 'token-loss' }
  /** From this request on the exchange's clock is this far ahead of itself. */
  | { readonly kind: 'clock-skew'; readonly ms: number }
  /** The request is sent elsewhere. A WebSocket is closed. */
  | { readonly kind: 'redirect'; readonly location: string }

export type MalformedForm =
  | 'empty'
  | 'not-json'
  | 'truncated'
  | 'invalid-utf8'
  | 'wrong-id'
  | 'no-result'
  | 'result-and-error'
  | 'not-an-object'
  | 'wrong-version'

/** What can go wrong with one notification. */
export type NotificationFault =
  /** It is never sent: a gap in a sequence. */
  | { readonly kind: 'drop' }
  | { readonly kind: 'duplicate' }
  /** It comes after the next one on the connection. */
  | { readonly kind: 'reorder' }
  | { readonly kind: 'latency'; readonly ms: number }
  | { readonly kind: 'malformed'; readonly form: 'not-json' | 'truncated' | 'invalid-utf8' }

/** What can go wrong with a connection while it begins. */
export type ConnectionFault =
  | { readonly kind: 'reset' }
  /** Accepted, and silent. */
  | { readonly kind: 'half-open' }
  /** The upgrade to WebSocket is answered with another status. */
  | { readonly kind: 'html'; readonly status: number }
  | { readonly kind: 'redirect'; readonly location: string }

/** Says what goes wrong next. Asked once for everything that could. */
export type FaultInjector = {
  ofRequest(request: { readonly method: string; readonly transport: 'http' | 'websocket' }): RequestFault | undefined
  ofNotification(channel: string): NotificationFault | undefined
  ofUpgrade(): ConnectionFault | undefined
}
