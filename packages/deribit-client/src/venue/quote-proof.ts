/** An index as its channel tells it. */
export type ToldIndex = {
  readonly indexUsd: number
  /** Venue time of the last notification. */
  readonly timestampMs: number
  /** Since when it has been told without another between. */
  readonly sinceMs: number
}

/** What a channel has told of an option. */
export type ToldTicker = {
  readonly ticker: { readonly timestamp: number; readonly index_price?: number | null | undefined }
  /** Venue time of which it was known to be the present one when it came: its own, or that of an index told before it. */
  readonly toldMs: number
  /** No notification of it can have been missed since, and more will come. */
  readonly isUnbroken: boolean
}

/**
 * The latest time of which a kept ticker is proved to be true, venue ms.
 *
 * It is true of its own time. What was not told since has not changed, as far as the exchange is heard to tell what changes:
 * up to the last notification of the index on the same connection, less `lagMs`, by which a ticker may come later than an
 * index of the same moment. A ticker holds the index too. One that still has another than has been told for longer than that
 * is not unchanged but behind: of its silence nothing follows.
 */
export function provedMs(told: ToldTicker, index: ToldIndex | undefined, lagMs: number): number {
  const { timestamp: ownMs, index_price: ownIndexUsd } = told.ticker
  if (!told.isUnbroken || index === undefined) return ownMs
  if (index.indexUsd !== ownIndexUsd || index.sinceMs > told.toldMs + lagMs) return ownMs
  return Math.max(ownMs, index.timestampMs - lagMs)
}
