/** Where the contents of frames go. */
export type FrameHandlers = {
  onNotification(channel: string, data: unknown, receivedMs: number): void
  /** Answers the request `id`. What it says has not been looked at. */
  onReply(id: unknown, frame: Readonly<Record<string, unknown>>, receivedMs: number): void
  /** The exchange asks whether anybody is there. */
  onTestRequest(): void
  /** What cannot be read: it may have been anything. */
  onMalformed(problem: string): void
}

/**
 * Reads text frames, each once, and passes on what they hold. A method that is not known is passed over: Deribit may
 * come to send more.
 *
 * https://docs.deribit.com/articles/notifications
 */
export function createFrameReader(handlers: FrameHandlers): (text: string, receivedMs: number) => void {
  return (text, receivedMs) => {
    let frame: unknown
    try {
      frame = JSON.parse(text)
    } catch {
      return handlers.onMalformed('not-json')
    }
    if (!isObject(frame)) return handlers.onMalformed('not-an-object')
    const { method } = frame
    if (method === 'subscription') {
      const { params } = frame
      if (isObject(params) && typeof params.channel === 'string' && params.data !== undefined) {
        return handlers.onNotification(params.channel, params.data, receivedMs)
      }
      return handlers.onMalformed('no-channel')
    }
    if (method === undefined) return handlers.onReply(frame.id, frame, receivedMs)
    if (method === 'heartbeat' && isObject(frame.params) && frame.params.type === 'test_request') {
      handlers.onTestRequest()
    }
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
