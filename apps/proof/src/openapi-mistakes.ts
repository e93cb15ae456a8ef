import type { Specification } from './openapi-specification.ts'

/** One place where the official description of the API is not what the exchange sends. */
export type Mistake = {
  /** JSON pointer into the document. */
  at: string
  /** What stands there instead; `nullable` lets `null` through beside it, `without` takes names off a list. */
  correct: 'nullable' | { without: readonly string[] } | readonly string[] | Readonly<Record<string, unknown>>
  why: string
}

const SCHEMAS = '/components/schemas'
const ACCOUNTS = ['PrivateAccountResponse', 'PrivateAccountSummariesResponse']
const EXTENDED = ['security_keys_enabled', 'system_name', 'username', 'email', 'type', 'id']

const WORDS = 'its own description says null'
const RECORDED = 'recorded so on the exchange'

/** Every known mistake of the description of August 2026. */
export const KNOWN_MISTAKES: readonly Mistake[] = [
  ...nullable(`${SCHEMAS}/book_summary/properties`, WORDS, 'low bid_price ask_price mid_price last price_change'),
  ...nullable(`${SCHEMAS}/book_summary/properties`, RECORDED, 'high'),
  ...nullable(`${SCHEMAS}/stats/properties`, WORDS, 'price_change'),
  ...nullable(`${SCHEMAS}/stats/properties`, RECORDED, 'high low'),
  ...nullable(`${SCHEMAS}/user_trade/properties`, WORDS, 'matching_id'),
  ...nullable(SCHEMAS, WORDS, 'continuation_with_null'),
  ...nullable(`${SCHEMAS}/PublicGetVolatilityIndexDataResponse/properties/result/properties`, WORDS, 'continuation'),
  ...nullable(
    `${SCHEMAS}/transaction_log/properties`,
    'so in its own examples, where the row is about nothing of the kind',
    'instrument_name interest_pl order_id position price trade_id',
  ),
  {
    at: `${SCHEMAS}/transaction_log/properties/info`,
    correct: { type: ['object', 'string'] },
    why: 'a text such as "Source: api" in its own examples',
  },
  ...['post_only', 'reduce_only'].map((field) => ({
    at: `${SCHEMAS}/user_trade/properties/${field}`,
    correct: { type: 'boolean' },
    why: 'true and false in its own examples',
  })),
  {
    at: `${SCHEMAS}/instrument/properties/tick_size_steps`,
    correct: { type: 'array', items: { $ref: `#${SCHEMAS}/tick_size_step` } },
    why: RECORDED,
  },
  {
    at: `${SCHEMAS}/instrument/properties/quote_currency`,
    correct: { type: 'string' },
    why: 'the coin on an inverse option',
  },
  {
    at: `${SCHEMAS}/instrument/properties/settlement_period`,
    correct: { type: 'string', enum: ['day', 'week', 'month', 'perpetual'] },
    why: 'daily options have `day`',
  },
  { at: `${SCHEMAS}/underlying_index`, correct: { type: 'string' }, why: 'it is a name, as its description says' },
  {
    at: `${SCHEMAS}/PublicGetExpirationsResponse/properties/result`,
    correct: { type: 'object' },
    why: 'recorded as a map by currency and kind, or by kind alone',
  },
  {
    at: `${SCHEMAS}/PublicGetHistoricalVolatilityResponse/properties/result/items`,
    correct: { type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2 },
    why: 'pairs of time and value in its own example',
  },
  {
    at: `${SCHEMAS}/PublicGetIndexPriceNamesResponse/properties/result/items`,
    correct: { anyOf: [{ type: 'string' }, { type: 'object', required: ['name'] }] },
    why: 'names alone unless more is asked for',
  },
  {
    at: `${SCHEMAS}/PrivateCancelAllResponse/properties/result`,
    correct: { anyOf: [{ type: 'number' }, { type: 'array', items: { type: 'object' } }] },
    why: 'reports where `detailed` is asked for, as the parameter says',
  },
  {
    at: `${SCHEMAS}/position_with_elp/allOf/1/required`,
    correct: ['open_orders_margin'],
    why: 'estimated_liquidation_price is added only for futures, as its description says',
  },
  ...ACCOUNTS.flatMap((account) => [
    ...nullable(`${SCHEMAS}/${account}/properties/result/properties`, RECORDED, 'referrer_id'),
    {
      at: `${SCHEMAS}/${account}/properties/result/properties/self_trading_extended_to_subaccounts`,
      correct: { type: 'boolean' },
      why: RECORDED,
    },
    {
      at: `${SCHEMAS}/${account}/properties/result/required`,
      correct: { without: EXTENDED },
      why: 'available where `extended` is asked for, as their descriptions say',
    },
  ]),
  {
    at: `${SCHEMAS}/PrivateAccountSummariesResponse/properties/result/properties/block_rfq_self_match_prevention`,
    correct: { type: 'boolean' },
    why: RECORDED,
  },
]

function nullable(parent: string, why: string, fields: string): Mistake[] {
  return fields.split(' ').map((field) => ({ at: `${parent}/${field}`, correct: 'nullable', why }))
}

/** The document as it would be without its mistakes. A mistake that is not there any more is an error. */
export function correctSpecification(specification: Specification, mistakes: readonly Mistake[]): Specification {
  const document = structuredClone(specification)
  for (const { at, correct } of mistakes) {
    const path = at.split('/').slice(1)
    const last = path.pop() ?? ''
    const parent = path.reduce<Record<string, unknown> | undefined>(
      (node, part) => node?.[part] as Record<string, unknown> | undefined,
      document as unknown as Record<string, unknown>,
    )
    const said = parent?.[last]
    if (parent === undefined || said === undefined) throw new Error(`The specification has no ${at} to correct.`)
    parent[last] = corrected(said, correct)
  }
  return document
}

function corrected(said: unknown, correct: Mistake['correct']): unknown {
  if (correct === 'nullable') return { anyOf: [said, { type: 'null' }] }
  if (!('without' in correct)) return correct
  return (said as string[]).filter((name) => !(correct.without as readonly string[]).includes(name))
}
