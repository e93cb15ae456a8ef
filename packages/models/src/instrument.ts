import { z } from 'zod'

/** The coins whose inverse options are in scope. Option prices, premiums, fees and margins are in this coin. */
export const CURRENCIES = ['BTC', 'ETH'] as const

/** `BTC` or `ETH`. */
export const currencySchema = z.enum(CURRENCIES)
export type Currency = z.infer<typeof currencySchema>

/** Life of an order book. Only `open` trades; `locked` takes cancels only. Deribit's words since 13 Jan 2026. */
export const bookStateSchema = z.enum(['open', 'settlement', 'delivered', 'inactive', 'locked', 'halted', 'archivized'])
export type BookState = z.infer<typeof bookStateSchema>

/** An inverse (coin-settled) European option as the venue lists it. */
export const optionInstrumentSchema = z.object({
  symbol: z.string(),
  currency: currencySchema,
  kind: z.enum(['call', 'put']),
  strikeUsd: z.number().positive(),
  expiryMs: z.int().positive(),
  /** Price grid, in coin: `tickSizeCoin`, and from each `abovePriceCoin` on the step's own. */
  tickSizeCoin: z.number().positive(),
  tickSteps: z
    .array(z.object({ abovePriceCoin: z.number().positive(), tickSizeCoin: z.number().positive() }))
    .readonly(),
  /** Smallest order, and the step that sizes grow by, in coin. */
  minSizeCoin: z.number().positive(),
  sizeStepCoin: z.number().positive(),
  /** Trade fee in coin per coin of size, before the cap of 12.5 % of the option's price. */
  makerFeeRate: z.number().nonnegative(),
  takerFeeRate: z.number().nonnegative(),
  /** Daily options pay no delivery fee. */
  settlementPeriod: z.enum(['day', 'week', 'month']),
  state: bookStateSchema,
})
export type OptionInstrument = z.infer<typeof optionInstrumentSchema>

/** What a symbol such as `BTC-27MAR26-100000-C` says. `expiryMs` is 08:00 UTC of its date. */
export type SymbolParts = { currency: Currency; expiryMs: number; strikeUsd: number; kind: 'call' | 'put' }

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const PATTERN = new RegExp(
  `^(${CURRENCIES.join('|')})-([1-9]|[12]\\d|3[01])(${MONTHS.join('|')})(\\d\\d)-([1-9]\\d*)-([CP])$`,
)

/**
 * Reads the symbol of an inverse option; `undefined` for anything else: a future, a linear option, another
 * spelling, a date that is not in the calendar. `formatSymbol(parseSymbol(x))` is `x` again.
 *
 * Grammar: Deribit's instrument names, `{coin}-{day}{month}{year}-{strike}-{C|P}` with no leading zero; expiry 08:00 UTC.
 */
export function parseSymbol(symbol: string): SymbolParts | undefined {
  const match = PATTERN.exec(symbol)
  if (match === null) return undefined
  const [, currency, day, month, year, strike, kind] = match as unknown as [
    string,
    Currency,
    string,
    string,
    string,
    string,
    string,
  ]
  const expiryMs = Date.UTC(2000 + Number(year), MONTHS.indexOf(month), Number(day), 8)
  if (new Date(expiryMs).getUTCDate() !== Number(day)) return undefined
  const strikeUsd = Number(strike)
  if (!Number.isSafeInteger(strikeUsd)) return undefined
  return { currency, expiryMs, strikeUsd, kind: kind === 'C' ? 'call' : 'put' }
}

/** Writes a symbol as Deribit does. The date is the UTC date of `expiryMs`. */
export function formatSymbol({ currency, expiryMs, strikeUsd, kind }: SymbolParts): string {
  const date = new Date(expiryMs)
  const expiry = `${date.getUTCDate()}${MONTHS[date.getUTCMonth()]}${String(date.getUTCFullYear() % 100).padStart(2, '0')}`
  return `${currency}-${expiry}-${strikeUsd}-${kind === 'call' ? 'C' : 'P'}`
}
