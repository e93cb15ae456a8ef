import type { BreachCode } from '@cc/models'
import { compare, type Disagreement, type MakeGate } from './compare.ts'

/** Scenarios `from` to below `until` of a seed. */
export type Share = { seed: number; from: number; until: number }

/** What came of many comparisons. Plain data, so that a worker can hand it over. */
export type Tally = {
  states: number
  allowed: number
  refused: number
  disagreements: number
  /** In how many states each code was among risk's breaches. */
  byCode: Partial<Record<BreachCode, number>>
  /** In how many states the two differed in what: `risk lacks halted`. */
  kinds: Readonly<Record<string, number>>
  /** The first disagreements in full, as lines of JSON. */
  shown: readonly string[]
}

export const NOTHING: Tally = { states: 0, allowed: 0, refused: 0, disagreements: 0, byCode: {}, kinds: {}, shown: [] }

/** How many disagreements are kept in full. */
const SHOWN = 5

/** Compares a share of the scenarios. */
export function tally({ seed, from, until }: Share, makeGate?: MakeGate): Tally {
  const byCode: Tally['byCode'] = {}
  const kinds: Record<string, number> = {}
  const shown: string[] = []
  let [allowed, disagreements] = [0, 0]
  for (let index = from; index < until; index++) {
    const { codes, disagreement } = compare(seed, index, makeGate)
    if (codes.length === 0) allowed += 1
    for (const code of codes) byCode[code] = (byCode[code] ?? 0) + 1
    if (disagreement === undefined) continue
    disagreements += 1
    for (const kind of kindsOf(disagreement)) kinds[kind] = (kinds[kind] ?? 0) + 1
    if (shown.length < SHOWN) shown.push(tell(disagreement))
  }
  const states = until - from
  return { states, allowed, refused: states - allowed, disagreements, byCode, kinds, shown }
}

/** Two tallies as one. */
export function together(left: Tally, right: Tally): Tally {
  return {
    states: left.states + right.states,
    allowed: left.allowed + right.allowed,
    refused: left.refused + right.refused,
    disagreements: left.disagreements + right.disagreements,
    byCode: addUp<BreachCode>(left.byCode, right.byCode),
    kinds: addUp<string>(left.kinds, right.kinds),
    shown: [...left.shown, ...right.shown].slice(0, SHOWN),
  }
}

function addUp<Name extends string>(left: Counts<Name>, right: Counts<Name>): Record<Name, number> {
  const total = { ...left } as Record<Name, number>
  for (const [name, count] of Object.entries(right) as [Name, number][]) total[name] = (total[name] ?? 0) + count
  return total
}

type Counts<Name extends string> = { readonly [Key in Name]?: number }

function kindsOf({ missing, beyond, other }: Disagreement): readonly string[] {
  return [
    ...missing.map((code) => `risk lacks ${code}`),
    ...beyond.map((code) => `risk adds ${code}`),
    ...other.map((difference) => difference.split(':')[0] ?? difference),
  ]
}

/** One line of JSON that has all that either calculator saw; a number that is none says so. */
function tell(disagreement: Disagreement): string {
  return JSON.stringify(disagreement, (_, value) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  )
}
