import type { FallbackReason } from '../fallback-reason.js'
import { errorBody, replyWith } from './answers.js'
import {
  type Behaviour,
  behaviour,
  type Exchange,
  type Play,
  replyBytes,
  replyJson,
  replyValidly,
  validBody,
} from './behaviour.js'
import { keyOf } from './seen-request.js'

/*
 * What HTTP itself may say: statuses, when to ask again, and where to ask instead.
 */

const PAGE = '<html><head><title>Bad gateway</title></head><body><h1>Bad gateway</h1></body></html>'
const MODEL_GONE = errorBody('model_not_found', 'The model does not exist or you do not have access to it.')
const QUOTA = errorBody('insufficient_quota', 'You exceeded your current quota.', 'insufficient_quota')

/** Errors that are told by a status. */
export const STATUSES = {
  'status 400': status('bad-request', 400, errorBody('unsupported_value', 'Unsupported value: temperature.')),
  'status 400 with an empty body': page('bad-request', 400, ''),
  'status 400 with an error that is a string': status('bad-request', 400, { error: 'bad' }),
  'status 400 with an error of null': status('bad-request', 400, { error: null }),
  'status 400 with a list': status('bad-request', 400, [1, 2]),
  'status 401': status('auth', 401, errorBody('invalid_api_key', 'Incorrect API key provided: sk-fake.')),
  'status 401 that repeats the key': behaviour({ reason: 'auth' }, (exchange) =>
    replyJson(exchange, errorBody('invalid_api_key', `Incorrect API key: ${keyOf(exchange.request)}`), {
      status: 401,
    }),
  ),
  'status 402': status('quota', 402, errorBody(null, 'Payment required.')),
  'status 403': status('auth', 403, errorBody(null, 'Project has no access to this model.')),
  'status 404 of a model': status('model-gone', 404, MODEL_GONE),
  'status 404 of a page': page('model-gone', 404, PAGE),
  'status 405': page('bad-request', 405, PAGE),
  'status 410': status('model-gone', 410, errorBody('model_not_found', 'The model has been shut down.')),
  'status 413': page('bad-request', 413, PAGE),
  'status 415': status('bad-request', 415, errorBody(null, 'Unsupported media type.')),
  'status 418': page('bad-request', 418, 'short and stout'),
  'status 431': page('bad-request', 431, ''),
  'status 451': page('bad-request', 451, PAGE),
  'status 407': page('connection', 407, PAGE, 2),
  // The runtime's own `fetch` asks once more by itself.
  'status 421': page('bad-request', 421, PAGE, 2),
  'status 425': page('bad-request', 425, ''),
  'status 499': page('bad-request', 499, ''),
  'status 408': status('server', 408, errorBody(null, 'Request timeout.'), 2),
  'status 409': status('server', 409, errorBody(null, 'Conflict.'), 2),
  'status 422': status('bad-request', 422, errorBody(null, 'Unprocessable.')),
  'status 500': status('server', 500, errorBody(null, 'The server had an error.', 'server_error'), 2),
  'status 500 with an empty body': page('server', 500, '', 2),
  'status 502 of a page': page('server', 502, PAGE, 2),
  'status 503 of a page': page('server', 503, PAGE, 2),
  'status 504': page('server', 504, 'upstream request timeout', 2),
  'status 529': status('server', 529, errorBody(null, 'Overloaded.'), 2),
  'status 599': page('server', 599, '', 2),
  'status 500 once': turns(null, 2, failing(500), replyValidly),
  'status 500 twice, then the answer': turns('server', 2, failing(500), failing(500), replyValidly),
  'status 500, then 401': turns('auth', 2, failing(500), failing(401)),
  'status 500, then a page': turns('bad-payload', 2, failing(500), (exchange) =>
    replyBytes(exchange, PAGE, { headers: { 'content-type': 'text/html' } }),
  ),
  'status 500, then malformed text': turns('invalid-json', 2, failing(500), saying('{')),
  'a reset, then status 500': turns('server', 2, ({ socket }) => void socket.resetAndDestroy(), failing(500)),
  'status 503, retry after 100 ms': limited('server', 503, { 'retry-after-ms': '100' }, 2),
  'status 503, retry after an hour': limited('server', 503, { 'retry-after': '3600' }, 1),
  'status 500 that must not be repeated': limited('server', 500, { 'x-should-retry': 'false' }, 1),
  'status 400 that should be repeated': limited('bad-request', 400, { 'x-should-retry': 'true' }, 1),
} satisfies Record<string, Behaviour>

