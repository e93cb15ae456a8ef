import { createManualClock } from './manual-clock.fixture.js'
import { errorReply, placedResult, resultReply, tokenResult, VENUE_MS } from './replies.fixture.js'
import { politeAnswer } from './scripted-client.fixture.js'
import { createMemorySockets, type MemoryPeer, type SentMessage } from './socket/memory-socket.fixture.js'
import { noConnection } from './socket/socket-errors.js'
import type { OpenSocket } from './socket/wire-socket.js'

/** What an exchange does with a request. */
export const MOODS = [
  'answers',
  'keeps',
  'ignores',
  'ends',
  'answers and ends',
  'ends and answers',
  'garbles',
  'asks whether anybody is there',
  'has had too many',
  'does not know the token',
  'answers others',
] as const
export type Mood = (typeof MOODS)[number]

/** What becomes of who wants a socket. */
export const DOORS = ['open', 'shut', 'stuck'] as const
type Door = (typeof DOORS)[number]

export const SCOPE = 'account:read_write trade:read_write'

/** Of answers to heartbeats, which go at any time. */
export const TEST_ID = 2_000_000_000

/** An exchange without a network, on a clock that is moved, whose mood changes. It has another one for orders. */
export function createMoodyExchange(expiresInSec: number) {
  const clock = createManualClock(VENUE_MS - 5_000)
  const taken = new Set<unknown>()
  const mood: { ofOrders: Mood; ofOthers: Mood; door: Door } = {
    ofOrders: 'answers',
    ofOthers: 'answers',
    door: 'open',
  }
  let kept: (() => void)[] = []
  let grants = 0
  const sockets = createMemorySockets((message, peer) => {
    meet(message, peer, message.method === 'private/sell' ? mood.ofOrders : mood.ofOthers)
  })

  function meet(message: SentMessage, peer: MemoryPeer, how: Mood): void {
    switch (how) {
      case 'answers':
        peer.say(replyTo(message))
        break
      case 'keeps':
        kept.push(() => peer.say(replyTo(message)))
        break
      case 'ignores':
        break
      case 'ends':
        peer.end('ECONNRESET')
        break
      case 'answers and ends':
        peer.say(replyTo(message))
        peer.end('closed-1000')
        break
      case 'ends and answers':
        peer.end('closed-1000')
        peer.say(replyTo(message))
        break
      case 'garbles':
        peer.say(replyTo(message).slice(0, -1))
        break
      case 'asks whether anybody is there':
        if (message.id !== TEST_ID) peer.say({ jsonrpc: '2.0', method: 'heartbeat', params: { type: 'test_request' } })
        peer.say(replyTo(message))
        break
      case 'has had too many':
        peer.say(errorReply(message, { code: 10_028, data: { wait: 2 } }))
        peer.end('closed-1000')
        break
      case 'does not know the token':
        peer.say('access_token' in message.params ? errorReply(message, { code: 13_009 }) : replyTo(message))
        break
      case 'answers others':
        for (const id of [String(message.id), -message.id, message.id + 0.5, null, [message.id]]) {
          peer.say(resultReply(message, 'x', { id }))
        }
    }
  }

  function replyTo(message: SentMessage): string {
    const options = { atMs: clock.now() + 5_000 }
    switch (message.method) {
      case 'public/auth': {
        grants += 1
        const tokens = { access_token: `access-${grants}`, refresh_token: `refresh-${grants}` }
        return resultReply(message, tokenResult({ ...tokens, expires_in: expiresInSec, scope: SCOPE }), options)
      }
      case 'public/get_time':
        return resultReply(message, options.atMs, options)
      case 'private/sell':
        taken.add(message.params.label)
        return resultReply(message, placedResult({ ...message.params, access_token: undefined }), options)
      case 'public/subscribe':
        return resultReply(message, message.params.channels, options)
      case 'public/set_heartbeat':
      case 'private/enable_cancel_on_disconnect':
        return resultReply(message, 'ok', options)
      default: {
        const act = politeAnswer({ ...message, token: undefined })
        return typeof act === 'object' && 'reply' in act ? String(act.reply) : '{}'
      }
    }
  }

  const openSocket: OpenSocket = async (events, signal) => {
    if (mood.door === 'shut') throw noConnection('ECONNREFUSED')
    if (mood.door === 'stuck') {
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    }
    return sockets.openSocket(events, signal)
  }

  return {
    clock,
    openSocket,
    mood,
    peers: sockets.peers,
    /** Labels of the orders that it has taken. */
    taken,
    /** Answers what it has kept, the last first where it is `backwards`. */
    release(backwards: boolean) {
      const due = backwards ? kept.reverse() : kept
      kept = []
      for (const answer of due) answer()
    },
    venueMs: () => clock.now() + 5_000,
    labelsSent: () =>
      sockets.peers.flatMap(({ sent }) =>
        sent.flatMap(({ method, params }) => (method === 'private/sell' ? [String(params.label)] : [])),
      ),
  }
}
