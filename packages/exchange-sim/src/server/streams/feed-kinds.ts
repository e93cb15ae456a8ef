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

/** What is told with a time that comes first in it. */
export type Stamped = {
  /** The JSON behind the time: {@link bodyOf}. */
  readonly body: string
  /** When it came to an end: it is told as of then, and not again. */
  readonly pastMs?: number
}

/** The JSON of an object as it goes on behind its time. */
export function bodyOf(rest: object): string {
  return JSON.stringify(rest).slice(1)
}

export function stamped({ body, pastMs }: Stamped, nowMs: number): string {
  return `{"timestamp":${pastMs ?? nowMs},${body}`
}

/** A feed of what there is, like {@link stateFeed}. That its time is another makes it no other. */
export function stampedFeed({
  nowMs,
  bodyNow,
  repeats = false,
  ...about
}: Pick<Feed, 'gapMs' | 'symbol' | 'hearsMarket'> & {
  nowMs(): number
  /** `undefined` where there is nothing to say. */
  bodyNow(): Stamped | undefined
  /** Whether it says it about once a second besides. */
  repeats?: boolean
}): Feed {
  let last: string | undefined

  function tell(told: Stamped): readonly string[] {
    last = told.body
    return [stamped(told, nowMs())]
  }

  return {
    ...about,
    ...(repeats ? { hearsSeconds: true } : {}),
    opening() {
      const now = bodyNow()
      return now === undefined ? NOTHING : tell(now)
    },
    news(again) {
      const now = bodyNow()
      if (now === undefined) return NOTHING
      const isToldAgain = again && repeats && now.pastMs === undefined
      return now.body === last && !isToldAgain ? NOTHING : tell(now)
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
