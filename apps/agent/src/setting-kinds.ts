import { CURRENCIES, type Currency } from '@cc/models'

/** How a value is written and which values are taken. */
export type SettingKind<T> = {
  /** What is wanted, with unit and range: the end of "expected …". */
  expected: string
  /** The value that a text stands for, to be accepted or not. Nothing is trimmed or guessed. */
  fromText(text: string): unknown
  accepts(value: unknown): value is T
  /** A word on a mistake that is often made. */
  hint?(value: unknown): string | undefined
  /** Never printed, never read from the config file. */
  secret?: true
  /** Not repeated in an error message. */
  mayHoldPassword?: true
}

type Range = { what: string; min: number; max: number; whole?: true; exclusiveMin?: true }

/** A plain decimal: no exponent, no sign but a minus, no separators. */
export function number({ what, min, max, whole, exclusiveMin }: Range, hint?: (value: number) => string | undefined) {
  const range = exclusiveMin ? `above ${min}, at most ${max}` : `${min} to ${max}`
  return kind<number>({
    expected: `${what}, ${whole ? 'a whole number' : 'a plain decimal'}, ${range}`,
    fromText: (text) => (/^-?(0|[1-9]\d*)(\.\d+)?$/.test(text) ? Number(text) : text),
    accepts: (value): value is number =>
      typeof value === 'number' &&
      Number.isFinite(value) &&
      !Object.is(value, -0) &&
      (exclusiveMin ? value > min : value >= min) &&
      value <= max &&
      (!whole || Number.isSafeInteger(value)),
    hint: (value) => (typeof value === 'number' ? hint?.(value) : undefined),
  })
}

/** `true` or `false`, in exactly these letters. */
export function truth() {
  return kind<boolean>({
    expected: 'true or false',
    fromText: (text) => (text === 'true' ? true : text === 'false' ? false : text),
    accepts: (value): value is boolean => typeof value === 'boolean',
  })
}

/** One of a few words. */
export function oneOf<const Word extends string>(...words: readonly [Word, ...Word[]]) {
  return kind<Word>({
    expected: words.join(' or '),
    fromText: (text) => text,
    accepts: (value): value is Word => words.some((word) => word === value),
  })
}

/** `BTC`, `ETH` or `BTC,ETH`, each once; in the config file a list too. */
export function currencies() {
  return kind<readonly Currency[]>({
    expected: 'BTC, ETH or BTC,ETH',
    fromText: (text) => text.split(','),
    accepts: (value): value is readonly Currency[] =>
      Array.isArray(value) &&
      value.length > 0 &&
      new Set(value).size === value.length &&
      value.every((item) => CURRENCIES.some((currency) => currency === item)),
  })
}

/** Text without spaces or control characters at its ends. */
export function text(what: string) {
  return kind<string>({
    expected: `${what}, not empty`,
    fromText: (value) => value,
    accepts: (value): value is string =>
      typeof value === 'string' && value !== '' && value === value.trim() && !hasControl(value),
  })
}

/** An address that is judged later, when it is known which ones are allowed. */
export function address(expected: string) {
  return kind<string>({
    expected,
    fromText: (value) => value,
    accepts: (value): value is string => typeof value === 'string',
    mayHoldPassword: true,
  })
}

/** An HTTP address without user and password. */
export function httpUrl() {
  return kind<string>({
    expected: 'an http or https address without user and password',
    fromText: (value) => value,
    accepts: (value): value is string => {
      if (typeof value !== 'string' || /\s/.test(value) || !URL.canParse(value)) return false
      const { protocol, username, password } = new URL(value)
      return (protocol === 'https:' || protocol === 'http:') && username === '' && password === ''
    },
    mayHoldPassword: true,
  })
}

/** A key or password. What stands in an example for one is none. */
export function secret() {
  return kind<string>({
    expected: 'one word without spaces, and no placeholder',
    fromText: (value) => value,
    accepts: (value): value is string =>
      typeof value === 'string' && /^[\x21-\x7e]+$/.test(value) && !PLACEHOLDER.test(value),
    secret: true,
  })
}

const PLACEHOLDER = /^(<.*>|\.+|x+|\*+|your[-_].*|change[-_]?me|placeholder|todo)$/i

/**
 * Why the agent may not talk to this address; `undefined` where it may: Deribit's testnet, letter by letter,
 * or with `allowLoopback` plain HTTP on this machine. There is no way to name the production exchange. The
 * answer names the host alone, as an address may carry a password.
 */
export function venueUrlProblem(text: string, { allowLoopback }: { allowLoopback: boolean }): string | undefined {
  if (TESTNET_URLS.includes(text)) return undefined
  if (!URL.canParse(text)) return 'it is not a URL'
  const url = new URL(text)
  if (LOOPBACK_HOSTS.includes(url.hostname)) return loopbackProblem(url, text, allowLoopback)
  if (url.hostname !== TESTNET_HOST) {
    return `its host is "${url.hostname}", and the agent trades on Deribit's testnet only`
  }
  return 'it must be exactly that: https, and no user, port, query or other path'
}

const TESTNET_HOST = 'test.deribit.com'
const TESTNET_URLS = ['', '/', '/api/v2', '/api/v2/'].map((path) => `https://${TESTNET_HOST}${path}`)
const LOOPBACK_HOSTS: readonly string[] = ['localhost', '127.0.0.1', '[::1]']
const LOOPBACK_URL = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?(\/|\/api\/v2\/?)?$/

function loopbackProblem(url: URL, text: string, allowLoopback: boolean): string | undefined {
  if (!allowLoopback) return 'an exchange on this machine needs --allow-loopback'
  if (url.protocol !== 'http:') return 'an exchange on this machine is named with http://, whatever the transport'
  return LOOPBACK_URL.test(text)
    ? undefined
    : 'it must be http:// with host and port alone, such as http://127.0.0.1:8080'
}

function kind<T>(definition: SettingKind<T>): SettingKind<T> {
  return definition
}

function hasControl(value: string): boolean {
  return [...value].some((character) => character < ' ' || character === '\x7f')
}
