/** What waits to be read, in the order in which it came. */
export type WaitingLine<Item> = {
  /** Puts an item at the end. `false` where there is no room: then it is left out. */
  push(item: Item): boolean
  /** Puts an item in the place of the one of the same key that waits, or at the end. There is always room. */
  replace(key: string, item: Item): void
  /** Takes out the first. */
  shift(): Item | undefined
  clear(): void
  /** How many wait. */
  size(): number
}

/** Places before the first that is waiting are given back when there are so many. */
const MAX_EMPTY = 1_024

/** `capacity` bounds what is pushed; there is one place for each key besides. */
export function createWaitingLine<Item>(capacity: number): WaitingLine<Item> {
  type Place = { item: Item; readonly key: string | undefined }
  const keyed = new Map<string, Place>()
  let places: (Place | undefined)[] = []
  let first = 0
  let pushed = 0

  return {
    push(item) {
      if (pushed >= capacity) return false
      pushed += 1
      places.push({ item, key: undefined })
      return true
    },
    replace(key, item) {
      const waiting = keyed.get(key)
      if (waiting !== undefined) {
        waiting.item = item
        return
      }
      const place = { item, key }
      keyed.set(key, place)
      places.push(place)
    },
    shift() {
      const place = places[first]
      if (place === undefined) return undefined
      places[first] = undefined
      first += 1
      if (place.key === undefined) pushed -= 1
      else keyed.delete(place.key)
      if (first === places.length) {
        places = []
        first = 0
      } else if (first >= MAX_EMPTY && first * 2 >= places.length) {
        places = places.slice(first)
        first = 0
      }
      return place.item
    },
    clear() {
      keyed.clear()
      places = []
      first = 0
      pushed = 0
    },
    size: () => places.length - first,
  }
}
