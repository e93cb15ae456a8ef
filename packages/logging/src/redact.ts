import { CcError } from '@cc/models'

/** Something that may stand in no line, and what it is called there instead. */
export type Secret = { name: string; value: string }

/** The JSON text of a record, with `[redacted:NAME]` where a secret stood. */
export type Redactor = (json: string) => string

/** Anything shorter is found in ordinary text. */
const SHORTEST_SECRET = 8

/**
 * Takes secrets out of JSON text as `JSON.stringify` writes it. They are found by their value in every text and key: as
 * it is, escaped for JSON once or twice more, URL-encoded, and in base64 or base64url, also in the middle of longer
 * base64.
 * Numbers are left alone. What comes out is JSON again.
 *
 * @throws CcError `logging/secret-unusable` for a secret that is shorter than 8 characters, no Unicode text, or part of
 * what would stand in its place
 */
export function createRedactor(secrets: readonly Secret[]): Redactor {
  const known = knownOf(secrets)
  if (known.length === 0) return (json) => json
  const mayHold = createFinder(known.flatMap(({ forms }) => forms).map(escaped))
  return (json) => (mayHold(json) ? redactTexts(json, known, mayHold) : json)
}

/**
 * Takes secrets out of any text, such as one that is printed, in the same forms, and as they stand in JSON within it.
 *
 * @throws CcError as {@link createRedactor}
 */
export function createTextRedactor(secrets: readonly Secret[]): (text: string) => string {
  const known = knownOf(secrets).map(({ forms, mark }) => ({ forms: [...forms, ...forms.map(escaped)], mark }))
  if (known.length === 0) return (text) => text
  const mayHold = createFinder(known.flatMap(({ forms }) => forms))
  return (text) => (mayHold(text) ? redactText(text, known) : text)
}

/** A secret in all its forms, and what stands in its place. */
function knownOf(secrets: readonly Secret[]): readonly KnownSecret[] {
  const known = secrets.map((secret) => ({ forms: formsOf(secret), mark: `[redacted:${secret.name}]` }))
  for (const { name } of secrets) {
    if (redactText(`[redacted:${name}]`, known) !== `[redacted:${name}]`) {
      throw unusable(name, 'its name, or the word "redacted", holds a secret')
    }
  }
  return known
}

type KnownSecret = { forms: readonly string[]; mark: string }

function redactTexts(json: string, known: readonly KnownSecret[], mayHold: (text: string) => boolean): string {
  return json.replace(TEXT_LITERAL, (literal) => {
    if (!mayHold(literal)) return literal
    const text: string = JSON.parse(literal)
    const safe = redactText(text, known)
    if (safe === text) return literal
    // The end of one secret may, with what follows it, spell another.
    if (redactText(safe, known) !== safe) {
      throw new CcError('A record was not written: a secret in it cannot be taken out.', {
        code: 'logging/invalid-record',
        recovery: 'halt',
      })
    }
    return JSON.stringify(safe)
  })
}

const TEXT_LITERAL = /"(?:[^"\\]|\\.)*"/g

/** Secrets that overlap go together: no half of one is left beside the mark of another. */
function redactText(text: string, known: readonly KnownSecret[]): string {
  const places = known.flatMap(({ forms, mark }) =>
    forms.flatMap((form) => placesOf(form, text).map((start) => ({ start, end: start + form.length, mark }))),
  )
  let safe = ''
  let end = 0
  let marks = new Set<string>()
  for (const place of places.sort((a, b) => a.start - b.start)) {
    if (place.start >= end) {
      safe += [...marks].join('') + text.slice(end, place.start)
      marks = new Set()
    }
    marks.add(place.mark)
    end = Math.max(end, place.end)
  }
  return safe + [...marks].join('') + text.slice(end)
}

function placesOf(form: string, text: string): number[] {
  const places: number[] = []
  for (let at = text.indexOf(form); at !== -1; at = text.indexOf(form, at + 1)) places.push(at)
  return places
}

/** Everything that a text may hold in place of a secret. */
function formsOf({ name, value }: Secret): string[] {
  if (value.length < SHORTEST_SECRET) throw unusable(name, `it is shorter than ${SHORTEST_SECRET} characters`)
  if (/\p{Surrogate}/u.test(value)) throw unusable(name, 'it is no Unicode text')
  const url = encodeURIComponent(value)
  const urlInLowerCase = url.replace(/%../g, (byte) => byte.toLowerCase())
  const inForm = new URLSearchParams({ '': value }).toString().slice(1)
  const bytes = Buffer.from(value)
  const base64 = [bytes.toString('base64'), ...[0, 1, 2].map((bytesBefore) => base64Inside(bytes, bytesBefore))]
  const base64url = base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''))
  const nested = [escaped(value), escaped(escaped(value))]
  return [...new Set([value, ...nested, encodeURI(value), url, urlInLowerCase, inForm, ...base64, ...base64url])]
}

/** Base64 of bytes in the middle of others, without the digits in which the others have a part. */
function base64Inside(bytes: Uint8Array, bytesBefore: number): string {
  const all = Buffer.concat([Buffer.alloc(bytesBefore), bytes])
  return all.toString('base64').slice(Math.ceil((bytesBefore * 8) / 6), Math.floor((all.length * 8) / 6))
}

/** As it stands inside a text of JSON. */
function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

/**
 * Tells whether a text holds one of some patterns: after Wu and Manber, "A fast algorithm for multi-pattern searching"
 * (1994). How far the next match is away at least is known from two letters, so most of the text is never looked at.
 */
function createFinder(patterns: readonly string[]): (text: string) => boolean {
  const window = Math.min(...patterns.map(({ length }) => length))
  // A byte each, as far as it reaches: the smaller the table, the more of it is at hand after a wait for the disk.
  const skips = new Uint8Array(PAIRS).fill(Math.min(window - 1, 0xff))
  for (const pattern of patterns) {
    for (let at = 0; at < window - 1; at += 1) {
      const pair = pairAt(pattern, at)
      skips[pair] = Math.min(skips[pair] as number, window - 2 - at)
    }
  }
  return (text) => {
    let at = window - 2
    while (at < text.length - 1) {
      const skip = skips[pairAt(text, at)] as number
      if (skip === 0 && patterns.some((pattern) => text.startsWith(pattern, at - window + 2))) return true
      at += skip || 1
    }
    return false
  }
}

const PAIRS = 0x10000

function pairAt(text: string, at: number): number {
  return ((text.charCodeAt(at) << 8) ^ text.charCodeAt(at + 1)) & (PAIRS - 1)
}

function unusable(name: string, problem: string): CcError {
  return new CcError(`The secret ${name} cannot be kept out of the record: ${problem}.`, {
    code: 'logging/secret-unusable',
    recovery: 'halt',
    facts: { name },
  })
}
