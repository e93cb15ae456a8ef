import type { MalformedForm, RequestFault } from '@cc/exchange-sim/server'
import { MAX_BYTES, type TransportName } from './faulty-exchange.ts'

/**
 * What a caller is told, in words: `value`, or code, recovery and reason of an error; `accepted`, `rejected` with Deribit's
 * word, or `unknown` with the reason; `cancelled`, or an error.
 */
type Told = {
  /** Of a read that is hit once, and how often it is sent. */
  readonly read: readonly [told: string, sends: number]
  /** Of a read that is hit each time. */
  readonly reads: readonly [told: string, sends: number]
  readonly order: string
  readonly change: string
  /** Over WebSocket: whether the connection is given up for another. */
  readonly isLost?: true
  /** Over WebSocket: nothing goes until the silence is noticed. */
  readonly isStuck?: true
}

export type FaultCase = {
  readonly fault: RequestFault
  /** Whether an order and a cancel take effect: at once, not at all, or after the caller has been told. */
  readonly effect: 'done' | 'none' | 'later'
  readonly told: Readonly<Record<TransportName, Told>>
}

const MB = 1_048_576
/** Nobody listens there. */
const ELSEWHERE = 'http://127.0.0.1:9/'

/** It is as if nothing had happened. */
const fine: Told = { read: ['value', 1], reads: ['value', 1], order: 'accepted', change: 'cancelled' }

/** Failures of one code, of which a read is repeated so often that it is sent `sends` times if nothing helps. */
function failing(code: string, reason: string | number, { recovery = 'retry', sends = 4 } = {}): Told {
  const read = `${code} ${recovery} (${reason})`
  return {
    read: sends === 1 ? [read, 1] : ['value', 2],
    reads: [read, sends],
    order: `unknown ${code} (${reason})`,
    change: `${code} reconcile (${reason})`,
  }
}

const lost = (reason: string): Told => ({ ...failing('deribit/no-answer', reason), isLost: true })
const silent = failing('deribit/no-answer', 'deadline', { sends: 1 })
const stuck: Told = { ...silent, isStuck: true }
const gateway = (status: number) => failing('deribit/gateway-error', status)
const unusable = (problem: string) => failing('deribit/malformed-reply', problem, { recovery: 'skip', sends: 1 })

const tooLarge = unusable(`it is larger than ${MAX_BYTES} bytes`)

/** An error of Deribit's that says for certain that nothing was done, and that a read may be repeated. */
function refused(word: string, { recovery = 'retry', sends = 4 } = {}): Told {
  const code = `deribit/${word.replaceAll('_', '-')}`
  return {
    read: sends === 1 ? [`${code} ${recovery}`, 1] : ['value', 2],
    reads: [`${code} ${recovery}`, sends],
    order: `rejected ${word}`,
    change: `${code} ${recovery}`,
  }
}

/** An error of Deribit's after which nothing is certain. */
function unclear(word: string, { recovery = 'retry', sends = 4 } = {}): Told {
  const told = refused(word, { recovery, sends })
  const code = `deribit/${word.replaceAll('_', '-')}`
  return { ...told, order: `unknown ${code}`, change: `${code} reconcile` }
}

function same(fault: RequestFault, effect: FaultCase['effect'], told: Told): FaultCase {
  return { fault, effect, told: { http: told, websocket: told } }
}

function twofold(fault: RequestFault, effect: FaultCase['effect'], http: Told, websocket: Told): FaultCase {
  return { fault, effect, told: { http, websocket } }
}

/** The same fault before the exchange has acted, and after. */
function atBothEnds(fault: (when: 'before' | 'after') => RequestFault, http: Told, websocket: Told): FaultCase[] {
  return [twofold(fault('before'), 'none', http, websocket), twofold(fault('after'), 'done', http, websocket)]
}

/** What cannot be read over HTTP is a reply without use. A WebSocket is not trusted after it. */
function malformed(form: MalformedForm, http: Told, websocket: Told): FaultCase {
  return twofold({ kind: 'malformed', form }, 'done', http, websocket)
}

const notJson = unusable('it is not JSON')
const notJsonFrame = lost('malformed-frame (not-json)')
/** The exchange is left alone for as long as it asks, each time. */
const tooMany = refused('too_many_requests')

