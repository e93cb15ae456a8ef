import type { Delivery } from '../transport/transport.js'

/** Requests that were sent and not answered yet. Each is settled once: by its reply, its signal, or the end of the socket. */
export type PendingReplies = {
  /**
   * Sends, and waits for the reply to `id`. `send` is `false` where nothing left.
   */
  ask(id: number, options: { sentMs: number; signal: AbortSignal; send: () => boolean }): Promise<Delivery>
  /** `false` where nobody waits for it: it comes twice, too late, or to something that was never asked. */
  answer(id: unknown, json: unknown, receivedMs: number): boolean
  /** The socket ended: none of them is answered any more. */
  lose(reason: string): void
  /** Resolves when nobody waits. */
  drained(): Promise<void>
}

export function createPendingReplies(): PendingReplies {
  const waiting = new Map<unknown, { sentMs: number; settle: (delivery: Delivery) => void }>()
  let onDrained: (() => void)[] = []

  function drain(): void {
    if (waiting.size > 0) return
    for (const resolve of onDrained) resolve()
    onDrained = []
  }

  return {
    ask: (id, { sentMs, signal, send }) =>
      new Promise((resolve) => {
        const settle = (delivery: Delivery) => {
          waiting.delete(id)
          signal.removeEventListener('abort', stop)
          resolve(delivery)
          drain()
        }
        const stop = () => settle({ kind: 'no-answer', reason: 'aborted' })
        waiting.set(id, { sentMs, settle })
        signal.addEventListener('abort', stop, { once: true })
        if (!send()) settle({ kind: 'not-sent', reason: 'not-connected', isUntrusted: false })
      }),
    answer(id, json, receivedMs) {
      const entry = waiting.get(id)
      entry?.settle({ kind: 'reply', body: { json }, status: 200, sentMs: entry.sentMs, receivedMs })
      return entry !== undefined
    },
    lose(reason) {
      for (const { settle } of [...waiting.values()]) settle({ kind: 'no-answer', reason })
    },
    drained: () =>
      new Promise((resolve) => {
        onDrained.push(resolve)
        drain()
      }),
  }
}
