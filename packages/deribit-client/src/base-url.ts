import { CcError } from '@cc/models'

/** Where requests go: an origin without path, such as `https://test.deribit.com`. */
export type Origin = string

const TESTNET = 'https://test.deribit.com'
const PRODUCTION = 'https://www.deribit.com'

/** As the user writes them, letter by letter: a parser forgives more than is good here. */
const SPELLINGS = ['', '/', '/api/v2', '/api/v2/']

const LOOPBACK = /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(?::([0-9]{1,5}))?(?:\/|\/api\/v2\/?)?$/

/**
 * The origin of a base URL that may be traded on or, with `production`, read from. The list is exact: any other spelling
 * of an allowed host is refused too, with user names, dots, ports, look-alike letters and `http` among them.
 *
 * @throws CcError `deribit/forbidden-host`
 */
export function originOf(
  baseUrl: string,
  allowed: { readonly loopback: boolean; readonly production: boolean },
): Origin {
  const hosts = allowed.production ? [TESTNET, PRODUCTION] : [TESTNET]
  const origin = hosts.find((host) => SPELLINGS.some((path) => baseUrl === host + path)) ?? loopbackOrigin(baseUrl)
  if (origin === undefined || (origin.startsWith('http:') && !allowed.loopback)) throw forbiddenHost(baseUrl, allowed)
  // What is connected to is what a URL parser makes of it: the two must agree.
  if (new URL(origin).origin !== origin) throw forbiddenHost(baseUrl, allowed)
  return origin
}

/** Where the WebSocket of an origin is: `wss://test.deribit.com/ws/api/v2`. */
export function socketUrlOf(origin: Origin): string {
  return `${origin.replace(/^http/, 'ws')}/ws/api/v2`
}

function loopbackOrigin(baseUrl: string): Origin | undefined {
  const [, host, digits] = LOOPBACK.exec(baseUrl) ?? []
  if (host === undefined) return undefined
  const port = digits === undefined ? 80 : Number(digits)
  if (port < 1 || port > 65_535) return undefined
  return port === 80 ? `http://${host}` : `http://${host}:${port}`
}

function forbiddenHost(baseUrl: string, allowed: { loopback: boolean; production: boolean }): CcError {
  const expected = [
    TESTNET,
    ...(allowed.production ? [PRODUCTION] : []),
    allowed.loopback ? 'a loopback address' : 'a loopback address with allowLoopback',
  ].join(', ')
  return new CcError(`baseUrl: expected ${expected}. Nothing is sent anywhere else.`, {
    code: 'deribit/forbidden-host',
    recovery: 'halt',
    facts: { field: 'baseUrl', host: hostOf(baseUrl), expected },
  })
}

/** The host alone: user name, password and path of a URL may be secrets. */
function hostOf(baseUrl: string): string {
  return URL.canParse(baseUrl) ? new URL(baseUrl).host : 'not a URL'
}
