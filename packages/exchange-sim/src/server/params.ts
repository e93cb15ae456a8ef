import { invalidParam, missingParams, type RpcError } from './rpc-error.js'

/**
 * The named parameters of one request. Over GET every value is text (`"true"`, `"0.1"`), over JSON-RPC it has a type; the
 * same getter reads both. Each throws `Invalid params` that names the parameter, as Deribit does; one that is missing
 * where it is needed is named with the reason `value is required`. Absent and `null` are the same.
 */
export type Params = {
  /** Names that were sent. */
  readonly names: readonly string[]
  has(name: string): boolean
  text(name: string): string
  optionalText(name: string): string | undefined
  /** Finite. */
  number(name: string): number
  optionalNumber(name: string): number | undefined
  /** A safe integer inside the range, both ends included. */
  integer(name: string, range?: { min?: number; max?: number }): number
  optionalInteger(name: string, range?: { min?: number; max?: number }): number | undefined
  truth(name: string, fallback: boolean): boolean
  optionalTruth(name: string): boolean | undefined
  oneOf<const Word extends string>(name: string, words: readonly Word[]): Word
  optionalOneOf<const Word extends string>(name: string, words: readonly Word[]): Word | undefined
  /** A list of texts; over GET as JSON text, as `name[]=a&name[]=b` or as `name[0]=a&name[1]=b`. */
  texts(name: string): readonly string[]
  /** Parsed JSON as it came; over GET as JSON text, and text that is no JSON stands for itself. */
  json(name: string): unknown
}

/** Parameters with types, as JSON-RPC carries them. Text in the form of GET is read too. */
export function readParams(raw: Readonly<Record<string, unknown>>): Params {
  return new NamedParams(raw, 'json')
}

/**
 * Parameters of a query string: a value is text, or a list of texts where its name was sent with `[]` or `[0]`. Of a name
 * that was sent twice the last counts.
 */
export function readQuery(query: string): Params {
  if (query === '') return EMPTY_QUERY
  const raw: Record<string, string | string[]> = Object.create(null)
  for (const [name, value] of new URLSearchParams(query)) {
    const listName = LIST_NAME.exec(name)?.[1]
    if (listName === undefined) {
      raw[name] = value
      continue
    }
    const list = raw[listName]
    if (Array.isArray(list)) list.push(value)
    else raw[listName] = [value]
  }
  return new NamedParams(raw, 'query')
}

/** JSON-RPC without `params`: whatever is needed is missing as a whole. */
export function absentParams(): Params {
  return ABSENT
}

/** What carries the token of a request beside its header. No method reads it. */
const TOKEN_NAME = 'access_token'
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
const LIST_NAME = /^(.*)\[\d*\]$/s
const JSON_BEGIN = /^\s*[[{"]/

/** A class, as one is made for every request: a dozen closures each would cost more than the parsing. */
class NamedParams implements Params {
  readonly #raw: Readonly<Record<string, unknown>>
  readonly #from: 'json' | 'query' | 'nothing'

  constructor(raw: Readonly<Record<string, unknown>>, from: 'json' | 'query' | 'nothing') {
    this.#raw = raw
    this.#from = from
  }

  get names(): readonly string[] {
    return Object.keys(this.#raw).filter((name) => name !== TOKEN_NAME && this.has(name))
  }

  has(name: string): boolean {
    return this.#value(name) !== undefined
  }

  text(name: string): string {
    return this.optionalText(name) ?? this.#missing(name)
  }

  optionalText(name: string): string | undefined {
    const value = this.#value(name)
    if (value === undefined || typeof value === 'string') return value
    throw invalidParam(name, 'value must be a string')
  }

  number(name: string): number {
    return this.optionalNumber(name) ?? this.#missing(name)
  }

  optionalNumber(name: string): number | undefined {
    const value = this.#value(name)
    if (value === undefined) return undefined
    const number = numberOf(value)
    if (number === undefined) throw invalidParam(name, 'value must be a number')
    return number
  }

  integer(name: string, range?: { min?: number; max?: number }): number {
    return this.optionalInteger(name, range) ?? this.#missing(name)
  }

  optionalInteger(name: string, range: { min?: number; max?: number } = {}): number | undefined {
    const value = this.#value(name)
    if (value === undefined) return undefined
    const number = numberOf(value)
    if (number === undefined || !Number.isSafeInteger(number)) throw invalidParam(name, 'value must be an integer')
    if (range.min !== undefined && number < range.min) throw invalidParam(name, `value must be >= ${range.min}`)
    if (range.max !== undefined && number > range.max) throw invalidParam(name, `value must be <= ${range.max}`)
    return number
  }

  truth(name: string, fallback: boolean): boolean {
    return this.optionalTruth(name) ?? fallback
  }

  optionalTruth(name: string): boolean | undefined {
    const value = this.#value(name)
    if (value === undefined || typeof value === 'boolean') return value
    if (value === 'true') return true
    if (value === 'false') return false
    throw invalidParam(name, 'value must be a boolean')
  }

  oneOf<const Word extends string>(name: string, words: readonly Word[]): Word {
    return this.optionalOneOf(name, words) ?? this.#missing(name)
  }

  optionalOneOf<const Word extends string>(name: string, words: readonly Word[]): Word | undefined {
    const value = this.#value(name)
    if (value === undefined) return undefined
    if (!words.includes(value as Word)) throw invalidParam(name, `invalid ${name}`)
    return value as Word
  }

  texts(name: string): readonly string[] {
    const value = this.json(name)
    if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value
    throw invalidParam(name, 'value must be a list')
  }

  json(name: string): unknown {
    const value = this.#value(name) ?? this.#missing(name)
    if (this.#from === 'json' || typeof value !== 'string') return value
    try {
      return JSON.parse(value)
    } catch {
      if (JSON_BEGIN.test(value)) throw invalidParam(name, 'wrong format')
      return value
    }
  }

  /** Own members only: nobody sent `constructor`. */
  #value(name: string): unknown {
    return Object.hasOwn(this.#raw, name) ? (this.#raw[name] ?? undefined) : undefined
  }

  #missing(name: string): never {
    throw this.#from === 'nothing' ? missingParams() : required(name)
  }
}

const EMPTY_QUERY: Params = new NamedParams({}, 'query')
const ABSENT: Params = new NamedParams({}, 'nothing')

function required(name: string): RpcError {
  return invalidParam(name, 'value is required')
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && NUMBER.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}
