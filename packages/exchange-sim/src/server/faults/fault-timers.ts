import type { Clock } from '@cc/models'

/** Anything that is over at some time: a socket. */
type Ending = { readonly destroyed: boolean; once(event: 'close', heard: () => void): unknown }

/** Waits of faults. None outlives the server. */
export type FaultTimers = {
  /** Whether the time has passed; `false` when the server, or `until`, was over before. */
  wait(ms: number, until?: Ending): Promise<boolean>
  /** Ends all waits, and every later one at once. */
  close(): void
}

/** @param clock that of the machine: simulated time may stand still, or pass at once */
export function createFaultTimers(clock: Clock): FaultTimers {
  const life = new AbortController()
  const ends = new WeakMap<Ending, AbortController>()
  const open = new Set<AbortController>([life])

  /** One for all waits of a connection, which may be many. */
  function endOf(until: Ending): AbortController {
    const known = ends.get(until)
    if (known !== undefined) return known
    const end = new AbortController()
    ends.set(until, end)
    open.add(end)
    until.once('close', () => {
      open.delete(end)
      end.abort()
    })
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
    close() {
      for (const each of open) each.abort()
    },
  }
}
