import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { sendAnswer } from './http-message.js'
import type { Answer } from './rpc/dispatcher.js'

/** What can be done about one incoming request. */
export type HttpContext = {
  readonly socket: Socket
  readonly response: ServerResponse
  /** The body, or the query string of a request that has none. */
  readonly text: string
  readonly kind: 'body' | 'query'
  /** The method that the path names. */
  readonly pathMethod: string | undefined
  /** Lets the request take effect, now. `text` is what came, or what shall be taken for it. */
  answer(text: string): Answer | Promise<Answer>
}

/** Everything that passes between requests over HTTP and the exchange. Whoever wants it to go wrong stands here. */
export type HttpTraffic = {
  /** Each request that can be read. Must not throw. */
  handle(context: HttpContext): void
}

/** Nothing goes wrong. */
export const PLAIN_HTTP: HttpTraffic = {
  handle({ response, text, answer }) {
    const answered = answer(text)
    if (answered instanceof Promise) void answered.then((each) => sendAnswer(response, each))
    else sendAnswer(response, answered)
  },
}
