import type { Currency, OptionInstrument } from '@cc/models'
import { daysBetween } from '@cc/pricing'
import { DAY_MS, listOption, settlementPeriodOf } from '../contract-terms.js'
import { createRecent } from './recent.js'
import { hash32, hashText } from './seeded-noise.js'

/** An option with the hash that its noise comes from. */
export type ListedOption = { instrument: OptionInstrument; noise: number }

/** What is listed from one 08:00 UTC to the next. */
export type ListingDay = {
  /** In symbol order. */
  instruments: readonly OptionInstrument[]
  options: readonly ListedOption[]
  bySymbol: ReadonlyMap<string, ListedOption>
  /** Nearest first. */
  expiriesMs: readonly number[]
}

/** What an expiry has got so far: strikes in the order in which they came, each with the day on which it did. */
type Ladder = {
  strikesUsd: number[]
  sinceDays: number[]
  /** The first day that has not been looked at. */
  nextDay: number
  /** A call and a put of each strike, as far as they were asked for. */
  options: ListedOption[]
  /** Those of the day that was asked for last, in symbol order. */
  listed: readonly ListedOption[]
}

/**
 * Listings of one currency: each day at 08:00 UTC every expiry gets the strikes that its ladder around the index of
 * that moment asks for, on top of those it has. Strikes stay until expiry.
 */
export function createOptionListing(world: {
  currency: Currency
  seed: number
  /** First moment at which the index is known. */
  firstMs: number
  indexAt(atMs: number): number
  /** Annual volatility that strikes reach out by, and are spaced by; `undefined` where it is not known. Default: the usual one. */
  widthAt?(atMs: number): number | undefined
  /** How far out there is something on the list: in days to expiry, and in deviations of ln(strike / index). Default: all. */
  reach?: { days: number; deviations: number }
}): (atMs: number) => ListingDay {
  const { currency, seed, reach = { days: FARTHEST_DAYS, deviations: ZONES[2] } } = world
  const ladders = new Map<number, Ladder>()

  /** The options of an expiry that are there by a day, in symbol order. Most days bring none, and the list stays the same. */
  function optionsOf(expiryMs: number, day: number): readonly ListedOption[] {
    const ladder = ladderOf(expiryMs)
    grow(ladder, { expiryMs, day })
    let strikes = ladder.sinceDays.length
    while (strikes > 0 && (ladder.sinceDays[strikes - 1] as number) > day) strikes -= 1
    if (ladder.listed.length !== 2 * strikes) {
      for (const strikeUsd of ladder.strikesUsd.slice(ladder.options.length / 2, strikes)) {
        ladder.options.push(...KINDS.map((kind) => optionOf({ currency, kind, strikeUsd, expiryMs })))
      }
      ladder.listed = ladder.options.slice(0, 2 * strikes).sort(bySymbol)
    }
    return ladder.listed
  }

  function ladderOf(expiryMs: number): Ladder {
    let ladder = ladders.get(expiryMs)
    if (ladder === undefined) {
      const listedMs = Math.max(listedFromMs(expiryMs), expiryMs - reach.days * DAY_MS, world.firstMs + DAY_MS)
      ladder = { strikesUsd: [], sinceDays: [], nextDay: listingDay(listedMs), options: [], listed: [] }
      ladders.set(expiryMs, ladder)
    }
    return ladder
  }

  /** Adds the strikes that each day up to `day` brings. */
  function grow(ladder: Ladder, { expiryMs, day }: { expiryMs: number; day: number }): void {
    for (; ladder.nextDay <= day; ladder.nextDay++) {
      const momentMs = ladder.nextDay * DAY_MS + LISTING_HOUR_MS
      const indexUsd = world.indexAt(momentMs)
      const days = daysBetween(momentMs, expiryMs)
      const width = world.widthAt?.(momentMs) ?? LADDERS[currency].width
      const widest = reach.deviations * width * Math.sqrt(days / 365)
      for (const strikeUsd of strikeLadder(currency, indexUsd, days, width)) {
        if (Math.abs(Math.log(strikeUsd / indexUsd)) > widest * REACH_NOISE) continue
        if (ladder.strikesUsd.includes(strikeUsd)) continue
        ladder.strikesUsd.push(strikeUsd)
        ladder.sinceDays.push(ladder.nextDay)
      }
    }
  }

  function optionOf(terms: Parameters<typeof listOption>[0]): ListedOption {
    const instrument = Object.freeze(listOption(terms))
    return { instrument, noise: hash32(seed, NOISE_STREAM, hashText(instrument.symbol)) }
  }

  function listDay(day: number): ListingDay {
    const listedMs = day * DAY_MS + LISTING_HOUR_MS
    const expiriesMs = listedExpiries(listedMs).filter((expiryMs) => expiryMs - listedMs <= reach.days * DAY_MS)
    const options = expiriesMs
      .map((expiryMs) => optionsOf(expiryMs, day))
      .filter((listed) => listed.length > 0)
      // The symbols of an expiry begin alike, so that whole expiries are in order.
      .sort(([a], [b]) => bySymbol(a as ListedOption, b as ListedOption))
      .flat()
    return {
      instruments: options.map(({ instrument }) => instrument),
      options,
      bySymbol: new Map(options.map((option) => [option.instrument.symbol, option])),
      expiriesMs,
    }
  }

  /** The options of what has expired are not likely to be asked for again. */
  function forget(day: number): void {
    for (const [expiryMs, ladder] of ladders) {
      const isGone = ladder.options.length > 0 && listingDay(expiryMs) < day - KEPT_DAYS
      if (isGone) Object.assign(ladder, { options: [], listed: [] })
    }
  }

  const listedOn = createRecent(KEPT_DAYS, (day) => {
    const listed = listDay(day)
    forget(day)
    return listed
  })
  return (atMs) => listedOn(listingDay(atMs))
}

