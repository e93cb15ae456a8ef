import type { IncomingHttpHeaders } from 'node:http'

/** Which API was asked, told by the end of the path. */
export type AskedApi = 'responses' | 'chat' | 'other'

/** One request as it arrived, and what a fake model needs of it to answer validly. */
export type SeenRequest = {
  api: AskedApi
  method: string
  path: string
  headers: IncomingHttpHeaders
  /** As JSON; `null` where it is none. */
  body: unknown
  model: string | null
  /** How the form of the answer was asked for. */
  format: 'json-schema' | 'json-object' | 'none'
  /** The ids that may be chosen, in their order: of the schema's enum, else of the menu in the input. */
  ids: readonly string[]
  /** The id whose line says HOLD, where the input has such a line. */
  holdId: string | null
  /** The reason codes that the schema allows; empty where there is no schema. */
  reasonCodes: readonly string[]
}

/** Reads what arrived. Never throws: what is not there is `null` or empty. */
export function readRequest(
  { method, path, headers }: Pick<SeenRequest, 'method' | 'path' | 'headers'>,
  text: string,
): SeenRequest {
  const body = jsonOf(text)
  const api = apiOf(path)
  const format = at(body, 'text', 'format') ?? at(body, 'response_format')
  const schema = at(format, 'schema') ?? at(format, 'json_schema', 'schema')
  const rows = menuRows(jsonOf(inputText(body)))
  const enumIds = texts(at(schema, 'properties', 'choice', 'enum'))
  const model = at(body, 'model')
  return {
    ...{ api, method, path, headers, body },
    model: typeof model === 'string' ? model : null,
    format: formatOf(at(format, 'type')),
    ids: enumIds.length > 0 ? enumIds : rows.flatMap(([id]) => (typeof id === 'string' ? [id] : [])),
    holdId: texts(rows.find((row) => row.includes('HOLD')))[0] ?? null,
    reasonCodes: texts(at(schema, 'properties', 'reason_codes', 'items', 'enum')),
  }
}

/** The key that a request was made with; `''` where there is none. */
export function keyOf({ headers }: SeenRequest): string {
  return headers.authorization?.replace(/^Bearer /, '') ?? ''
}

/** A member of a member of a value; `undefined` as soon as one is missing. */
function at(value: unknown, ...keys: readonly (string | number)[]): unknown {
  return keys.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  )
}

function apiOf(path: string): AskedApi {
  const [place = ''] = path.split('?')
  if (place.endsWith('/chat/completions')) return 'chat'
  return place.endsWith('/responses') ? 'responses' : 'other'
}

function formatOf(type: unknown): SeenRequest['format'] {
  if (type === 'json_schema') return 'json-schema'
  return type === 'json_object' ? 'json-object' : 'none'
}

/** What this call told: the input itself, or the last message of it. */
function inputText(body: unknown): string {
  const input = at(body, 'input') ?? at(body, 'messages')
  const last = Array.isArray(input) ? input.at(-1) : input
  const content = at(last, 'content') ?? last
  const text = Array.isArray(content) ? at(content.at(-1), 'text') : content
  return typeof text === 'string' ? text : ''
}

function menuRows(input: unknown): readonly (readonly unknown[])[] {
  const rows = at(input, 'menu', 'rows')
  return Array.isArray(rows) ? rows.filter((row) => Array.isArray(row)) : []
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
