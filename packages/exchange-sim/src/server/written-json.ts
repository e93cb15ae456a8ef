import type { Exchange } from '../exchange/exchange-port.js'
import { createTimedText } from './timed-text.js'

const TEXT = Symbol('the JSON of this value')

/** A result whose JSON is written already. To whoever writes or reads it as JSON it is the value that it says. */
export type WrittenJson = { readonly [TEXT]: string; toJSON(): unknown }

/** The JSON of a result that is written already. */
export function writtenText(result: unknown): string | undefined {
  return typeof result === 'object' && result !== null ? (result as Partial<WrittenJson>)[TEXT] : undefined
}

type Kept = { readonly changeId: number; readonly minute: number; readonly textAt: (nowMs: number) => string }
const kept = new WeakMap<Exchange, Map<string, Kept>>()

/**
 * Writes what many ask for once, and again when a book of the exchange has changed, or a minute is over: trades fall out of
 * the last day. Deribit publishes its chains about every two seconds; here they are never behind the books. The times at
 * which it is told, `…timestamp`, are always of now.
 */
export function writtenOnce(exchange: Exchange, name: string, value: () => unknown): WrittenJson {
  const changeId = exchange.changeId()
  const nowMs = exchange.nowMs()
  const minute = Math.floor(nowMs / MINUTE_MS)
  const own = kept.get(exchange) ?? new Map<string, Kept>()
  kept.set(exchange, own)
  const before = own.get(name)
  const isAsBefore = before !== undefined && before.changeId === changeId && before.minute === minute
  const textAt = isAsBefore ? before.textAt : createTimedText(value(), nowMs)
  if (!isAsBefore) own.set(name, { changeId, minute, textAt })
  const text = textAt(nowMs)
  return { [TEXT]: text, toJSON: () => JSON.parse(text) as unknown }
}

const MINUTE_MS = 60_000