/** Limits, with and without a word of when to come back. */
export const RATE_LIMITS = {
  'status 429': limited('rate-limited', 429, {}, 2),
  'status 429, retry after 150 ms': limited('rate-limited', 429, { 'retry-after-ms': '150' }, 2),
  'status 429, retry after 0': limited('rate-limited', 429, { 'retry-after': '0' }, 2),
  'status 429, retry after 1 s': limited('rate-limited', 429, { 'retry-after': '1' }, 2),
  'status 429, retry after 120 s': limited('rate-limited', 429, { 'retry-after': '120' }, 1),
  'status 429, retry after a day in ms': limited('rate-limited', 429, { 'retry-after-ms': '86400000' }, 1),
  'status 429, retry after a date far ahead': limited(
    'rate-limited',
    429,
    { 'retry-after': 'Fri, 31 Dec 2100 23:59:59 GMT' },
    1,
  ),
  'status 429, retry after a word': limited('rate-limited', 429, { 'retry-after': 'soon' }, 2),
  'status 429, retry after a negative time': limited('rate-limited', 429, { 'retry-after-ms': '-1000' }, 2),
  'status 429 that must not be repeated': limited('rate-limited', 429, { 'x-should-retry': 'false' }, 1),
  'status 429 once': turns(null, 2, failing(429, { 'retry-after-ms': '20' }), replyValidly),
  'status 429 of a page': page('rate-limited', 429, PAGE, 2),
  'no credit left': status('quota', 429, QUOTA),
  'no credit left, retry after 0': behaviour({ reason: 'quota' }, (exchange) =>
    replyJson(exchange, QUOTA, { status: 429, headers: { 'retry-after': '0' } }),
  ),
} satisfies Record<string, Behaviour>

/** Other addresses, which are followed only on the same host. */
export const REDIRECTS = {
  'redirect 307 to the same host': turns(null, 2, redirect(307, samePlace), replyValidly),
  'redirect 308 to the same host': turns(null, 2, redirect(308, samePlace), replyValidly),
  'redirect 307 by a path': turns(
    null,
    2,
    redirect(307, ({ request }) => `..${request.path}?again=1`),
    replyValidly,
  ),
  'redirect in a circle': turns('connection', 4, redirect(307, samePlace)),
  'redirect 301 to the same host': turns('connection', 1, redirect(301, samePlace), replyValidly),
  'redirect 302 to the same host': turns('connection', 1, redirect(302, samePlace), replyValidly),
  'redirect 303 to the same host': turns('connection', 1, redirect(303, samePlace), replyValidly),
  'redirect 307 to another host': turns('connection', 1, redirect(307, otherPlace)),
  'redirect 308 to another host': turns('connection', 1, redirect(308, otherPlace)),
  'redirect 302 to another host': turns('connection', 1, redirect(302, otherPlace)),
  'redirect 307 to the same port under another name': turns(
    'connection',
    1,
    redirect(307, ({ request }) => `http://localhost:${request.headers.host?.split(':')[1]}${request.path}`),
    replyValidly,
  ),
  'redirect to an address that repeats the key': turns(
    'connection',
    1,
    redirect(307, (exchange) => `${otherPlace(exchange)}?key=${keyOf(exchange.request)}`),
  ),
  'redirect to a file': turns(
    'connection',
    1,
    redirect(307, () => 'file:///etc/hostname'),
  ),
  'redirect to no address': turns(
    'connection',
    1,
    redirect(307, () => 'http://[::bad'),
  ),
  'redirect without an address': turns('connection', 1, (exchange) => replyBytes(exchange, '', { status: 307 })),
  'redirect to another host after an error': turns('connection', 2, failing(500), redirect(307, otherPlace)),
  'status 300 with the answer': behaviour({ reason: 'connection' }, (exchange) =>
    replyBytes(exchange, validBody(exchange), { status: 300, headers: { 'content-type': 'application/json' } }),
  ),
  'status 304': page('connection', 304, ''),
} satisfies Record<string, Behaviour>

function samePlace({ request }: Exchange): string {
  return request.path
}

function otherPlace({ elsewhereUrl, request }: Exchange): string {
  return `${elsewhereUrl}${request.path.replace(/^\/v1/, '')}`
}

function redirect(code: number, placeOf: (exchange: Exchange) => string): Play {
  return (exchange) => replyBytes(exchange, '', { status: code, headers: { location: placeOf(exchange) } })
}

function status(reason: FallbackReason, code: number, body: unknown, requests = 1): Behaviour {
  return behaviour({ reason, requests }, (exchange) => replyJson(exchange, body, { status: code }))
}

function page(reason: FallbackReason, code: number, html: string, requests = 1): Behaviour {
  return behaviour({ reason, requests }, (exchange) =>
    replyBytes(exchange, html, { status: code, headers: { 'content-type': 'text/html; charset=utf-8' } }),
  )
}

function limited(
  reason: FallbackReason,
  code: number,
  headers: Readonly<Record<string, string>>,
  requests: number,
): Behaviour {
  return behaviour({ reason, requests }, failing(code, headers))
}

function failing(code: number, headers: Readonly<Record<string, string>> = {}): Play {
  return (exchange) => replyJson(exchange, errorBody(null, `Status ${code}.`), { status: code, headers })
}

function saying(text: string): Play {
  return (exchange) => replyJson(exchange, replyWith(exchange.request, text))
}

function turns(reason: FallbackReason | null, requests: number, ...plays: readonly Play[]): Behaviour {
  return behaviour({ reason, requests }, ...plays)
}