/** Expiries listed at a time, nearest first. */
export function listedExpiries(atMs: number): readonly number[] {
  const firstMs = listingDay(atMs) * DAY_MS + LISTING_HOUR_MS + DAY_MS
  return Array.from({ length: FARTHEST_DAYS }, (_, day) => firstMs + day * DAY_MS).filter(
    (expiryMs) => listedFromMs(expiryMs) <= atMs,
  )
}

/**
 * Strikes around a spot for a tenor, ascending: fine steps near the money, the next two coarser ones further out, in
 * zones that widen with the square root of time. Steps and widths after Deribit's chains of 2025-12 to 2026-05; under another
 * annual volatility than the usual one of then both are as much wider.
 */
export function strikeLadder(
  currency: Currency,
  spotUsd: number,
  days: number,
  width: number = LADDERS[currency].width,
): readonly number[] {
  const { width: usualWidth, steps } = LADDERS[currency]
  const deviation = width * Math.sqrt(days / 365)
  const stepShare = steps.find(({ upToDays }) => days <= upToDays)?.share ?? Number.NaN
  const finest = nearestStep(spotUsd * stepShare * (width / usualWidth))
  const strikes = new Set<number>()
  ZONES.forEach((zone, coarser) => {
    const step = STEPS_USD[finest + coarser] ?? Number.NaN
    const from = Math.ceil((spotUsd * Math.exp(-zone * deviation)) / step)
    const to = Math.floor((spotUsd * Math.exp(zone * deviation)) / step)
    for (let count = Math.max(1, from); count <= to; count++) strikes.add(count * step)
  })
  return [...strikes].sort((a, b) => a - b)
}

/**
 * When Deribit lists an expiry: a daily four days ahead; a Friday on the Thursday before the Friday three weeks
 * earlier; a last Friday of a month on the Thursday before the last Friday three months earlier, or a year earlier in
 * March, June, September and December. Holds for every listing from January to May 2026.
 */
export function listedFromMs(expiryMs: number): number {
  switch (settlementPeriodOf(expiryMs)) {
    case 'day':
      return expiryMs - 4 * DAY_MS
    case 'week':
      return expiryMs - 22 * DAY_MS
    case 'month': {
      const date = new Date(expiryMs)
      const month = date.getUTCMonth()
      const isQuarter = month % 3 === 2
      return lastFridayMs(date.getUTCFullYear(), month - (isQuarter ? 12 : 3)) - DAY_MS
    }
  }
}

/** Number of the day, from 08:00 to 08:00 UTC, through which listings stay the same. */
function listingDay(atMs: number): number {
  return Math.floor((atMs - LISTING_HOUR_MS) / DAY_MS)
}

function lastFridayMs(year: number, month: number): number {
  const lastDay = new Date(Date.UTC(year, month + 1, 0, 8))
  const daysAfterFriday = (lastDay.getUTCDay() + 2) % 7
  return lastDay.getTime() - daysAfterFriday * DAY_MS
}

/** Place of the step that is nearest in ratio; two coarser ones always follow. */
function nearestStep(usd: number): number {
  let best = 0
  for (let place = 0; place < STEPS_USD.length - 2; place++) {
    const distance = (step: number) => Math.abs(Math.log((STEPS_USD[step] ?? Number.NaN) / usd))
    if (distance(place) < distance(best)) best = place
  }
  return best
}

const KINDS = ['call', 'put'] as const

function bySymbol({ instrument: a }: ListedOption, { instrument: b }: ListedOption): number {
  return a.symbol < b.symbol ? -1 : 1
}

/** The ladder's own ends are inside its reach, whatever a logarithm makes of them. */
const REACH_NOISE = 1 + 1e-12
const NOISE_STREAM = 3
/** Days whose listing is kept, and for which the options of an expiry are kept after it: who goes through a month time and again, as the runs of a sweep do, finds it listed. */
const KEPT_DAYS = 32
const FARTHEST_DAYS = 380
/** Options are listed and expire at 08:00 UTC. */
const LISTING_HOUR_MS = 8 * 3_600_000

/** Ends of the three zones in deviations of ln(strike / spot). */
const ZONES = [0.55, 1.1, 2] as const
const STEPS_USD = [
  1, 2, 5, 10, 25, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000,
] as const

/** `width` is a usual annual volatility, `share` the finest step over spot. */
const LADDERS: Readonly<Record<Currency, { width: number; steps: readonly { upToDays: number; share: number }[] }>> = {
  BTC: {
    width: 0.45,
    steps: [
      { upToDays: 30, share: 0.0114 },
      { upToDays: Number.POSITIVE_INFINITY, share: 0.0227 },
    ],
  },
  ETH: {
    width: 0.62,
    steps: [
      { upToDays: 5, share: 0.0085 },
      { upToDays: 30, share: 0.017 },
      { upToDays: Number.POSITIVE_INFINITY, share: 0.034 },
    ],
  },
}
