import { currencySchema, parseSymbol } from '@cc/models'
import { z } from 'zod'
import { parseCsvChain } from './csv-chain.js'
import {
  malformedMarket,
  type Place,
  readIv,
  readNonNegative,
  readPositive,
  requireNonNegative,
  requirePositive,
} from './recorded-cell.js'
import { assembleChain, type RecordedChain, type RecordedRow } from './recorded-chain.js'

/**
 * Reads a recorded chain from text: JSON of one snapshot, or CSV of many (by its name, `.csv`), of which the latest at
 * or before `atMs` is taken, by default the first. `name` is the file's name, which messages give and from which a CSV
 * takes its currency; `snapshots` is the text of the `snapshots.csv` beside a CSV, which has the index.
 *
 * @throws CcError `exchange-sim/malformed-market` (recovery `halt`) naming file, row, instrument, field and value.
 */
export function parseRecordedChain(input: {
  name: string
  text: string
  atMs?: number
  snapshots?: string
}): RecordedChain {
  const text = withoutByteOrderMark(input.text)
  if (!/\.csv(\.gz)?$/i.test(input.name)) return parseJsonChain({ name: input.name, text })
  const { snapshots } = input
  return parseCsvChain({
    ...input,
    text,
    ...(snapshots === undefined ? {} : { snapshots: withoutByteOrderMark(snapshots) }),
  })
}

/**
 * Reads a chain from its JSON form: `{ currency, collected_at, count, rows }`, one row per option with
 * `instrument_name`, `bid_price`, `ask_price`, `mark_price`, `underlying` (its forward), `implied_volatility` (ratio),
 * `index_price`, and where known `open_interest` and `volume`.
 *
 * The index at the time of the quotes is that of the first row: the others were polled one by one through the minutes
 * after it.
 */
function parseJsonChain({ name, text }: { name: string; text: string }): RecordedChain {
  const { currency, collected_at, count, rows } = readDocument(name, text)
  if (count !== undefined && count !== rows.length) {
    throw malformedMarket({ name, field: 'rows' }, rows.length, `as many rows as count says, ${count}`)
  }
  const [first] = rows
  if (first === undefined) throw malformedMarket({ name, field: 'rows' }, [], 'at least one option')
  const indexUsd = requirePositive({ name, row: 1, field: 'index_price' }, first.index_price)
  return assembleChain(name, {
    currency,
    atMs: Date.parse(collected_at),
    indexUsd,
    rows: rows.map((row, i) => readRow(name, row, i + 1, currency)),
  })
}

const documentSchema = z.object({
  currency: currencySchema,
  // Without its offset, a time would depend on where it is read.
  collected_at: z.iso.datetime({ offset: true, error: 'expected an ISO 8601 date and time with its offset from UTC' }),
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
  // No quote is null; a file without the column is another file.
  for (const field of ['bid_price', 'ask_price']) {
    if (!(field in cells)) throw malformedMarket(at(field), undefined, 'a price, or null where there is no quote')
  }
  requirePositive(at('index_price'), cells.index_price)
  requireSaid(at, cells, symbol)
  return {
    row,
    symbol,
    bidPriceCoin: readPositive(at('bid_price'), cells.bid_price),
    askPriceCoin: readPositive(at('ask_price'), cells.ask_price),
    markPriceCoin: requireNonNegative(at('mark_price'), cells.mark_price),
    markIv: readIv(at('implied_volatility'), cells.implied_volatility, 'ratio'),
    forwardUsd: requirePositive(at('underlying'), cells.underlying),
    openInterestCoin: readNonNegative(at('open_interest'), cells.open_interest),
    volumeCoin: readNonNegative(at('volume'), cells.volume),
  }
}

/** Strike, kind and expiry stand in the symbol too, and a row that contradicts itself cannot be trusted. */
function requireSaid(at: (field: string) => Place, cells: Record<string, unknown>, symbol: string): void {
  const parts = parseSymbol(symbol)
  if (parts === undefined) return
  const { strike, option_type, expiry_datetime } = cells
  if (strike !== undefined && strike !== parts.strikeUsd)
    throw malformedMarket(at('strike'), strike, `${parts.strikeUsd}`)
  if (option_type !== undefined && option_type !== parts.kind)
    throw malformedMarket(at('option_type'), option_type, parts.kind)
  if (expiry_datetime !== undefined && Date.parse(String(expiry_datetime)) !== parts.expiryMs) {
    throw malformedMarket(at('expiry_datetime'), expiry_datetime, new Date(parts.expiryMs).toISOString())
  }
}

function withoutByteOrderMark(text: string): string {
  return text.replace(/^\uFEFF/, '')
}
