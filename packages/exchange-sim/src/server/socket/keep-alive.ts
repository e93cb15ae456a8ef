import type { Clock } from '@cc/models'

/** Finds out whether the other side of one WebSocket is still there. */
export type KeepAlive = {
  /** Seconds between heartbeats; `null` for none. */
  setHeartbeat(intervalSec: number | null): void
  /** `public/test` came. */
  answerTestRequest(): void
  /** Any frame came. */
  heard(): void
  /** A notification went out: who gets those needs no heartbeats. */
  notified(): void
  /** Lets go of the clock. */
  end(): void
}

type KeepAliveParts = {
  /** `null`: there is no time that the network could go by. Nothing is sent then, and nobody is given up. */
  clock: Clock | null
  send: (text: string) => void
  /** Called once, at most. */
  giveUp: (reason: 'heartbeat_timeout' | 'inactivity_timeout') => void
}

/** Source: https://docs.deribit.com/articles/connection-management-best-practices */
const INACTIVITY_MS = 600_000

/** How much later than the interval a test request comes: the first, and the others. Measured with an interval of 10 s. */
const FIRST_LAG_MS = 2_000
const LAG_MS = 600

const HEARTBEAT = frameOf('heartbeat')
const TEST_REQUEST = frameOf('test_request')

/**
 * Sends heartbeats, and gives a connection up when a test request was not answered before the next one is due, or when no
 * frame at all came for ten minutes.
 */
export function createKeepAlive({ clock, send, giveUp }: KeepAliveParts): KeepAlive {
  const life = new AbortController()
  let beating: AbortController | undefined
  let heardMs = clock?.now() ?? 0
  let notifiedMs = Number.NEGATIVE_INFINITY
  let isTestDue = false
  if (clock !== null) void watchInactivity(clock)

  async function watchInactivity(time: Clock): Promise<void> {
    for (;;) {
      const leftMs = heardMs + INACTIVITY_MS - time.now()
      if (leftMs <= 0) return stop('inactivity_timeout')
      if (!(await slept(time, leftMs, life.signal))) return
    }
  }

  async function beat(time: Clock, intervalMs: number, signal: AbortSignal): Promise<void> {
    for (let lagMs = FIRST_LAG_MS; ; lagMs = LAG_MS) {
      if (!(await slept(time, intervalMs, signal))) return
      if (time.now() - notifiedMs >= intervalMs) send(HEARTBEAT)
      if (!(await slept(time, lagMs, signal))) return
      if (isTestDue) return stop('heartbeat_timeout')
      isTestDue = true
      send(TEST_REQUEST)
    }
  }

  function stop(reason: 'heartbeat_timeout' | 'inactivity_timeout'): void {
    if (life.signal.aborted) return
    end()
    giveUp(reason)
  }

  function end(): void {
    beating?.abort()
    life.abort()
  }

  return {
    end,
    setHeartbeat(intervalSec) {
      beating?.abort()
      beating = undefined
      isTestDue = false
      if (intervalSec === null || clock === null || life.signal.aborted) return
      beating = new AbortController()
      void beat(clock, intervalSec * 1_000, beating.signal)
    },
    answerTestRequest() {
      isTestDue = false
    },
    heard() {
      heardMs = clock?.now() ?? 0
    },
    notified() {
      notifiedMs = clock?.now() ?? 0
    },
  }
}

/** Whether the time has passed; `false` when it was cut short. */
async function slept(clock: Clock, durationMs: number, signal: AbortSignal): Promise<boolean> {
  try {
    await clock.sleep(durationMs, signal)
    return !signal.aborted
  } catch {
    return false
  }
}

function frameOf(type: 'heartbeat' | 'test_request'): string {
  return JSON.stringify({ jsonrpc: '2.0', method: 'heartbeat', params: { type } })
}
