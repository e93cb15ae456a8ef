import { CcError } from '@cc/models'
import type { Provider } from './provider.js'
import { REQUEST_LABEL } from './request-label.js'

/** A request as the client makes it up, and how it is sent. */
type ClientRequest = {
  url: string | URL | Request
  init: Pick<RequestInit, 'body' | 'headers' | 'signal'> | undefined
  send(url: string, init: RequestInit): Promise<Response>
}

/**
 * Makes what every request of the client goes through. It alone knows the key, and lets it go to the provider's own origin
 * and nowhere else; of the headers that the client has made up, also from variables of the environment, none goes out but
 * the label of the request. A redirect is followed where it leads to the same origin and repeats the request as it is. The
 * reply is there when all of it is.
 *
 * Rejects with `policy-llm/redirect-refused` and `policy-llm/reply-too-large`, and with whatever `send` does.
 */
export function createGuard(provider: Provider): (request: ClientRequest) => Promise<Response> {
  const { origin } = new URL(provider.baseUrl)
  return async ({ url: asked, init, send }) => {
    let url = new URL(asked instanceof Request ? asked.url : asked)
    if (url.origin !== origin) throw redirectRefused('The client asks another host than the provider.')
    const request: RequestInit = {
      method: 'POST',
      headers: headersOf(provider, init?.headers),
      body: init?.body ?? null,
      redirect: 'manual',
      ...(init?.signal ? { signal: init.signal } : {}),
    }
    for (let hops = 0; ; hops += 1) {
      const response = await send(url.href, request)
      if (response.type !== 'opaqueredirect' && (response.status < 300 || response.status > 399)) return whole(response)
      discard(response)
      url = redirectTarget(url, response, hops)
    }
  }
}

const MAX_HOPS = 3
/** An answer of 8 000 tokens is some 40 kB. */
const MAX_REPLY_BYTES = 4 * 1024 * 1024

/** Statuses whose reply may have no body. */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304])

function headersOf(provider: Provider, headers: RequestInit['headers']): Record<string, string> {
  const label = new Headers(headers).get(REQUEST_LABEL)
  return {
    accept: 'application/json',
    authorization: `Bearer ${provider.apiKey()}`,
    'content-type': 'application/json',
    'user-agent': '@cc/policy-llm',
    ...(label === null ? {} : { [REQUEST_LABEL]: label }),
  }
}

function redirectTarget(from: URL, { status, headers }: Response, hops: number): URL {
  const location = headers.get('location')
  const to = location === null ? null : URL.parse(location, from.href)
  // Any other redirect would turn the question into a GET.
  if (to === null || (status !== 307 && status !== 308)) throw redirectRefused(`The reply is ${status}, not an answer.`)
  if (to.origin !== from.origin) throw redirectRefused('The provider redirects to another host.')
  if (hops >= MAX_HOPS) throw redirectRefused(`The provider redirects more than ${MAX_HOPS} times.`)
  return to
}

function redirectRefused(message: string): CcError {
  return new CcError(message, { code: 'policy-llm/redirect-refused', recovery: 'skip' })
}

async function whole(response: Response): Promise<Response> {
  const { status, headers } = response
  if (BODILESS.has(status) || response.body === null) return new Response(null, { status, headers })
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body) {
    bytes += chunk.length
    if (bytes > MAX_REPLY_BYTES) {
      throw new CcError('The reply is longer than any answer.', {
        code: 'policy-llm/reply-too-large',
        recovery: 'skip',
        facts: { maxBytes: MAX_REPLY_BYTES },
      })
    }
    chunks.push(chunk)
  }
  return new Response(Buffer.concat(chunks), { status, headers })
}

/** Lets go of a reply, so that its connection is free again. */
function discard({ body }: Response): void {
  body?.cancel().catch(() => {})
}
