import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Answer } from '../rpc/dispatcher.js'
import type { SocketLine } from './socket-line.js'

/** What can be done about one incoming frame. */
export type FrameContext = {
  readonly line: SocketLine
  /**
   * Lets the request take effect, now. `undefined` on a connection that is over: there it takes none.
   * Notifications that the request causes wait for `reply`, or for the end of the turn where none is made in it.
   */
  answer(text: string): Answer | undefined | Promise<Answer | undefined>
  /**
   * The request is still under way. It takes effect when the function is called that comes back, once, and be it that the
   * connection has ended by then: the exchange does not hear of the end before.
   */
  postpone(text: string): () => Answer | undefined | Promise<Answer | undefined>
  /**
   * Sends a reply, unless the connection is over, as it is after a logout, and ends the connection behind
   * `too_many_requests`.
   */
  reply(answer: Answer | undefined): void
}

/** Everything that passes between the WebSockets and the exchange. Whoever wants it to go wrong stands here. */
export type SocketTraffic = {
  /** Whether permessage-deflate is agreed to where a client offers it. Frames go out as they are all the same. */
  readonly agreesToDeflate: boolean
  /** An upgrade that asks for the right path. `false`: it has been answered, and there will be no WebSocket. */
  admit(request: IncomingMessage, socket: Duplex): boolean
  /** A WebSocket that has just opened. */
  opened(line: SocketLine): void
  /** Each incoming text frame. Must not throw. */
  handleFrame(text: string, context: FrameContext): void
  /** Each notification, in order. */
  deliver(notification: { readonly channel: string; readonly text: string }, line: SocketLine): void
}

/** Nothing goes wrong. */
export const PLAIN_TRAFFIC: SocketTraffic = {
  agreesToDeflate: false,
  admit: () => true,
  opened() {},
  handleFrame(text, { answer, reply }) {
    const answered = answer(text)
    if (answered instanceof Promise) void answered.then(reply)
    else reply(answered)
  },
  deliver: ({ text }, line) => line.send(text),
}
