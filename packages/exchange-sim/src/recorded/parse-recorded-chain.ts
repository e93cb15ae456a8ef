import { parseCsvChain } from './csv-chain.js'
import { parseJsonChain } from './json-chain.js'
import type { RecordedChain } from './recorded-chain.js'

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
  return /\.csv(\.gz)?$/i.test(input.name) ? parseCsvChain(input) : parseJsonChain(input)
}
