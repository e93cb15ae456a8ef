import { currencySchema } from '@cc/models'
import { z } from 'zod'
import { malformedMarket } from './malformed-market.js'
import { assembleChain, type RecordedChain, type RecordedRow } from './recorded-chain.js'
import { readNonNegative, readPositive, requireNonNegative, requirePositive } from './recorded-number.js'

/**
 * Reads a chain from its JSON form: `{ currency, collected_at, count, rows }`, one row per option with
 * `instrument_name`, `bid_price`, `ask_price`, `mark_price`, `underlying` (its forward), `implied_volatility` (ratio),
 * `index_price`, and where known `open_interest` and `volume`.
 *
 * The index at the time of the quotes is that of the first row: the others were polled one by one through the minutes
 * after it.
 *
 * @throws CcError `exchange-sim/malformed-market`.
 */
export function parseJsonChain({ name, text }: { name: string; text: string }): RecordedChain {
  const { currency, collected_at, count, rows } = readDocument(name, text)
  const atMs = Date.parse(collected_at)
  if (Number.isNaN(atMs)) throw malformedMarket({ name, field: 'collected_at' }, collected_at, 'a time in ISO 8601')
  if (count !== undefined && count !== rows.length) {
    throw malformedMarket({ name, field: 'rows' }, rows.length, `as many rows as count says, ${count}`)
  }
  const [first] = rows
  if (first === undefined) throw malformedMarket({ name, field: 'rows' }, [], 'at least one option')
  const indexUsd = requirePositive({ name, row: 1, field: 'index_price' }, first.index_price)
  return assembleChain(name, {
    currency,
    atMs,
    indexUsd,
    rows: rows.map((row, i) => readRow(name, row, i + 1, currency)),
  })
}

const documentSchema = z.object({
  currency: currencySchema,
  collected_at: z.string(),
  count: z.number().optional(),
  rows: z.array(z.record(z.string(), z.unknown())),
})

function readDocument(name: string, text: string): z.infer<typeof documentSchema> {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (cause) {
    throw malformedMarket({ name }, text.slice(0, 40), 'valid JSON', cause)
  }
  const parsed = documentSchema.safeParse(document)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const path = issue?.path ?? []
  const value = path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | null)?.[key], document)
  const field = path.join('.')
  // Zod says "Invalid input: expected array, received object": the middle is what is wanted here.
  const expected = issue?.message.replace(/^.*?expected /, '').replace(/, received .*$/, '') ?? 'a recorded chain'
  throw malformedMarket({ name, ...(field === '' ? {} : { field }) }, value, expected, parsed.error)
}

function readRow(name: string, cells: Record<string, unknown>, row: number, currency: string): RecordedRow {
  const symbol = cells.instrument_name
  if (typeof symbol !== 'string') {
    throw malformedMarket({ name, row, field: 'instrument_name' }, symbol, 'the symbol of an option')
  }
  const at = (field: string) => ({ name, row, instrument: symbol, field })
  if (cells.currency !== undefined && cells.currency !== currency) {
    throw malformedMarket(at('currency'), cells.currency, `${currency}, as the file says`)
  }
  return {
    row,
    symbol,
    bidPriceCoin: readPositive(at('bid_price'), cells.bid_price),
    askPriceCoin: readPositive(at('ask_price'), cells.ask_price),
    markPriceCoin: requireNonNegative(at('mark_price'), cells.mark_price),
    markIv: readPositive(at('implied_volatility'), cells.implied_volatility),
    forwardUsd: requirePositive(at('underlying'), cells.underlying),
    openInterestCoin: readNonNegative(at('open_interest'), cells.open_interest),
    volumeCoin: readNonNegative(at('volume'), cells.volume),
  }
}
