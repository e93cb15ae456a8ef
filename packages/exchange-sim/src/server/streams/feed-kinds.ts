import type { Interval } from './channel-name.js'
import type { Feed } from './feed.js'

/** Least time between two publications of a channel of this interval. Deribit's `agg2` is one to two seconds. */
export function gapMsOf(interval: Interval): number {
  return GAPS_MS[interval]
}

/** A feed of what there is: it says it to whoever joins, and to all when it has become another. */
export function stateFeed({
  textNow,
  repeats = false,
  ...about
}: Pick<Feed, 'gapMs' | 'symbol' | 'hearsMarket' | 'hearsSeconds' | 'onOrder' | 'onTrade'> & {
  /** `undefined` where there is nothing to say. */
  textNow(): string | undefined
  /** Whether it says it about once a second besides. */
  repeats?: boolean
}): Feed {
  let last: string | undefined
  return {
    ...about,
    ...(repeats ? { hearsSeconds: true } : {}),
    opening() {
      last = textNow()
      return last === undefined ? [] : [last]
    },
    news(again) {
      const text = textNow()
      if (text === undefined || (text === last && !(again && repeats))) return []
      last = text
      return [text]
    },
  }
}

/** A feed that says once a second how things are. */
export function secondFeed(textsNow: () => readonly string[], gapMs = 0): Feed {
  return { gapMs, hearsSeconds: true, opening: textsNow, news: (again) => (again ? textsNow() : NOTHING) }
}

/** A feed that opens with these words and has nothing to say after. */
export function onceFeed(texts: readonly string[] = NOTHING): Feed {
  return { gapMs: 0, opening: () => texts, news: () => NOTHING }
}

const NOTHING: readonly string[] = []
const GAPS_MS: Readonly<Record<Interval, number>> = { raw: 0, '100ms': 100, agg2: 1_000 }
