import type { OpenSocket, WireSocketEvents } from './wire-socket.js'

export type SentMessage = { readonly id: number; readonly method: string; readonly params: Record<string, unknown> }

/** The exchange's side of one socket that is no socket. */
export type MemoryPeer = {
  readonly sent: SentMessage[]
  say(frame: unknown): void
  /** Ends it from the exchange's side. */
  end(reason: string): void
  isOver(): boolean
}

/** Sockets without a network: `onMessage` plays the exchange, within the call that sends. */
export function createMemorySockets(onMessage: (message: SentMessage, peer: MemoryPeer) => void): {
  readonly peers: readonly MemoryPeer[]
  readonly openSocket: OpenSocket
} {
  const peers: MemoryPeer[] = []

  function peerOf(events: WireSocketEvents): { peer: MemoryPeer; destroy: () => void } {
    let isOver = false
    const peer: MemoryPeer = {
      sent: [],
      say(frame) {
        if (!isOver) events.onText(typeof frame === 'string' ? frame : JSON.stringify(frame))
      },
      end(reason) {
        if (isOver) return
        isOver = true
        events.onEnd(reason)
      },
      isOver: () => isOver,
    }
    return {
      peer,
      destroy() {
        isOver = true
      },
    }
  }

  return {
    peers,
    async openSocket(events) {
      const { peer, destroy } = peerOf(events)
      peers.push(peer)
      return {
        send(text) {
          if (peer.isOver()) return false
          const message: SentMessage = JSON.parse(text)
          peer.sent.push(message)
          onMessage(message, peer)
          return true
        },
        destroy,
      }
    },
  }
}
