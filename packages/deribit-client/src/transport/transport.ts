/** One JSON-RPC request, before it is put on a wire. */
export type WireRequest = {
  readonly id: number
  /** Such as `public/ticker`. */
  readonly method: string
  readonly params: object
  /** Access token of a private method. */
  readonly token?: string | undefined
  /** Goes past those that only read, however many there are and however slow. */
  readonly isUrgent?: boolean
}

/**
 * What became of a request, on the local clock. `not-sent` is certain: no byte left. After `no-answer` and `unusable`
 * the exchange may have done what it was asked.
 */
export type Delivery =
  | {
      readonly kind: 'reply'
      readonly body: Uint8Array
      /** Of HTTP; 200 on transports without. */
      readonly status: number
      readonly sentMs: number
      readonly receivedMs: number
    }
  | { readonly kind: 'not-sent'; readonly reason: string; readonly isUntrusted: boolean }
  | { readonly kind: 'no-answer'; readonly reason: string }
  /** An answer that is not read: a redirect, one that is too large, one that is packed. */
  | { readonly kind: 'unusable'; readonly problem: string }

/** Carries requests to the exchange, each at most once. HTTP has one; a WebSocket fits. */
export type Transport = {
  /** Never rejects. Aborted, it lets go of the connection and tells how far the request got. */
  send(request: WireRequest, signal: AbortSignal): Promise<Delivery>
  /** Ends once what is under way has ended. */
  close(): Promise<void>
}
