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
      /** Bytes as they came, or what was read of them by a transport that has to look into what comes. */
      readonly body: Uint8Array | ReadJson
      /** Of HTTP; 200 on transports without. */
      readonly status: number
      readonly sentMs: number
      readonly receivedMs: number
    }
  | { readonly kind: 'not-sent'; readonly reason: string; readonly isUntrusted: boolean }
  | { readonly kind: 'no-answer'; readonly reason: string }
  /** An answer that is not read: a redirect, one that is too large, one that is packed. */
  | { readonly kind: 'unusable'; readonly problem: string }

/** A reply whose JSON has been read. */
export type ReadJson = { readonly json: unknown }

/** Carries requests to the exchange, each at most once: over HTTP, or over one WebSocket. */
export type Transport = {
  /**
   * Resolves when a request of this method may be sent; at once where requests need no connection of their own.
   *
   * @throws CcError why there will be no connection any more; the signal's reason when aborted
   */
  ready(method: string, signal: AbortSignal): Promise<void>
  /** Never rejects. Aborted, it lets go of the connection and tells how far the request got. */
  send(request: WireRequest, signal: AbortSignal): Promise<Delivery>
  /** Ends once what is under way has ended. */
  close(): Promise<void>
}
