import { z } from 'zod'

/** No parameters. */
export const noParams = z.strictObject({})

/** What is traded: options of BTC and ETH are inverse, linear ones are under USDC. */
export const currency = z.enum(['BTC', 'ETH', 'USDC', 'USDT', 'EURR'])
export const currencyOrAny = z.enum([...currency.options, 'any'])

/** What an account can hold. */
export const accountCurrency = z.enum([
  ...currency.options,
  'STETH',
  'ETHW',
  'SOL',
  'XRP',
  'USYC',
  'PAXG',
  'BNB',
  'USDE',
])

/** What is listed. */
export const kind = z.enum(['future', 'option', 'spot', 'future_combo', 'option_combo'])
/** The same where it filters orders and trades. */
export const kindFilter = z.enum([...kind.options, 'combo', 'any'])

export const sorting = z.enum(['asc', 'desc', 'default'])

/** Such as `BTC-27MAR26-100000-C`. */
export const instrumentName = z.string().min(1, 'expected the name of an instrument')
/** Such as `btc_usd`. */
export const indexName = z.string().regex(/^[a-z0-9]+_[a-z0-9]+$/, 'expected the name of an index, such as btc_usd')
export const orderId = z.string().min(1, 'expected the id of an order')
/** Ours; Deribit does not demand that it be unique. */
export const label = z
  .string()
  .min(1, 'expected a label of 1 to 64 characters')
  .max(64, 'expected a label of 1 to 64 characters')

/** UTC epoch milliseconds. */
export const timestamp = z.int('expected UTC epoch milliseconds').nonnegative('expected UTC epoch milliseconds')

export const flag = z.boolean()
export const subaccountId = wholeNumber(1, Number.MAX_SAFE_INTEGER)
/** How many to answer: Deribit gives up to 1,000. */
export const count = wholeNumber(1, 1000)
export const offset = wholeNumber(0, Number.MAX_SAFE_INTEGER)

/** What trades of a book are asked by. */
export const tradesOfInstrument = {
  instrument_name: instrumentName,
  start_seq: wholeNumber(0, Number.MAX_SAFE_INTEGER).optional(),
  end_seq: wholeNumber(0, Number.MAX_SAFE_INTEGER).optional(),
  start_timestamp: timestamp.optional(),
  end_timestamp: timestamp.optional(),
}

/** What trades of a currency are asked by. */
export const tradesOfCurrency = {
  currency,
  kind: kindFilter.optional(),
  start_id: z.string().optional(),
  end_id: z.string().optional(),
  start_timestamp: timestamp.optional(),
  end_timestamp: timestamp.optional(),
}

export function wholeNumber(min: number, max: number) {
  const expected = `expected a whole number from ${min} to ${max}`
  return z.int(expected).min(min, expected).max(max, expected)
}

/** A span of time that ends before it starts answers nothing: that must not be taken for there being nothing. */
export function withSpan<Fields extends z.ZodRawShape>(fields: Fields) {
  return z
    .strictObject({ ...fields, start_timestamp: timestamp, end_timestamp: timestamp })
    .refine((span) => isOrdered(span), {
      path: ['end_timestamp'],
      error: 'expected a time at or after start_timestamp',
    })
}

function isOrdered(span: object): boolean {
  const { start_timestamp: start, end_timestamp: end } = span as { start_timestamp: number; end_timestamp: number }
  return start <= end
}
