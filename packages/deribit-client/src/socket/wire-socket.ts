/** One open WebSocket. */
export type WireSocket = {
  /** Gives a text frame to the network. `false` where the socket has ended: then no byte of it leaves. */
  send(text: string): boolean
  /** Ends it at once, without waiting for the other side. */
  destroy(): void
}

/** What a socket tells from the moment it is open. */
export type WireSocketEvents = {
  /** One text frame. */
  onText(text: string): void
  /** Once, and nothing after it. `reason` is a word such as `closed-1006`, `ECONNRESET`, `frame-too-large`. Not told of `destroy`. */
  onEnd(reason: string): void
}

/**
 * Opens a WebSocket.
 *
 * @throws CcError `deribit/unreachable`, `deribit/untrusted-host`, `deribit/gateway-error`; the signal's reason when aborted,
 * and then nothing of it is left
 */
export type OpenSocket = (events: WireSocketEvents, signal: AbortSignal) => Promise<WireSocket>
