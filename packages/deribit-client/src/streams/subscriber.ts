import { CcError, type Clock, type Logger } from '@cc/models'
import { isUnreadableReply, wrongCall } from '../errors.js'
import type { ApiMethod, Call } from '../method.js'
import type { ChannelLine } from './channel-line.js'
import { channelsRefused } from './stream-errors.js'

type ChannelMethod = ApiMethod<{ channels: string[] }, string[]>

/** Makes the exchange send what is wanted and nothing else: of the public channels, or of the private ones. */
export type Subscriber = {
  /** Something may have to be asked for this line. What is wanted in one breath is asked for at once. */
  consider(line: ChannelLine): void
  /** There is a connection, which knows of no channel. */
  open(): void
  /** There is none: what was asked of it is of no use any more. */
  lost(): void
}

export type SubscriberDeps = {
  readonly subscribe: ChannelMethod
  readonly unsubscribe: ChannelMethod
  readonly call: Call
  readonly clock: Clock
  readonly logger: Logger
  /** Whether the connection is signed in, so that it is a passing trouble if raw channels are refused. */
  readonly signsIn: boolean
  /** Nobody hears it, and the exchange does not send it. */
  readonly onIdle: (line: ChannelLine) => void
}

/** Room for names in a frame, which may have 32 kB: the rest is the request around them, with its token. */
const MAX_NAME_BYTES = 30_000
/** Quotes and comma. */
const NAME_FRAME_BYTES = 3
/** After a failure that passes, doubled with each. */
const FIRST_PAUSE_MS = 500
const MAX_PAUSE_MS = 10_000
/** An answer that makes no sense may have been damaged on its way; not so many in a row. */
const MAX_STRANGE_ANSWERS = 3
/** Raw channels need a sign-in: https://docs.deribit.com/articles/notifications */
const RAW_REFUSED = 13778

/**
 * One request at a time, so that none overtakes another, each with what is wanted then: who comes and goes meanwhile is
 * seen to by the next. It rests when the exchange does what is wanted.
 */
