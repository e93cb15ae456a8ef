import type { Clock } from '@cc/models'

/** Watches over a socket that may have died without a word. */
export type Silence = {
  /** Something came. `false` where nothing had for too long before: whoever was suspended finds what is long over. */
  broken(atMs: number): boolean
  /** Calls `onSilent` once nothing has come for too long, unless the signal ends it before. Never rejects. */
  watch(signal: AbortSignal, onSilent: () => void): Promise<void>
}

/** Silence begins now. */
export function createSilence(clock: Clock, silenceMs: number): Silence {
  let lastMs = clock.now()
  return {
    broken(atMs) {
      if (atMs - lastMs >= silenceMs) return false
      lastMs = atMs
      return true
    },
    async watch(signal, onSilent) {
      try {
        while (clock.now() - lastMs < silenceMs) await clock.sleep(lastMs + silenceMs - clock.now(), signal)
      } catch {
        return
      }
      onSilent()
    },
  }
}
