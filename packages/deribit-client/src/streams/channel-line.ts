import type { Logger } from '@cc/models'
import { type AttachedSink, createAttachedSink, createTeller } from './attached-sink.js'
import type { Channel, ChannelSink } from './channel.js'

/**
 * What the exchange does with a channel on the present connection. `off`: nothing. `joining`, `leaving`: it is being asked.
 * `on`: it sends. `unsure`: it was asked, and what it answered is not known.
 */
type LineState = 'off' | 'joining' | 'on' | 'unsure' | 'leaving'

/** What is to be asked of the exchange, so that it does what is wanted. */
type LineStep = 'join' | 'leave' | 'nothing' | { readonly laterMs: number }

/** One channel and all who hear it. */
export type ChannelLine = {
  readonly name: string
  readonly channel: Channel<unknown>
  state(): LineState
  isHeard(): boolean
  add(sink: ChannelSink<unknown>, nowMs: number): AttachedSink
  remove(sink: AttachedSink): void
  resync(nowMs: number): void
  step(nowMs: number): LineStep
  take(data: unknown, receivedMs: number): void
  /** What has become of it at the exchange. */
  asked(step: 'join' | 'leave'): void
  joined(): void
  left(): void
  unanswered(): void
  lost(): void
  /** Nobody hears it any more. */
  end(error: unknown): void
}

/** A channel that is joined anew again and again waits this long, and twice as long each time. */
const FIRST_PAUSE_MS = 1_000
const MAX_PAUSE_MS = 30_000
/** After so long without, the next is the first again. */
const CALM_MS = 60_000

export function createChannelLine(
  channel: Channel<unknown>,
  {
    read,
    logger,
    onUnreadable,
  }: { read: (data: unknown) => unknown; logger: Logger; onUnreadable: (error: unknown) => void },
): ChannelLine {
  const { name, startsWhole } = channel
  const keepsNewest = channel.delivery === 'newest'
  const tell = createTeller(name, logger)
  /** Replaced as a whole, so that who leaves while all are told is not in the way. */
  let sinks: readonly AttachedSink[] = []
  let state: LineState = 'off'
  /** Counts the times that it was joined. */
  let epoch = 0
  /** Whether the exchange serves it in this epoch, and whether it has sent anything. */
  let hasBegun = false
  let hasData = false
  let newest: { data: unknown; at: { receivedMs: number; epoch: number } } | undefined
  let rejoinAtMs: number | undefined
  let lastRejoinMs = Number.NEGATIVE_INFINITY
  let rejoins = 0

  function begin(): void {
    hasBegun = true
    for (const sink of sinks) welcome(sink)
  }

  /** What came last is handed to a new one at once. */
  function welcome(own: AttachedSink): void {
    if (own.sinceEpoch > epoch || !own.isPaused) return
    const [begun, known] = [epoch, newest]
    own.isPaused = false
    tell(own, (sink) => sink.onBegin?.(begun))
    if (known !== undefined) tell(own, (sink) => sink.onData(known.data, known.at))
  }

  function stop(): void {
    state = 'off'
    hasBegun = false
    hasData = false
    newest = undefined
    rejoinAtMs = undefined
    for (const own of sinks) {
      if (own.isPaused) continue
      own.isPaused = true
      tell(own, (sink) => sink.onPause?.())
    }
  }

  function accept(): void {
    for (const own of sinks) if (!own.isPaused) own.accept()
  }

  function unreadable(error: unknown): void {
    for (const own of sinks) if (!own.isPaused) tell(own, (sink) => sink.onUnreadable?.(error))
    if (!keepsNewest) end(error)
    onUnreadable(error)
  }

  function end(error: unknown): void {
    const ended = sinks
    sinks = []
    for (const own of ended) {
      tell(own, (sink) => sink.onEnd(error))
      own.isAttached = false
      own.refuse(error)
    }
  }

  function resync(nowMs: number): void {
    const isPointless = state === 'off' || ((state === 'joining' || state === 'unsure') && !hasData)
    if (isPointless || rejoinAtMs !== undefined) return
    if (nowMs - lastRejoinMs > CALM_MS) rejoins = 0
    const pauseMs = rejoins === 0 ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** (rejoins - 1), MAX_PAUSE_MS)
    rejoins += 1
    rejoinAtMs = Math.max(nowMs, lastRejoinMs + pauseMs)
    lastRejoinMs = rejoinAtMs
  }

  return {
    name,
    channel,
    state: () => state,
    isHeard: () => sinks.length > 0,
    add(sink, nowMs) {
      // A book that has begun says nothing whole to one who comes late.
      const isLate = startsWhole && hasData
      const added = createAttachedSink(sink, isLate ? epoch + 1 : 0)
      sinks = [...sinks, added]
      if (isLate) resync(nowMs)
      else {
        // Its owner is to have the attachment first.
        queueMicrotask(() => {
          if (hasBegun) welcome(added)
          if (state === 'on') accept()
        })
      }
      return added
    },
    remove(removed) {
      removed.isAttached = false
      sinks = sinks.filter((own) => own !== removed)
    },
    resync,
    step(nowMs) {
      if (state === 'joining' || state === 'leaving') return 'nothing'
      if (state === 'off') return sinks.length > 0 ? 'join' : 'nothing'
      if (sinks.length === 0) return 'leave'
      if (rejoinAtMs === undefined) return state === 'unsure' ? 'join' : 'nothing'
      return rejoinAtMs <= nowMs ? 'leave' : { laterMs: rejoinAtMs - nowMs }
    },
    take(raw, receivedMs) {
      if (state === 'off') return
      begin()
      let data: unknown
      try {
        data = read(raw)
      } catch (error) {
        return unreadable(error)
      }
      hasData = true
      const at = { receivedMs, epoch }
      if (keepsNewest) newest = { data, at }
      for (const own of sinks) if (!own.isPaused) tell(own, (sink) => sink.onData(data, at))
    },
    asked(step) {
      // What is asked again after an answer that did not come may have begun long ago.
      if (step === 'join' && state === 'off') epoch += 1
      state = step === 'join' ? 'joining' : 'leaving'
    },
    joined() {
      state = 'on'
      begin()
      accept()
    },
    left: stop,
    unanswered() {
      state = 'unsure'
    },
    lost: stop,
    end,
  }
}
