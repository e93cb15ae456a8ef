import { parseSymbol, type SymbolParts } from '@cc/models'

/**
 * What a symbol says, read once: reading takes a regular expression, and the same few hundred symbols come by in every
 * cycle.
 */
export function partsOf(symbol: string): SymbolParts | undefined {
  if (read.has(symbol)) return read.get(symbol)
  const parts = parseSymbol(symbol)
  // What is proposed may be any text, and must not fill the memory.
  if (read.size >= MOST_KEPT) read.clear()
  read.set(symbol, parts)
  return parts
}

/** What cannot be told to be a put counts as a call. */
export function mayBeCall(symbol: string): boolean {
  return partsOf(symbol)?.kind !== 'put'
}

/** Whether a symbol may be of a currency: one that cannot be read may be of any. */
export function mayBeOf(currency: string, symbol: string): boolean {
  return (partsOf(symbol)?.currency ?? currency) === currency
}

const read = new Map<string, SymbolParts | undefined>()
const MOST_KEPT = 10_000
