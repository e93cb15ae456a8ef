import type { Currency, OptionInstrument } from '@cc/models'
import { daysBetween } from '@cc/pricing'
import { listOption } from '../contract-terms.js'
import { DAY_MS, LISTING_HOUR_MS, listedExpiries, listedFromMs, listingDay } from './expiry-listing.js'
import { hash32, hashText } from './seeded-noise.js'
import { strikeLadder } from './strike-ladder.js'

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
}): (atMs: number) => ListingDay {
  const { currency, seed } = world
  const days = new Map<number, ListingDay>()
  /** Per expiry: the day on which each strike came, and the last day that has been looked at. */
  const ladders = new Map<number, { since: Map<number, number>; nextDay: number }>()

  function strikesOf(expiryMs: number, day: number): readonly number[] {
    const firstDay = listingDay(Math.max(listedFromMs(expiryMs), world.firstMs + DAY_MS))
    const ladder = ladders.get(expiryMs) ?? { since: new Map<number, number>(), nextDay: firstDay }
    ladders.set(expiryMs, ladder)
    for (; ladder.nextDay <= day; ladder.nextDay++) {
      const momentMs = ladder.nextDay * DAY_MS + LISTING_HOUR_MS
      for (const strikeUsd of strikeLadder(currency, world.indexAt(momentMs), daysBetween(momentMs, expiryMs))) {
        if (!ladder.since.has(strikeUsd)) ladder.since.set(strikeUsd, ladder.nextDay)
      }
    }
    return [...ladder.since].filter(([, sinceDay]) => sinceDay <= day).map(([strikeUsd]) => strikeUsd)
  }

  function listDay(day: number): ListingDay {
    const expiriesMs = listedExpiries(day * DAY_MS + LISTING_HOUR_MS)
    const options = expiriesMs
      .flatMap((expiryMs) =>
        strikesOf(expiryMs, day).flatMap((strikeUsd) =>
          (['call', 'put'] as const).map((kind) => listOption({ currency, kind, strikeUsd, expiryMs })),
        ),
      )
      .sort((a, b) => (a.symbol < b.symbol ? -1 : 1))
      .map((instrument) => ({ instrument, noise: hash32(seed, NOISE_STREAM, hashText(instrument.symbol)) }))
    return {
      instruments: options.map(({ instrument }) => instrument),
      options,
      bySymbol: new Map(options.map((option) => [option.instrument.symbol, option])),
      expiriesMs,
    }
  }

  return (atMs) => {
    const day = listingDay(atMs)
    let listed = days.get(day)
    if (listed === undefined) {
      listed = listDay(day)
      if (days.size >= KEPT_DAYS) days.clear()
      days.set(day, listed)
    }
    return listed
  }
}

const NOISE_STREAM = 3
const KEPT_DAYS = 3
