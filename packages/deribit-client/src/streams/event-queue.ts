import { createWaitingLine } from './waiting-line.js'

/** Items on their way to one reader. */
export type EventQueue<Item> = {
  /** Whether there was room for it. After the end nothing is taken, and nothing is missing. */
  push(item: Item): boolean
  /** Puts an item in the place of the one of the same key that waits. There is always room. */
  replace(key: string, item: Item): void
  /** Nothing comes any more. With an error the reader gets what waits, and then it; without one what waits is dropped. */
  end(reason?: { readonly error: unknown }): void
  readonly iterator: AsyncIterator<Item, undefined>
}

/** A queue in which at most `capacity` pushed items wait. `onLeft` hears when the reader leaves its loop. */
export function createEventQueue<Item extends NonNullable<unknown>>(
  capacity: number,
  onLeft: () => void,
): EventQueue<Item> {
  type Result = IteratorResult<Item, undefined>
  type Reader = { readonly resolve: (result: Result) => void; readonly reject: (error: unknown) => void }
  const done = { done: true, value: undefined } as const
  const waiting = createWaitingLine<Item>(capacity)
  const readers: Reader[] = []
  let ended: { error?: unknown } | undefined

  /** Whether it needs no place: somebody waits for it, or nobody wants it any more. */
  function isHandedOut(item: Item): boolean {
    if (ended !== undefined) return true
    const reader = readers.shift()
    reader?.resolve({ done: false, value: item })
    return reader !== undefined
  }

  function end(reason?: { readonly error: unknown }): void {
    if (reason === undefined) {
      ended = {}
      waiting.clear()
    }
    ended ??= reason
    // Whoever waits has read everything: one of them gets the error, and the others that it is over.
    for (const reader of readers.splice(0)) {
      if (ended !== undefined && 'error' in ended) reader.reject(ended.error)
      else reader.resolve(done)
      ended = {}
    }
  }

  return {
    push: (item) => isHandedOut(item) || waiting.push(item),
    replace(key, item) {
      if (!isHandedOut(item)) waiting.replace(key, item)
    },
    end,
    iterator: {
      next() {
        const value = waiting.shift()
        if (value !== undefined) return Promise.resolve({ done: false, value })
        if (ended === undefined) return new Promise((resolve, reject) => readers.push({ resolve, reject }))
        if (!('error' in ended)) return Promise.resolve(done)
        const { error } = ended
        ended = {}
        return Promise.reject(error)
      },
      return() {
        end()
        onLeft()
        return Promise.resolve(done)
      },
    },
  }
}
