import type { Exchange } from '../exchange/exchange-port.js'

const TEXT = Symbol('the JSON of this value')

/** A result whose JSON is written already. To whoever writes or reads it as JSON it is the value that it says. */
export type WrittenJson = { readonly [TEXT]: string; toJSON(): unknown }

/** The JSON of a result that is written already. */
export function writtenText(result: unknown): string | undefined {
  return typeof result === 'object' && result !== null ? (result as Partial<WrittenJson>)[TEXT] : undefined
}

type Kept = { readonly changeId: number; readonly minute: number; readonly json: WrittenJson }
const kept = new WeakMap<Exchange, Map<string, Kept>>()

/**
 * Writes what many ask for once, and again when a book of the exchange has changed, or a minute is over: trades fall out of
 * the last day. Deribit publishes its chains about every two seconds; here they are never behind the books.
 */
export function writtenOnce(exchange: Exchange, name: string, value: () => unknown): WrittenJson {
  const changeId = exchange.changeId()
  const minute = Math.floor(exchange.nowMs() / MINUTE_MS)
  const own = kept.get(exchange) ?? new Map<string, Kept>()
  kept.set(exchange, own)
  const before = own.get(name)
  if (before !== undefined && before.changeId === changeId && before.minute === minute) return before.json
  const text = JSON.stringify(value())
  const json = { [TEXT]: text, toJSON: () => JSON.parse(text) as unknown }
  own.set(name, { changeId, minute, json })
  return json
}

const MINUTE_MS = 60_000
