import type { HaltState, HaltSwitch } from '@cc/models'
import type { Life } from './life.ts'
import type { MemoryDisk } from './memory-disk.ts'

export const HALT_PATH = '/run/HALT'

/** The stop of one life, kept in a file that outlives it. `hear` is how a process learns of a file that a person made. */
export function createHaltText(disk: MemoryDisk, life: Life): HaltSwitch & { hear(): void; end(reason: Error): void } {
  const controller = new AbortController()
  let latched: HaltState | undefined

  function read(): HaltState {
    if (latched !== undefined) return latched
    const reason = disk.text(HALT_PATH)
    return reason === undefined ? { halted: false } : { halted: true, reason }
  }

  return {
    signal: controller.signal,
    read,
    async latch(reason) {
      await life.point('halt/before')
      latched ??= { halted: true, reason }
      controller.abort(new Error(reason))
      await life.told(
        (async () => {
          if (disk.text(HALT_PATH) === undefined) disk.put(HALT_PATH, reason)
        })(),
      )
      await life.point('halt/after')
    },
    /** Lets go of whoever listens. */
    end: (reason) => controller.abort(reason),
    hear() {
      const state = read()
      if (state.halted) controller.abort(new Error(state.reason))
    },
  }
}
