import type { WireBookChange, WireLevelChange } from '../wire/book-change.js'

/** What rests at one price: in coin per coin and coin for inverse options. */
export type BookLevel = { readonly price: number; readonly amount: number }

type BookSide = 'bids' | 'asks'

/**
 * What a notification did to a book. `whole`: it replaced everything. `changed`: it followed the last one. `duplicate`: it
 * tells nothing newer and was left out. `gap`: what the book would be is not known, and nothing but a snapshot mends it.
 */
type Applied =
  | { readonly kind: 'whole' }
  | { readonly kind: 'changed' }
  | { readonly kind: 'duplicate' }
  | {
      readonly kind: 'gap'
      /**
       * `no-snapshot`: there is nothing that it could change. `missed`: it does not follow the last one. `contradiction`: it
       * says what no book can be, such as an amount of 0 at a price that is not deleted, or bids above asks.
       */
      readonly reason: 'no-snapshot' | 'missed' | 'contradiction'
    }

/** One book, kept by `change_id`. While it is not whole it has no levels. */
export type OrderBook = {
  apply(message: WireBookChange): Applied
  /** Forgets everything: notifications may have been missed. */
  reset(): void
  isWhole(): boolean
  /** Of the last notification that counted; `undefined` while it is not whole. */
  changeId(): number | undefined
  /** Venue time of the last notification that counted, UTC epoch milliseconds. */
  timestampMs(): number | undefined
  /** `undefined` where nothing rests on that side. */
  best(side: BookSide): BookLevel | undefined
  /** Best first, all of them or the best `depth`. A list that was given out never changes. */
  levels(side: BookSide, depth?: number): readonly BookLevel[]
}

/**
 * An empty book that waits for a snapshot.
 *
 * A snapshot says that it is one, or has no `prev_change_id`, as before 2020; a few have one all the same. Amounts are
 * absolute, so an unbroken chain of changes decides the book alone: whether a change calls a level new that was there, or
 * deletes one that was not, makes no difference to what is there afterwards, and is no reason to distrust it.
 * https://docs.deribit.com/subscriptions/orderbook/bookinstrument_nameinterval
 */
export function createOrderBook(): OrderBook {
  const bids = createSide(1)
  const asks = createSide(-1)
  let last: { changeId: number; timestampMs: number } | undefined

  function reset(): void {
    last = undefined
    bids.clear()
    asks.clear()
  }

  function gap(reason: (Applied & { kind: 'gap' })['reason']): Applied {
    reset()
    return { kind: 'gap', reason }
  }

  function apply(message: WireBookChange): Applied {
    const { change_id, prev_change_id, timestamp } = message
    if (last !== undefined && change_id <= last.changeId) return { kind: 'duplicate' }
    const isSnapshot = isWholeBook(message)
    if (isSnapshot) {
      if (!bids.replace(message.bids) || !asks.replace(message.asks)) return gap('contradiction')
    } else {
      if (last === undefined) return gap('no-snapshot')
      if (prev_change_id !== last.changeId) return gap(prev_change_id == null ? 'contradiction' : 'missed')
      if (!bids.change(message.bids) || !asks.change(message.asks)) return gap('contradiction')
    }
    const [bid, ask] = [bids.bestPrice(), asks.bestPrice()]
    if (bid !== undefined && ask !== undefined && bid >= ask) return gap('contradiction')
    last = { changeId: change_id, timestampMs: timestamp }
    return { kind: isSnapshot ? 'whole' : 'changed' }
  }

  const sideOf = (side: BookSide) => (side === 'bids' ? bids : asks)
  return {
    apply,
    reset,
    isWhole: () => last !== undefined,
    changeId: () => last?.changeId,
    timestampMs: () => last?.timestampMs,
    best: (side) => sideOf(side).levels(1)[0],
    levels: (side, depth = Number.POSITIVE_INFINITY) => sideOf(side).levels(depth),
  }
}

/** Whether a notification says everything, and not what has changed. */
export function isWholeBook({ type, prev_change_id }: WireBookChange): boolean {
  return type === 'snapshot' || (type == null && prev_change_id == null)
}

/**
 * One side: two columns sorted by `sign` × price, the best at the end, where most changes are and so where moving the rest
 * costs least. What returns a flag leaves the side in pieces where it is false.
 */
function createSide(sign: 1 | -1) {
  /** Signed, so that both sides grow towards their best. */
  let keys: number[] = []
  let amounts: number[] = []
  let shown: readonly BookLevel[] | undefined

  /** Place of the first key that is not below. */
  function placeOf(key: number): number {
    let low = 0
    let high = keys.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((keys[middle] as number) < key) low = middle + 1
      else high = middle
    }
    return low
  }

  function clear(): void {
    keys = []
    amounts = []
    shown = undefined
  }

  function replace(levels: readonly WireLevelChange[]): boolean {
    clear()
    const sorted = levels.toSorted((a, b) => sign * (a[1] - b[1]))
    for (const [action, price, amount] of sorted) {
      const key = sign * price
      if (action === 'delete' || !isAmount(amount) || !Number.isFinite(price) || key === keys.at(-1)) return false
      keys.push(key)
      amounts.push(amount)
    }
    return true
  }

  function change(changes: readonly WireLevelChange[]): boolean {
    if (changes.length > 0) shown = undefined
    for (const [action, price, amount] of changes) {
      if (!Number.isFinite(price)) return false
      const key = sign * price
      const place = placeOf(key)
      const isThere = keys[place] === key
      if (action === 'delete') {
        if (isThere) remove(place)
        continue
      }
      if (!isAmount(amount)) return false
      if (isThere) amounts[place] = amount
      else insert(place, key, amount)
    }
    return true
  }

  function insert(place: number, key: number, amount: number): void {
    keys.splice(place, 0, key)
    amounts.splice(place, 0, amount)
  }

  function remove(place: number): void {
    keys.splice(place, 1)
    amounts.splice(place, 1)
  }

  function levelAt(place: number): BookLevel {
    return { price: sign * (keys[place] as number), amount: amounts[place] as number }
  }

  return {
    clear,
    replace,
    change,
    bestPrice: () => (keys.length === 0 ? undefined : sign * (keys[keys.length - 1] as number)),
    levels(depth: number): readonly BookLevel[] {
      const count = Math.max(0, Math.min(Math.floor(depth), keys.length))
      if (shown !== undefined) return count === keys.length ? shown : shown.slice(0, count)
      const best: BookLevel[] = []
      for (let at = keys.length - 1; at >= keys.length - count; at -= 1) best.push(levelAt(at))
      if (count === keys.length) shown = best
      return best
    },
  }
}

function isAmount(amount: number): boolean {
  return amount > 0 && Number.isFinite(amount)
}
