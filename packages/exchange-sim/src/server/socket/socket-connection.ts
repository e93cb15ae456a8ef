import type { Duplex } from 'node:stream'
import type { Clock } from '@cc/models'
import type { WebSocket } from 'ws'
import type { Connection } from '../method.js'
import type { Answer, Dispatcher } from '../rpc/dispatcher.js'
import { parseError } from '../rpc-error.js'
import { createKeepAlive } from './keep-alive.js'
import { createSocketLine } from './socket-line.js'
import type { SocketSession } from './socket-session.js'
import type { FrameContext, SocketTraffic } from './socket-traffic.js'

/** What the WebSockets of one server have in common. */
export type SocketParts = {
  dispatcher: Pick<Dispatcher, 'answerText' | 'answerFailure'>
  traffic: SocketTraffic
  /** Time of the network: heartbeats and inactivity go by it. `null`: there are none. */
  clock: Clock | null
  /** A client for which more bytes than these wait is too slow, and is cut off. */
  maxBacklogBytes: number
  /** Whether orders of a new connection are cancelled when it breaks, without it asking for that. */
  startsBound(): boolean
  /** A connection is over. Called once for each. */
  ended(connection: Connection, session: SocketSession, how: { readonly keepsOrders: boolean }): void
}

/** One WebSocket that was opened. */
export type SocketConnection = {
  /** Ends it because the server goes. */
  goAway(): void
}

/** Deribit does not say with which code it ends a session: this is RFC 6455's for a client that does not play by the rules. */
const POLICY_VIOLATION = 1008

const TOO_MANY_REQUESTS = 10028

/** Requests are not taken up while more than this waits for the client, in bytes: replies fill no memory. */
const HIGH_WATER_BYTES = 1_048_576

const NO_FRAME = { pathMethod: undefined, authorization: undefined }

/** Serves one WebSocket: text frames to replies, with everything that it remembers, until it ends in one way or another. */
export function openSocketConnection(
  { ws, raw, id }: { ws: WebSocket; raw: Duplex; id: number },
  parts: SocketParts,
): SocketConnection {
  const { dispatcher, traffic, maxBacklogBytes } = parts
  const line = createSocketLine({
    ws,
    raw,
    maxBacklogBytes,
    tooSlow: () => end('connection_too_slow'),
    letGo: takeUp,
  })
  const keepAlive = createKeepAlive({ clock: parts.clock, send: line.send, giveUp: end })
  const session: SocketSession = {
    token: null,
    cancelOnDisconnect: parts.startsBound(),
    boundOrders: new Set(),
    setHeartbeat: keepAlive.setHeartbeat,
    answerTestRequest: keepAlive.answerTestRequest,
    notify(channel, text) {
      if (isOver) return
      if (isHolding) held.push({ channel, text })
      else deliver({ channel, text })
    },
    logout() {
      finish({ keepsOrders: true })
      line.close(1000, 'logout')
    },
  }
  const connection: Connection = { transport: 'websocket', id, session }
  const context: FrameContext = { line, answer, postpone, reply }
  const held: { channel: string; text: string }[] = []
  const inbox: string[] = []
  const highWater = Math.min(HIGH_WATER_BYTES, maxBacklogBytes)
  let isHolding = false
  let isOver = false
  let underWay = 0
  let ending: { keepsOrders: boolean } | undefined

  ws.on('message', (data: Buffer, isBinary) => {
    keepAlive.heard()
    if (isBinary) reply(dispatcher.answerFailure(parseError()))
    else take(data.toString('utf8'))
  })
  ws.on('ping', (data) => {
    keepAlive.heard()
    line.pong(data)
  })
  ws.on('pong', keepAlive.heard)
  ws.on('error', () => {})
  ws.on('close', () => finish({ keepsOrders: false }))
  raw.on('drain', takeUp)
  traffic.opened(line)
  return {
    goAway() {
      finish({ keepsOrders: true })
      line.close(1001, 'going away')
      line.endSoon()
    },
  }

  /** Requests wait while the client does not read what it was answered. */
  function take(text: string): void {
    if (inbox.length > 0 || line.waitingBytes() > highWater) {
      inbox.push(text)
      ws.pause()
    } else {
      handle(text)
    }
  }

  function takeUp(): void {
    while (inbox.length > 0 && line.waitingBytes() <= highWater) handle(inbox.shift() ?? '')
    if (inbox.length === 0) ws.resume()
  }

  function handle(text: string): void {
    if (!isOver && line.isOpen()) traffic.handleFrame(text, context)
  }

  function answer(text: string): ReturnType<FrameContext['answer']> {
    return isOver ? undefined : perform(text)
  }

  function postpone(text: string): ReturnType<FrameContext['postpone']> {
    underWay += 1
    return () => {
      const answered = perform(text)
      underWay -= 1
      tellEnd()
      return answered
    }
  }

  function perform(text: string): ReturnType<FrameContext['answer']> {
    isHolding = true
    queueMicrotask(release)
    return dispatcher.answerText(text, connection, NO_FRAME)
  }

  function reply(answered: Answer | undefined): void {
    if (answered === undefined || isOver) return
    line.send(answered.text)
    release()
    if (answered.errorCode === TOO_MANY_REQUESTS) end('too_many_requests')
  }

  function release(): void {
    isHolding = false
    for (const notification of held.splice(0)) deliver(notification)
  }

  function deliver(notification: { channel: string; text: string }): void {
    if (isOver) return
    keepAlive.notified()
    traffic.deliver(notification, line)
  }

  function end(reason: string): void {
    if (isOver) return
    finish({ keepsOrders: false })
    line.close(POLICY_VIOLATION, reason)
  }

  function finish(how: { keepsOrders: boolean }): void {
    if (isOver) return
    isOver = true
    keepAlive.end()
    held.length = 0
    inbox.length = 0
    // The client's part of the closing handshake is to be read.
    ws.resume()
    ending = how
    // It may be a notification that ended it: whoever sends those is not to be told in the middle.
    queueMicrotask(tellEnd)
  }

  function tellEnd(): void {
    if (underWay > 0 || ending === undefined) return
    const how = ending
    ending = undefined
    parts.ended(connection, session, how)
  }
}
