import { createDeferred, type Deferred } from './deferred.js'

/** Items on their way to one reader. */
export type EventQueue<Item> = {
  /** Whether there was room for them. After the end nothing is taken, and nothing is missing. */
  push(items: readonly Item[]): boolean
  /** Nothing comes any more. With an error the reader gets what waits, and then it; without one what waits is dropped. */
  end(reason?: { readonly error: unknown }): void
  readonly iterator: AsyncIterator<Item, undefined>
}

/** A queue of at most `capacity` items. `onLeft` hears when the reader leaves its loop. */
export function createEventQueue<Item>(capacity: number, onLeft: () => void): EventQueue<Item> {
  const done = { done: true, value: undefined } as const
  const readers: Deferred<IteratorResult<Item, undefined>>[] = []
  let items: Item[] = []
  /** Of the next to be read. */
  let place = 0
  let ended: { error?: unknown } | undefined

  function take(): Item {
    const item = items[place] as Item
    place += 1
    if (place * 2 > items.length) {
      items = items.slice(place)
      place = 0
    }
    return item
  }

  function end(reason?: { readonly error: unknown }): void {
    if (ended !== undefined) {
      if (reason === undefined) drop()
      return
    }
    ended = reason ?? {}
    if (reason === undefined) drop()
    const [reader, ...others] = readers.splice(0)
    if (reader === undefined) return
    if (reason === undefined) reader.resolve(done)
    else reader.reject(reason.error)
    ended = {}
    for (const other of others) other.resolve(done)
  }

  function drop(): void {
    ended = {}
    items = []
    place = 0
  }

  return {
    push(added) {
      if (ended !== undefined) return true
      let at = 0
      for (; at < added.length && readers.length > 0; at += 1) {
        readers.shift()?.resolve({ done: false, value: added[at] as Item })
      }
      if (items.length - place + added.length - at > capacity) return false
      for (; at < added.length; at += 1) items.push(added[at] as Item)
      return true
    },
    end,
    iterator: {
      next() {
        if (place < items.length) return Promise.resolve({ done: false, value: take() })
        if (ended === undefined) {
          const reader = createDeferred<IteratorResult<Item, undefined>>()
          readers.push(reader)
          return reader.promise
        }
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
