import { CURRENCIES, type Currency } from './currency.js'

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
 * Grammar: https://docs.deribit.com/articles/instrument-naming (day without leading zero, expiry 08:00 UTC).
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
