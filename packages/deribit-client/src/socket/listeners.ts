import { CcError, type Logger } from '@cc/models'

/**
 * Those who are told what happens. One that fails is logged, and the others are told all the same. What one of them brings
 * about is told when all know what it was told of.
 */
export type Listeners<Listener> = {
  watch(listener: Listener): () => void
  tell(what: (listener: Listener) => void): void
}

export function createListeners<Listener>(logger: Logger): Listeners<Listener> {
  const listeners = new Set<Listener>()
  const untold: ((listener: Listener) => void)[] = []
  let isTelling = false

  function tellAll(what: (listener: Listener) => void): void {
    for (const listener of [...listeners]) {
      if (!listeners.has(listener)) continue
      try {
        what(listener)
      } catch (error) {
        logger.error('a listener failed', { code: CcError.isInstance(error) ? error.code : 'unexpected' })
      }
    }
  }

  return {
    watch(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    tell(what) {
      untold.push(what)
      if (isTelling) return
      isTelling = true
      try {
        for (let next = untold.shift(); next !== undefined; next = untold.shift()) tellAll(next)
      } finally {
        isTelling = false
      }
    },
  }
}
