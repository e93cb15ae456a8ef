import type { Logger } from '@cc/models'
import type { Channel, ChannelSink } from './channel.js'
import { createHearer, createTeller, type Hearer } from './hearer.js'

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
  add(sink: ChannelSink<unknown>, nowMs: number): Hearer
  remove(hearer: Hearer): void
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
  let hearers: readonly Hearer[] = []
  let state: LineState = 'off'
  /** Counts the times that it was joined anew. */
  let epoch = 0
  /** Whether sinks have been told of this epoch, and whether it has brought anything. */
  let hasBegun = false
  let hasData = false
  let newest: { data: unknown; at: { receivedMs: number; epoch: number } } | undefined
  let rejoinAtMs: number | undefined
  let lastRejoinMs = Number.NEGATIVE_INFINITY
  let rejoins = 0

  function begin(): void {
    hasBegun = true
    for (const hearer of hearers) welcome(hearer)
  }

  function welcome(hearer: Hearer): void {
    if (hearer.sinceEpoch > epoch || hearer.epoch === epoch) return
    const isFirst = hearer.epoch === 0
    const restarted = epoch
    hearer.epoch = epoch
    hearer.isPaused = false
    if (!isFirst) tell(hearer, (sink) => sink.onRestart(restarted))
  }

  function stop(): void {
    state = 'off'
    hasBegun = false
    hasData = false
    newest = undefined
    rejoinAtMs = undefined
    for (const hearer of hearers) {
      if (hearer.epoch === 0 || hearer.isPaused) continue
      hearer.isPaused = true
      tell(hearer, (sink) => sink.onPause?.())
    }
  }

  /** What came last is handed to a new one at once, but not before it has its attachment. */
  function handNewest(hearer: Hearer): void {
    queueMicrotask(() => {
      const known = newest
      if (known !== undefined && !hearer.hasHeard) hear(hearer, known.data, known.at)
    })
  }

  function hear(hearer: Hearer, data: unknown, at: { receivedMs: number; epoch: number }): void {
    if (hearer.epoch !== epoch) return
    hearer.hasHeard = true
    tell(hearer, (sink) => sink.onData(data, at))
  }

  function unreadable(error: unknown): void {
    for (const hearer of hearers) if (hearer.epoch === epoch) tell(hearer, (sink) => sink.onUnreadable(error))
    if (!keepsNewest) end(error)
    onUnreadable(error)
  }

  function end(error: unknown): void {
    const ended = hearers
    hearers = []
    for (const hearer of ended) {
      tell(hearer, (sink) => sink.onEnd(error))
      hearer.isAttached = false
      hearer.refuse(error)
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
    isHeard: () => hearers.length > 0,
    add(sink, nowMs) {
      // A book that has begun says nothing whole to one who comes late.
      const isLate = startsWhole && hasData
      const hearer = createHearer(sink, isLate ? epoch + 1 : 0)
      hearers = [...hearers, hearer]
      if (isLate) resync(nowMs)
      else {
        if (hasBegun) welcome(hearer)
        if (state === 'on') hearer.accept()
        if (newest !== undefined) handNewest(hearer)
      }
      return hearer
    },
    remove(hearer) {
      hearer.isAttached = false
      hearers = hearers.filter((other) => other !== hearer)
    },
    resync,
    step(nowMs) {
      if (state === 'joining' || state === 'leaving') return 'nothing'
      if (state === 'off') return hearers.length > 0 ? 'join' : 'nothing'
      if (hearers.length === 0) return 'leave'
      if (rejoinAtMs === undefined) return state === 'unsure' ? 'join' : 'nothing'
      return rejoinAtMs <= nowMs ? 'leave' : { laterMs: rejoinAtMs - nowMs }
    },
    take(raw, receivedMs) {
      if (state === 'off') return
      let data: unknown
      try {
        data = read(raw)
      } catch (error) {
        if (!hasBegun) begin()
        return unreadable(error)
      }
      if (!hasBegun) begin()
      hasData = true
      const at = { receivedMs, epoch }
      if (keepsNewest) newest = { data, at }
      for (const hearer of hearers) hear(hearer, data, at)
    },
    asked(step) {
      // What is asked again after an answer that did not come may have begun long ago.
      if (step === 'join' && state === 'off') epoch += 1
      state = step === 'join' ? 'joining' : 'leaving'
    },
    joined() {
      state = 'on'
      if (!hasBegun) begin()
      for (const hearer of hearers) if (hearer.epoch === epoch) hearer.accept()
    },
    left: stop,
    unanswered() {
      state = 'unsure'
    },
    lost: stop,
    end,
  }
}
