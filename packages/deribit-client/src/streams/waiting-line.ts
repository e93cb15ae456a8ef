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
export function createWaitingLine<Item extends NonNullable<unknown>>(capacity: number): WaitingLine<Item> {
  /** Without an item nothing waits there. */
  type Place = { item: Item | undefined; readonly isKeyed: boolean }
  /** Places stay: what a map with coming and going keys leaves behind keeps dead items alive until a full collection. */
  const keyed = new Map<string, Place>()
  let places: (Place | undefined)[] = []
  let first = 0
  let pushed = 0

  return {
    push(item) {
      if (pushed >= capacity) return false
      pushed += 1
      places.push({ item, isKeyed: false })
      return true
    },
    replace(key, item) {
      const place = keyed.get(key) ?? { item: undefined, isKeyed: true }
      if (place.item === undefined) {
        keyed.set(key, place)
        places.push(place)
      }
      place.item = item
    },
    shift() {
      const place = places[first]
      if (place === undefined) return undefined
      places[first] = undefined
      first += 1
      if (!place.isKeyed) pushed -= 1
      const { item } = place
      place.item = undefined
      if (first === places.length) {
        places = []
        first = 0
      } else if (first >= MAX_EMPTY && first * 2 >= places.length) {
        places = places.slice(first)
        first = 0
      }
      return item
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