export function createSubscriber({ subscribe, unsubscribe, ...deps }: SubscriberDeps): Subscriber {
  const { call, clock, logger } = deps
  const lines = new Set<ChannelLine>()
  let connection: AbortController | undefined
  let alarm: AbortController | undefined
  let isWorking = false
  let hasFailed = false
  /** Answers in a row that made no sense. */
  let strange = 0

  function wake(): void {
    if (connection === undefined || isWorking) return
    isWorking = true
    alarm?.abort()
    const { signal } = connection
    work(signal).catch((error) => {
      if (signal.aborted) return
      isWorking = false
      logger.error('channels could not be asked for', { error: error instanceof Error ? error.name : typeof error })
    })
  }

  async function work(signal: AbortSignal): Promise<void> {
    for (let failures = 0; ; failures = hasFailed ? failures + 1 : 0) {
      if (failures > 0) await clock.sleep(Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), MAX_PAUSE_MS), signal)
      else await Promise.resolve()
      if (signal.aborted) return
      hasFailed = false
      const { leaving, joining, laterMs } = sort()
      if (leaving.length === 0 && joining.length === 0) {
        isWorking = false
        if (laterMs !== undefined) wakeIn(laterMs)
        return
      }
      for (const chunk of chunksOf(leaving)) await leave(chunk, signal)
      for (const chunk of chunksOf(joining)) await join(chunk, signal)
    }
  }

  /** What is to be asked for now. Lines that are as they are wanted are not looked at again. */
  function sort(): { leaving: ChannelLine[]; joining: ChannelLine[]; laterMs: number | undefined } {
    const nowMs = clock.now()
    const leaving: ChannelLine[] = []
    const joining: ChannelLine[] = []
    let laterMs: number | undefined
    for (const line of lines) {
      const step = line.step(nowMs)
      if (step === 'leave') leaving.push(line)
      else if (step === 'join') joining.push(line)
      else if (step === 'nothing') {
        lines.delete(line)
        if (line.state() === 'off' && !line.isHeard()) deps.onIdle(line)
      } else laterMs = Math.min(laterMs ?? step.laterMs, step.laterMs)
    }
    return { leaving, joining, laterMs }
  }

  function wakeIn(durationMs: number): void {
    alarm = new AbortController()
    clock.sleep(durationMs, alarm.signal).then(wake, () => undefined)
  }

  async function join(wanted: readonly ChannelLine[], signal: AbortSignal): Promise<void> {
    const chunk = still('join', wanted, signal)
    if (chunk.length === 0) return
    try {
      const { result } = await call(subscribe, { channels: namesOf(chunk) }, { signal })
      if (!signal.aborted) joined(chunk, new Set(result.map((name) => name.toLowerCase())))
    } catch (error) {
      if (!signal.aborted) await joinFailed(chunk, error, signal)
    }
  }

  /** Letters are not told apart: the exchange is known to change those of a currency. */
  function joined(chunk: readonly ChannelLine[], accepted: ReadonlySet<string>): void {
    strange = 0
    const isAccepted = ({ name }: ChannelLine) => accepted.has(name.toLowerCase())
    const refused = chunk.filter((line) => !isAccepted(line))
    for (const line of chunk) if (isAccepted(line)) line.joined()
    if (refused.length > 0) giveUp(refused, channelsRefused(namesOf(refused)))
  }

  async function joinFailed(chunk: readonly ChannelLine[], error: unknown, signal: AbortSignal): Promise<void> {
    for (const line of chunk) line.unanswered()
    const number = numberOf(error)
    if (number === RAW_REFUSED) {
      const raw = chunk.filter(({ name }) => name.endsWith('.raw'))
      const others = chunk.filter((line) => !raw.includes(line))
      if (deps.signsIn) hasFailed = true
      else for (const line of raw) giveUp([line], wrongCall(line.name, 'a client with credentials'))
      if (raw.length > 0) return join(others, signal)
    }
    if (mayPass(error)) {
      hasFailed = true
      logger.debug('channels are asked for again after a pause', { channels: chunk.length, code: codeOf(error) })
    } else if (number === undefined) {
      // It may have been done, and then it is to be undone.
      for (const line of chunk) line.end(error)
    } else if (chunk.length === 1) giveUp(chunk, error)
    else {
      // One of them is enough for all to be refused.
      const middle = chunk.length >> 1
      await join(chunk.slice(0, middle), signal)
      await join(chunk.slice(middle), signal)
    }
  }

  /** Whether it is worth asking again. Counts the answers that made no sense, or said only that it was too late. */
  function mayPass(error: unknown): boolean {
    if (!CcError.isInstance(error)) return false
    const isStrange = isUnreadableReply(error) || error.code === 'deribit/timed-out'
    if (isStrange) strange += 1
    return error.recovery === 'retry' || (isStrange && strange < MAX_STRANGE_ANSWERS)
  }

  /** The exchange certainly does not send them. */
  function giveUp(refused: readonly ChannelLine[], error: unknown): void {
    if (refused.length === 0) return
    logger.warn('channels are not served', {
      channels: refused.length,
      first: refused[0]?.name ?? '',
      code: codeOf(error),
    })
    for (const line of refused) {
      line.end(error)
      line.left()
    }
  }

  async function leave(unwanted: readonly ChannelLine[], signal: AbortSignal): Promise<void> {
    const chunk = still('leave', unwanted, signal)
    if (chunk.length === 0) return
    try {
      await call(unsubscribe, { channels: namesOf(chunk) }, { signal })
      if (signal.aborted) return
      strange = 0
      for (const line of chunk) line.left()
    } catch (error) {
      if (signal.aborted) return
      if (mayPass(error)) {
        hasFailed = true
        for (const line of chunk) line.unanswered()
      } else giveUp(chunk, error)
    }
  }

  /** Those for which it is still the right thing to ask, and now it is asked. */
  function still(step: 'join' | 'leave', chunk: readonly ChannelLine[], signal: AbortSignal): ChannelLine[] {
    if (signal.aborted) return []
    const nowMs = clock.now()
    const right = chunk.filter((line) => line.step(nowMs) === step)
    for (const line of right) line.asked(step)
    return right
  }

  return {
    consider(line) {
      lines.add(line)
      wake()
    },
    open() {
      connection = new AbortController()
      wake()
    },
    lost() {
      connection?.abort()
      connection = undefined
      alarm?.abort()
      isWorking = false
      lines.clear()
    },
  }
}

/** As few frames as there is room for. */
function chunksOf(lines: readonly ChannelLine[]): ChannelLine[][] {
  const chunks: ChannelLine[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const line of lines) {
    bytes += line.name.length + NAME_FRAME_BYTES
    if (bytes > MAX_NAME_BYTES) {
      chunks.push([])
      bytes = line.name.length + NAME_FRAME_BYTES
    }
    chunks.at(-1)?.push(line)
  }
  return chunks
}

function namesOf(lines: readonly ChannelLine[]): string[] {
  return lines.map(({ name }) => name)
}

/** Deribit's number, where it refused the request. */
function numberOf(error: unknown): unknown {
  return CcError.isInstance(error) ? error.facts.number : undefined
}

function codeOf(error: unknown): string {
  return CcError.isInstance(error) ? error.code : 'not-an-error-of-ours'
}
