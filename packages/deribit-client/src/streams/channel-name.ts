import { z } from 'zod'
import { invalidParams } from '../errors.js'
import { accountCurrency, currencyOrAny, indexName, kindFilter } from '../methods/params.js'

const partSchemas = {
  /** Nothing in it may be taken for the next part of a name, or for another line of a log. */
  symbol: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'expected the name of an instrument'),
  index: indexName,
  kind: kindFilter,
  currency: currencyOrAny,
  accountCurrency: z.enum([...accountCurrency.options, 'any']),
  interval: z.enum(['raw', '100ms', 'agg2']),
  group: z.enum(['none', '1', '2', '5', '10', '25', '100', '250']),
  depth: z.literal([1, 10, 20], 'expected 1, 10 or 20'),
  resolution: z.enum(['1', '3', '5', '10', '15', '30', '60', '120', '180', '360', '720', '1D']),
} as const

type PartName = keyof typeof partSchemas
export type Part<Name extends PartName> = z.input<(typeof partSchemas)[Name]>

/** How often a channel may send: each event, which needs a sign-in; at most every 100 ms; every one to two seconds. */
export type Interval = Part<'interval'>
/** All instruments of a kind and a currency. */
export type InstrumentGroup = { readonly kind: Part<'kind'>; readonly currency: Part<'currency'> }
/** What a channel tells of: one instrument by its name, or a group. */
export type Selection = string | InstrumentGroup

/**
 * The name of a channel, each part checked.
 *
 * @throws CcError `deribit/invalid-params`
 */
export function channelName(root: string, ...parts: readonly (readonly [PartName, unknown])[]): string {
  return [root, ...parts.map(([field, value]) => checkedPart(root, field, value))].join('.')
}

export function groupParts({ kind, currency }: InstrumentGroup): [PartName, unknown][] {
  return [
    ['kind', kind],
    ['currency', currency],
  ]
}

export function selectionParts(of: Selection): [PartName, unknown][] {
  return typeof of === 'object' && of !== null ? groupParts(of) : [['symbol', of]]
}

function checkedPart(root: string, field: PartName, value: unknown): string {
  const checked = partSchemas[field].safeParse(value)
  if (checked.success) return String(checked.data)
  const said = checked.error.issues[0]?.message ?? ''
  const expected = /expected (.+?)(?:, received .*)?$/.exec(said)?.[1] ?? said
  throw invalidParams(`the channel ${root}`, { field, value, expected })
}
