/**
 * Makes text from outside fit to be told: secrets are taken out by their value, and whatever looks like a key or a
 * credential; control and invisible characters become blanks, and what is longer than `maxLength` is cut.
 */
export function scrub(text: string, secrets: readonly string[], maxLength: number): string {
  // What is cut away could be half of a secret, so that goes last; but no more is searched than may be needed.
  const near = text.slice(0, maxLength * 4 + 10_000)
  return withoutSecrets(near, secrets)
    .replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/@]*@/gi, '$1')
    .replace(/\b(bearer|authorization["']?\s*[:=]\s*["']?\w+)\s+[^\s"',;]+/gi, `$1 ${REDACTED}`)
    .replace(/\bsk-[\w*.-]{4,}/g, REDACTED)
    .replace(/[\p{C}\u2028\u2029\s]+/gu, ' ')
    .trim()
    .slice(0, maxLength)
    .replace(/\p{Surrogate}/gu, '')
}

/** The text without these secrets: as they are, in JSON however escaped, in an address, and in base64. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .filter(({ length }) => length >= SHORTEST_SECRET)
    .flatMap(formsOf)
    .reduce<string>((clean, form) => clean.replaceAll(form, REDACTED), text)
}

const REDACTED = '[redacted]'

/** Anything shorter is found in ordinary text, and is no secret either: the `local` of a server without keys. */
const SHORTEST_SECRET = 8

function formsOf(secret: string): readonly (string | RegExp)[] {
  const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '')
  return [new RegExp(Array.from(secret, inJson).join(''), 'g'), encodeURIComponent(secret), base64]
}

/** A pattern for a character of a key, which is ASCII, in all the ways in which JSON may write it. */
function inJson(character: string): string {
  const hex = character.charCodeAt(0).toString(16).padStart(4, '0')
  const digits = hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`)
  const plain = /\w/.test(character) ? character : `\\\\?\\u${hex}`
  return `(?:${plain}|\\\\u${digits})`
}