/** Every fault of a request, with what each kind of call makes of it. */
export const FAULT_CASES: readonly FaultCase[] = [
  same({ kind: 'latency', ms: 80 }, 'done', fine),
  same({ kind: 'latency', ms: 60_000 }, 'done', silent),
  same({ kind: 'late-arrival', ms: 80 }, 'done', fine),
  same({ kind: 'late-arrival', ms: 1_700 }, 'later', { ...silent, read: fine.read, reads: fine.reads }),
  ...atBothEnds((when) => ({ kind: 'drop', when }), silent, silent),
  same({ kind: 'duplicate' }, 'done', fine),
  same({ kind: 'reorder', ms: 80 }, 'done', fine),
  ...atBothEnds((when) => ({ kind: 'reset', when }), lost('ECONNRESET'), lost('ECONNRESET')),
  ...atBothEnds((when) => ({ kind: 'half-open', when }), silent, stuck),
  twofold({ kind: 'slow', part: 'headers', msPerByte: 60 }, 'done', silent, stuck),
  twofold({ kind: 'slow', part: 'body', msPerByte: 60 }, 'done', silent, stuck),
  twofold({ kind: 'endless', part: 'headers', bytesPerMs: 1 }, 'done', silent, stuck),
  twofold({ kind: 'endless', part: 'body', bytesPerMs: 1 }, 'done', silent, stuck),
  twofold(
    { kind: 'endless', part: 'headers', bytesPerMs: 20_000 },
    'done',
    lost('UND_ERR_HEADERS_OVERFLOW'),
    lost('protocol-fault'),
  ),
  twofold({ kind: 'endless', part: 'body', bytesPerMs: 20_000 }, 'done', tooLarge, lost('protocol-fault')),
  malformed('empty', notJson, notJsonFrame),
  malformed('not-json', notJson, notJsonFrame),
  malformed('truncated', notJson, notJsonFrame),
  malformed('cut-off', lost('UND_ERR_RES_CONTENT_LENGTH_MISMATCH'), lost('closed-1006')),
  malformed('invalid-utf8', notJson, lost('protocol-fault')),
  malformed('wrong-id', unusable('its id is not the one of the request'), silent),
  malformed('no-result', unusable('it has no result and no error'), unusable('it has no result and no error')),
  malformed('result-and-error', unusable('it has a result and an error'), unusable('it has a result and an error')),
  malformed('not-an-object', unusable('it is not an object'), lost('malformed-frame (not-an-object)')),
  malformed('wrong-version', unusable('jsonrpc is not 2.0'), unusable('jsonrpc is not 2.0')),
  twofold({ kind: 'giant', bytes: 50 * MB }, 'done', tooLarge, lost('protocol-fault')),
  twofold(
    { kind: 'gzip-bomb', bytes: MB },
    'done',
    unusable('it is packed, which was not asked for'),
    lost('protocol-fault'),
  ),
  ...[502, 503, 504, 405].flatMap((status) =>
    atBothEnds((when) => ({ kind: 'html', status, when }), gateway(status), lost('closed-1012')),
  ),
  twofold({ kind: 'error', word: 'too_many_requests', when: 'before', waitSec: 1 }, 'none', tooMany, {
    ...tooMany,
    isLost: true,
  }),
  same({ kind: 'error', word: 'settlement_in_progress', when: 'before' }, 'none', refused('settlement_in_progress')),
  same(
    { kind: 'error', word: 'matching_engine_queue_full', when: 'before' },
    'none',
    refused('matching_engine_queue_full'),
  ),
  same(
    { kind: 'error', word: 'system_maintenance', when: 'before' },
    'none',
    refused('system_maintenance', { sends: 1 }),
  ),
  ...['retry', 'temporarily_unavailable'].flatMap((word) =>
    atBothEnds((when) => ({ kind: 'error', word, when }), unclear(word), unclear(word)),
  ),
  ...atBothEnds(
    (when) => ({ kind: 'error', word: 'timed_out', when }),
    unclear('timed_out', { recovery: 'skip', sends: 1 }),
    unclear('timed_out', { recovery: 'skip', sends: 1 }),
  ),
  ...atBothEnds(
    (when) => ({ kind: 'error', word: 'unheard_of', code: 19_999, when }),
    unclear('unlisted_error', { recovery: 'skip', sends: 1 }),
    unclear('unlisted_error', { recovery: 'skip', sends: 1 }),
  ),
  twofold({ kind: 'redirect', location: ELSEWHERE }, 'none', unusable('it is a redirect'), lost('closed-1012')),
]
