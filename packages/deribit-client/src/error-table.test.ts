import { describe, expect, it } from 'vitest'
import { ERROR_TABLE, errorRowOf } from './error-table.js'

const between = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i)

/** Every number of the documentation's complete table, two that its articles name, and JSON-RPC's own. */
const DOCUMENTED = [
  ...between(10000, 10007),
  ...between(10009, 10041),
  ...between(10043, 10050),
  ...[10066, 10072, 11008, 11013, 11021, 11022],
  ...[11029, 11030, 11031, 11035, 11036, 11037, 11038, 11039, 11041, 11042, 11043, 11044, 11045, 11046, 11047, 11048],
  ...[11049, 11050, 11051, 11052, 11053, 11054, 11055, 11056],
  ...between(11090, 11098),
  ...between(12001, 12005),
  ...[12100, 12998],
  ...between(13004, 13016),
  ...[13018, 13019, 13020, 13021, 13025, 13028, 13030, 13031, 13032, 13034, 13035, 13036, 13037, 13040, 13042, 13043],
  ...[13403, 13503, 13666, 13668, 13777, 13778, 13780, 13781, 13791, 13792, 13793, 13888],
  ...between(13901, 13907),
  ...between(13910, 13919),
  ...[-32000, -32600, -32601, -32602, -32603, -32700],
]

const numbersWhere = (is: (row: ReturnType<typeof errorRowOf>) => boolean) =>
  [...ERROR_TABLE].flatMap(([number, row]) => (is(row) ? [number] : [])).sort((a, b) => a - b)

describe('the table of errors', () => {
  it('knows every documented number and no other', () => {
    expect([...ERROR_TABLE.keys()].sort((a, b) => a - b)).toEqual([...DOCUMENTED].sort((a, b) => a - b))
  })

  it('takes only these for no proof that there is no order', () => {
    expect(numbersWhere(({ order }) => order === 'unknown')).toEqual([
      -32603, 10001, 10040, 10050, 11031, 11094, 13008, 13028, 13888,
    ])
  })

  it.each([10008, 12345, 13999, -32001, 1, -1])('takes %i, which is not listed, for no proof either', (number) => {
    expect(errorRowOf(number)).toMatchObject({ order: 'unknown', transient: false, reauth: false })
  })

  it('signs in anew for these only', () => {
    expect(numbersWhere(({ reauth }) => reauth)).toEqual([10000, 11056, 13009, 13778])
  })

  it('repeats reads for these only', () => {
    expect(numbersWhere(({ transient }) => transient)).toEqual([
      -32603, 10028, 10040, 10041, 10047, 10049, 10050, 10066, 11094, 12998, 13028, 13035, 13036, 13043, 13503, 13780,
    ])
  })

  it('stops for these only', () => {
    expect(numbersWhere(({ recovery }) => recovery === 'halt')).toEqual([11042, 11098, 12005, 13004, 13021, 13668])
  })

  it('says of each what happened, in words that end a sentence', () => {
    for (const { word, says } of ERROR_TABLE.values()) {
      expect(word).toMatch(/^[a-zA-Z0-9_]+$/)
      expect(says).toMatch(/^[a-z].*[^.]$/)
    }
  })
})
