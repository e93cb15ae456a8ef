import { CcError, type Logger } from '@cc/models'

/** Those who are told what happens. One that fails is logged, and the others are told all the same. */
export type Listeners<Listener> = {
  watch(listener: Listener): () => void
  tell(what: (listener: Listener) => void): void
}

export function createListeners<Listener>(logger: Logger): Listeners<Listener> {
  const listeners = new Set<Listener>()
  return {
    watch(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    tell(what) {
      for (const listener of [...listeners]) {
        try {
          what(listener)
        } catch (error) {
          logger.error('a listener failed', { code: CcError.isInstance(error) ? error.code : 'unexpected' })
        }
      }
    },
  }
}
