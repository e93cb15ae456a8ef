import type { Clock } from '@cc/models'

/** Anything that is over at some time: a socket. */
type Ending = { readonly destroyed: boolean; once(event: 'close', heard: () => void): unknown }

/** Waits of faults. None outlives the server. */
export type FaultTimers = {
  /** Whether the time has passed; `false` when `until` was over before, or the server where that is not given. */
  wait(ms: number, until?: Ending): Promise<boolean>
  /** Ends all waits but those of connections, which end with them, and every later one at once. */
  close(): void
}

/** @param clock that of the machine: simulated time may stand still, or pass at once */
export function createFaultTimers(clock: Clock): FaultTimers {
  const life = new AbortController()
  const ends = new WeakMap<Ending, AbortController>()

  /** One for all waits of a connection, which may be many. */
  function endOf(until: Ending): AbortController {
    const known = ends.get(until)
    if (known !== undefined) return known
    const end = new AbortController()
    ends.set(until, end)
    until.once('close', () => end.abort())
    return end
  }

  return {
    async wait(ms, until) {
      if (life.signal.aborted || until?.destroyed) return false
      const { signal } = until === undefined ? life : endOf(until)
      try {
        await clock.sleep(ms, signal)
        return !signal.aborted
      } catch {
        return false
      }
    },
    close: () => life.abort(),
  }
}
