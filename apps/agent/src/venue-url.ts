const TESTNET_HOST = 'test.deribit.com'
const TESTNET_URLS = ['', '/', '/api/v2', '/api/v2/'].map((path) => `https://${TESTNET_HOST}${path}`)
const LOOPBACK_HOSTS: readonly string[] = ['localhost', '127.0.0.1', '[::1]']

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
  return 'it must be exactly that: no user, port, query or other path'
}

function loopbackProblem(url: URL, text: string, allowLoopback: boolean): string | undefined {
  if (!allowLoopback) return 'an exchange on this machine needs --allow-loopback'
  if (url.protocol !== 'http:') return 'an exchange on this machine speaks plain http'
  const plain = [url.username, url.password, url.search, url.hash].every((part) => part === '') && !/[@\\\s]/.test(text)
  return plain ? undefined : 'it must be host, port and path alone'
}
