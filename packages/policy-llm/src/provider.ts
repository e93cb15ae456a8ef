/** Where a model is asked. The key is behind a call, so that no dump of the object shows it. */
export type Provider = {
  name: 'openai' | 'replit' | 'compatible'
  /** With the path that the API lies under, such as `https://api.openai.com/v1`. */
  baseUrl: string
  /** Host alone: what may be told. */
  host: string
  apiKey(): string
}

/** The variables that say whom to ask, as they stand in the environment. Nothing here reads it. */
export type ProviderValues = Partial<
  Record<
    'OPENAI_API_KEY' | 'OPENAI_BASE_URL' | 'AI_INTEGRATIONS_OPENAI_API_KEY' | 'AI_INTEGRATIONS_OPENAI_BASE_URL',
    string
  >
>

/**
 * Finds whom to ask: Replit's pair where both of it are there, else `OPENAI_API_KEY` with `OPENAI_BASE_URL` or OpenAI
 * itself, else a server of this machine at `OPENAI_BASE_URL`, which needs no key. A key only ever goes to the address that
 * it was set up with, and only in the clear to this machine.
 *
 * @returns the provider, or in words without values what is missing for one
 */
export function resolveProvider(values: ProviderValues): Provider | { missing: string } {
  const replit = fromReplit(values)
  if (typeof replit === 'object') return replit
  const own = fromOwnKey(values)
  if (typeof own === 'object') return own
  const problems = [replit, own].filter((problem) => problem !== undefined)
  return { missing: problems.length > 0 ? problems.join(' ') : 'OPENAI_API_KEY is not set.' }
}

const OPENAI_URL = 'https://api.openai.com/v1'

/** What a server of this machine gets where no key is set. */
const LOCAL_KEY = 'local'

/** The provider, why there is none, or `undefined` where nothing of it is set. */
type Found = Provider | string | undefined

function fromReplit(values: ProviderValues): Found {
  const [keyName, urlName] = ['AI_INTEGRATIONS_OPENAI_API_KEY', 'AI_INTEGRATIONS_OPENAI_BASE_URL'] as const
  const [key, url] = [set(values[keyName]), set(values[urlName])]
  if (key === undefined && url === undefined) return undefined
  if (url === undefined) return `${urlName} is not set, and ${keyName} is of no use without it.`
  if (key === undefined) return `${keyName} is not set, and ${urlName} is of no use without it.`
  return providerOf('replit', { keyName, key, urlName, url })
}

function fromOwnKey(values: ProviderValues): Found {
  const [keyName, urlName] = ['OPENAI_API_KEY', 'OPENAI_BASE_URL'] as const
  const [key, url] = [set(values[keyName]), set(values[urlName])]
  if (key === undefined && url === undefined) return undefined
  if (url === undefined) return providerOf('openai', { keyName, key, urlName, url: OPENAI_URL })
  const name = isOpenAi(URL.parse(url)?.hostname ?? '') ? 'openai' : 'compatible'
  return providerOf(name, { keyName, key, urlName, url })
}

type Pair = { keyName: string; key: string | undefined; urlName: string; url: string }

function providerOf(name: Provider['name'], { keyName, key, urlName, url: text }: Pair): Provider | string {
  const url = URL.parse(text)
  if (url === null) return `${urlName} is no address: expected one such as ${OPENAI_URL}.`
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    return `${urlName} must be an address alone, without a name, a password, a query or a fragment.`
  }
  const loopback = isLoopback(url.hostname)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback)) {
    return `${urlName} must begin with https://, or for this machine with http://.`
  }
  if (key === undefined && !loopback) return `${keyName} is not set, and ${urlName} is of no use without it.`
  if (key !== undefined && !/^[\x21-\x7e]+$/.test(key)) return `${keyName} holds characters that are in no key.`
  if (key !== undefined && isDummy(key) && isOpenAi(url.hostname)) {
    return `${keyName} is a placeholder, which ${url.host} does not take.`
  }
  const secret = key ?? LOCAL_KEY
  return Object.freeze({
    name,
    baseUrl: url.href.replace(/\/+$/, ''),
    host: url.host,
    apiKey: () => secret,
  })
}

/** Blank is not set: that is how `.env` files say it. */
function set(value: string | undefined): string | undefined {
  const trimmed = value?.trim()
  return trimmed === '' ? undefined : trimmed
}

/** What `URL` makes of every way to write one of 127.0.0.0/8 begins alike. */
function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
}

function isOpenAi(hostname: string): boolean {
  return hostname === 'openai.com' || hostname.endsWith('.openai.com')
}

/** Words that stand where a key is still to be filled in. Replit's own is `_DUMMY_API_KEY_`. */
function isDummy(key: string): boolean {
  return /^_*dummy|dummy[-_]?(api[-_]?)?key|placeholder|^<.*>$|your[-_]?(openai[-_]?)?(api[-_]?)?key|^(change[-_]?me|none|null|undefined|test|local|x+|(sk-)?(\.|x|\*)+)$/i.test(
    key,
  )
}
