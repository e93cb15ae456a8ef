import type { ChainQuote } from '@cc/models'
import { type Datum, deltaOf, type Listing } from './readings.js'

/** The marked options of one expiry ahead. */
export type Smile = { dte: number; options: readonly (Listing & { quote: ChainQuote & { markIv: number } })[] }

/** IV of one expiry or horizon, a ratio. */
export type TermIv = { dte: number; iv: number }

/** One smile per expiry that is still ahead and has a marked option, nearest first. */
export function smilesOf(listings: readonly Listing[]): readonly Smile[] {
  const byExpiry = groupBy(listings.filter(isMarked), ({ dte }) => dte)
  return [...byExpiry]
    .filter(([dte]) => dte > 0)
    .map(([dte, options]) => ({ dte, options }))
    .sort((a, b) => a.dte - b.dte)
}

/** At-the-money-forward IV at the horizon, from the smiles that have strikes on both sides of their forward. */
export function atmIvAt(smiles: readonly Smile[], horizonDays: number): Datum<number> {
  const terms = smiles.flatMap((smile) => {
    const iv = atmForwardIv(smile)
    return iv === undefined ? [] : [{ dte: smile.dte, iv }]
  })
  if (terms.length === 0) return { missing: 'no expiry has mark IVs on both sides of its forward' }
  const value = ivAtHorizon(terms, horizonDays)
  if (value !== undefined) return { value }
  return { missing: `no expiry with an at-the-money IV is within a factor ${MOST_STRETCH} of ${horizonDays} days` }
}

/**
 * IV at a horizon: total variance σ²T linear in T between the expiries beside it. Before the first or after the last
 * of them it is the nearest expiry's IV, up to a factor 2 in time; `undefined` further out. `terms` by `dte`, ascending.
 */
export function ivAtHorizon(terms: readonly TermIv[], horizonDays: number): number | undefined {
  const variance = interpolate(
    terms.map(({ dte, iv }) => ({ x: dte, y: iv * iv * dte })),
    horizonDays,
  )
  if (variance !== undefined) return Math.sqrt(variance / horizonDays)
  const nearest = terms.toSorted((a, b) => stretch(a.dte, horizonDays) - stretch(b.dte, horizonDays))[0]
  return nearest !== undefined && stretch(nearest.dte, horizonDays) <= MOST_STRETCH ? nearest.iv : undefined
}

/**
 * IV at k = ln(strike / forward) = 0, linear in k between the strikes beside the forward, with each row's own forward.
 * Where call and put of a strike are marked apart, their mean. `undefined` without a strike on each side.
 */
export function atmForwardIv({ options }: Smile): number | undefined {
  const byStrike = groupBy(options, ({ instrument }) => instrument.strikeUsd)
  const points = [...byStrike].map(([strikeUsd, rows]) => ({
    x: mean(rows.map(({ quote }) => Math.log(strikeUsd / quote.forwardUsd))),
    y: mean(rows.map(({ quote }) => quote.markIv)),
  }))
  return interpolate(points, 0)
}

/** 25-delta risk reversal, call minus put, of the expiry nearest the horizon whose smile reaches both deltas. */
export function skewNear(smiles: readonly Smile[], horizonDays: number): Datum<{ skew25: number; skewDte: number }> {
  const nearestFirst = smiles.toSorted((a, b) => Math.abs(a.dte - horizonDays) - Math.abs(b.dte - horizonDays))
  for (const smile of nearestFirst) {
    const callIv = ivAtDelta(smile, 'call', 0.25)
    const putIv = ivAtDelta(smile, 'put', -0.25)
    if (callIv !== undefined && putIv !== undefined) {
      return { value: { skew25: callIv - putIv, skewDte: smile.dte } }
    }
  }
  return { missing: 'no expiry has marked calls and puts on both sides of 25 delta' }
}

function ivAtDelta({ options }: Smile, kind: 'call' | 'put', delta: number): number | undefined {
  const points = options
    .filter(({ instrument }) => instrument.kind === kind)
    .flatMap((option) => {
      const x = deltaOf(option)
      return x === null ? [] : [{ x, y: option.quote.markIv }]
    })
  return interpolate(points, delta)
}

/** Linear between the points beside `x`; `undefined` outside them. */
function interpolate(points: readonly { x: number; y: number }[], x: number): number | undefined {
  const ordered = points.toSorted((a, b) => a.x - b.x)
  const next = ordered.findIndex((point) => point.x >= x)
  const right = ordered[next]
  if (right === undefined || right.x === x) return right?.y
  const left = ordered[next - 1]
  return left === undefined ? undefined : left.y + ((right.y - left.y) * (x - left.x)) / (right.x - left.x)
}

function isMarked(listing: Listing): listing is Smile['options'][number] {
  return listing.quote !== undefined && listing.quote.markIv !== null
}

function groupBy<T>(values: readonly T[], keyOf: (value: T) => number): ReadonlyMap<number, readonly T[]> {
  const groups = new Map<number, T[]>()
  for (const value of values) {
    const group = groups.get(keyOf(value))
    if (group === undefined) groups.set(keyOf(value), [value])
    else group.push(value)
  }
  return groups
}

/** How many times longer the longer of two terms is. */
function stretch(aDays: number, bDays: number): number {
  return Math.max(aDays / bDays, bDays / aDays)
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

const MOST_STRETCH = 2
