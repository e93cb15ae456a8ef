import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ApiMethod } from '../src/method.js'
import { auth } from '../src/methods/platform.js'
import { orderMethods, privateMethods } from '../src/methods/private-methods.js'
import { publicMethods } from '../src/methods/public-methods.js'

type AnyMethod = ApiMethod<object, unknown>

/** Every method that this package knows, by its name at Deribit. */
export const methodsByName: ReadonlyMap<string, AnyMethod> = new Map(
  [...Object.values(publicMethods), ...Object.values(privateMethods), ...Object.values(orderMethods), auth].map(
    (method) => [method.name, method as unknown as AnyMethod],
  ),
)

/** A result of a method as the exchange, or its documentation, gave it. */
export type RecordedReply = { source: string; year: number; method: AnyMethod; result: unknown }

/** Every recorded or documented reply of a method that this package knows. */
export function recordedReplies(recordings: string): RecordedReply[] {
  const fixtures = join(recordings, 'fixtures')
  return readdirSync(fixtures, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json') && !file.startsWith('chains'))
    .sort()
    .flatMap((file) => repliesIn(file, JSON.parse(readFileSync(join(fixtures, file), 'utf8'))))
    .concat(documentedReplies(recordings))
    .flatMap(({ name, ...reply }) => {
      const method = methodsByName.get(name)
      return method === undefined ? [] : [{ ...reply, method }]
    })
}

/** Deribit's published specification. */
export type Specification = {
  paths: Record<string, { get: { parameters?: SpecificationPart[]; responses: Record<string, SpecificationPart> } }>
}
export type SpecificationPart = { [name: string]: unknown }

export function specification(recordings: string): Specification {
  return JSON.parse(readFileSync(join(recordings, 'api/deribit_openapi.json'), 'utf8'))
}

/** A part of the specification with its reference followed. */
export function followed(spec: Specification, part: unknown): SpecificationPart {
  let found = part as SpecificationPart
  while (typeof found.$ref === 'string') {
    const steps = found.$ref.split('/').slice(1)
    found = steps.reduce<unknown>((at, step) => (at as SpecificationPart)[step], spec) as SpecificationPart
  }
  return found
}

/** The JSON part of the answer that the specification describes for a method. */
export function documentedAnswer(spec: Specification, name: string): SpecificationPart {
  const response = followed(spec, spec.paths[`/${name}`]?.get.responses['200'] ?? {})
  return ((response.content as SpecificationPart | undefined)?.['application/json'] ?? {}) as SpecificationPart
}

type NamedReply = { source: string; year: number; name: string; result: unknown }
type Message = {
  request?: { url: string }
  body?: Message
  msg?: Message
  result?: unknown
  params?: { channel: string; data: unknown }
}

function repliesIn(file: string, recorded: unknown): NamedReply[] {
  const year = Number(/20\d\d/.exec(file)?.[0] ?? (file.startsWith('nautilus') ? 2026 : 2020))
  if (file.includes('official_docs')) {
    return Object.entries(recorded as Record<string, { response: Message }>).map(([path, { response }]) => ({
      source: `${file} ${path}`,
      year: 2025,
      name: path.slice(1),
      result: response.result,
    }))
  }
  const messages = (Array.isArray(recorded) ? recorded : [recorded]) as Message[]
  return messages.flatMap((message, index) =>
    namedReplies(file, message.msg ?? message).map((reply) => ({ source: `${file} ${index}`, year, ...reply })),
  )
}

function namedReplies(file: string, message: Message): { name: string; result: unknown }[] {
  const { request, body, result, params } = message
  if (request !== undefined) {
    return [{ name: /(public|private)\/\w+/.exec(request.url)?.[0] ?? '', result: body?.result }]
  }
  if (params !== undefined) return pushed(params.channel, params.data)
  if (result === undefined) return []
  const name = Object.entries(nameByFile).find(([part]) => file.includes(part))?.[1] ?? nameByResult(result)
  if (name !== 'public/get_order_book') return [{ name, result }]
  return (Array.isArray(result) ? result : [result]).map((book) => ({ name, result: book }))
}

/** What subscriptions push is in the words of the methods that answer the same. */
function pushed(channel: string, data: unknown): { name: string; result: unknown }[] {
  if (channel.startsWith('ticker.')) return [{ name: 'public/ticker', result: data }]
  if (channel.startsWith('trades.')) {
    return [{ name: 'public/get_last_trades_by_instrument', result: { trades: data, has_more: false } }]
  }
  return channel.startsWith('user.portfolio') ? [{ name: 'private/get_account_summary', result: data }] : []
}

const nameByFile: Readonly<Record<string, string>> = {
  get_instruments: 'public/get_instruments',
  http_get_instrument: 'public/get_instrument',
  ticker_: 'public/ticker',
  order_book: 'public/get_order_book',
  get_last_trades: 'public/get_last_trades_by_instrument',
  get_expirations: 'public/get_expirations',
  get_tradingview_chart_data: 'public/get_tradingview_chart_data',
  get_combos: 'public/get_combos',
  get_account_summaries: 'private/get_account_summaries',
  order_buy: 'private/buy',
  order_sell: 'private/sell',
  order_edit: 'private/edit',
  order_cancel: 'private/cancel',
}

function nameByResult(result: unknown): string {
  const [row] = Array.isArray(result) ? result : [result]
  if (row === null || typeof row !== 'object') return ''
  if ('bids' in row) return 'public/get_order_book'
  return 'bid_price' in row ? 'public/get_book_summary_by_currency' : ''
}

function documentedReplies(recordings: string): NamedReply[] {
  const spec = specification(recordings)
  return Object.keys(spec.paths).flatMap((path) => {
    const { example, examples } = documentedAnswer(spec, path.slice(1))
    const values = [example, ...Object.values((examples ?? {}) as object).map((one) => followed(spec, one).value)]
    return (values as (Message | undefined)[]).flatMap((value) =>
      value?.result === undefined
        ? []
        : [{ source: `specification ${path}`, year: 2026, name: path.slice(1), result: value.result }],
    )
  })
}
