import type { SocketLine } from '../socket/socket-line.js'
import type { SocketTraffic } from '../socket/socket-traffic.js'
import type { NotificationFault } from './fault.js'
import type { FaultParts } from './faulty-request.js'
import { malformedReply } from './malformed-reply.js'

type Frame = string | Buffer

/** What waits on one channel of one connection. */
type Waiting = {
  /** Behind one that is late. */
  late: Frame[] | undefined
  /** For the next one to go first. */
  held: Frame | undefined
}

/** Lets notifications go wrong. Of one channel each comes in its turn, but for those that a fault puts out of it. */
export function createFaultyNotifications({
  plan,
  timers,
}: Pick<FaultParts, 'plan' | 'timers'>): SocketTraffic['deliver'] {
  const lines = new WeakMap<SocketLine, Map<string, Waiting>>()

  function waitingOf(line: SocketLine, channel: string): Waiting {
    const channels = lines.get(line) ?? new Map<string, Waiting>()
    lines.set(line, channels)
    const waiting = channels.get(channel) ?? { late: undefined, held: undefined }
    channels.set(channel, waiting)
    return waiting
  }

  function emit(frame: Frame, line: SocketLine, waiting: Waiting | undefined): void {
    if (waiting?.late !== undefined) {
      waiting.late.push(frame)
      return
    }
    send(frame, line)
    const held = waiting?.held
    if (waiting === undefined || held === undefined) return
    waiting.held = undefined
    send(held, line)
  }

  async function play(
    fault: NotificationFault,
    { channel, text }: { channel: string; text: string },
    line: SocketLine,
  ): Promise<void> {
    const waiting = waitingOf(line, channel)
    switch (fault.kind) {
      case 'drop':
        return
      case 'duplicate':
        emit(text, line, waiting)
        return emit(text, line, waiting)
      case 'malformed':
        return emit(malformedReply(fault.form, text), line, waiting)
      case 'reorder':
        if (waiting.held !== undefined || waiting.late !== undefined) return emit(text, line, waiting)
        waiting.held = text
        if (!(await timers.wait(fault.ms, line.raw)) || waiting.held !== text) return
        waiting.held = undefined
        return emit(text, line, waiting)
      case 'latency': {
        if (waiting.late !== undefined) return emit(text, line, waiting)
        waiting.late = [text]
        const isOver = !(await timers.wait(fault.ms, line.raw))
        const late = waiting.late
        waiting.late = undefined
        if (!isOver) for (const frame of late) emit(frame, line, waiting)
      }
    }
  }

  return (notification, line) => {
    if (!line.isOpen()) return
    const fault = plan.ofNotification(notification.channel)
    if (fault === undefined) emit(notification.text, line, lines.get(line)?.get(notification.channel))
    else void play(fault, notification, line)
  }
}

function send(frame: Frame, line: SocketLine): void {
  if (typeof frame === 'string') line.send(frame)
  else line.sendBytes(frame, { binary: false })
}
