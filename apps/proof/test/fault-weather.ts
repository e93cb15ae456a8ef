import type { FaultPlanInput, NotificationFault, RequestFault } from '@cc/exchange-sim/server'
import type { SeededRandom } from '../src/seeded-random.ts'

type Rate = NonNullable<FaultPlanInput['rates']>[number]
type Entry = NonNullable<FaultPlanInput['script']>[number]
type UpgradeFault = Extract<Rate, { on: 'upgrade' }>['fault']

/** Longest time by which a fault makes a request arrive late, in ms of the session. */
export const LONGEST_LATE_MS = 5_000
/** Largest message that the client of a session takes. */
export const MAX_FRAME_BYTES = 1_048_576

const MALFORMED = [
  'empty',
  'not-json',
  'truncated',
  'cut-off',
  'invalid-utf8',
  'wrong-id',
  'no-result',
  'result-and-error',
  'not-an-object',
  'wrong-version',
] as const
const ORDERS = ['private/buy', 'private/sell', 'private/edit'] as const
/** Deribit's errors that come out of nowhere: whether the request may have been done all the same, and what they answer. */
const ERRORS = [
  { word: 'too_many_requests', after: false, methods: ['*'] },
  { word: 'retry', after: true, methods: ['*'] },
  { word: 'settlement_in_progress', after: false, methods: [...ORDERS, 'private/cancel'] },
  { word: 'matching_engine_queue_full', after: false, methods: ORDERS },
  { word: 'temporarily_unavailable', after: true, methods: ['*'] },
  { word: 'timed_out', after: true, methods: ORDERS },
  { word: 'system_maintenance', after: false, methods: ['*'] },
] as const
const ELSEWHERE = 'http://127.0.0.1:1/'

/**
 * What goes wrong in a session, drawn from its seed: of every kind of fault that a WebSocket can have some, and how often.
 * Times in ms of the session. Plain HTTP is left alone.
 */
export function drawWeather(random: SeededRandom, seed: number): FaultPlanInput {
  const rates: Rate[] = []
  const perRequest = random.pick([0.03, 0.08, 0.15, 0.3])
  const perNotification = random.pick([0.01, 0.05, 0.15, 0.3])
  const perUpgrade = random.pick([0, 0.1, 0.3])

  const requests = some(requestFaults(random), random)
  for (const { fault, methods } of requests) {
    const probability = (perRequest / requests.length) * random.between(0.5, 1.5)
    for (const method of methods) rates.push({ on: 'request', method, transport: 'websocket', probability, fault })
  }
  const notifications = some(notificationFaults(random), random)
  for (const fault of notifications) {
    const channel = random.pick(['*', '*', 'book.*', 'user.*'])
    const isCostly = fault.kind === 'malformed'
    const probability = (perNotification / notifications.length) * (isCostly ? 0.1 : 1)
    rates.push({ on: 'notification', channel, probability, fault })
  }
  for (const fault of upgradeFaults()) rates.push({ on: 'upgrade', probability: perUpgrade / 4, fault })

  return { seed, rates, script: tokenLosses(random) }
}

/** Three of them within ten minutes are more than a client may answer by signing in. */
function tokenLosses(random: SeededRandom): Entry[] {
  return Array.from({ length: Math.floor(random.between(0, 3)) }, () => ({
    on: 'request' as const,
    method: random.pick(['private/*', 'public/*', 'private/buy', 'private/subscribe']),
    transport: 'websocket' as const,
    skip: Math.floor(random.between(5, 60)),
    fault: { kind: 'token-loss' as const },
  }))
}

function requestFaults(random: SeededRandom): { fault: RequestFault; methods: readonly string[] }[] {
  const when = () => random.pick(['before', 'after'] as const)
  const errors = ERRORS.map(({ word, after, methods }) => {
    const waitSec = word === 'too_many_requests' ? { waitSec: 1 } : {}
    const fault: RequestFault = { kind: 'error', word, when: after ? when() : 'before', ...waitSec }
    return { fault, methods }
  })
  const others: RequestFault[] = [
    { kind: 'latency', ms: Math.floor(random.between(100, 4_000)) },
    { kind: 'late-arrival', ms: Math.floor(random.between(100, LONGEST_LATE_MS)) },
    { kind: 'drop', when: 'before' },
    { kind: 'drop', when: 'after' },
    { kind: 'duplicate' },
    { kind: 'reorder', ms: Math.floor(random.between(50, 2_000)) },
    { kind: 'reset', when: 'before' },
    { kind: 'reset', when: 'after' },
    { kind: 'half-open', when: 'before' },
    { kind: 'half-open', when: 'after' },
    { kind: 'slow', part: 'body', msPerByte: random.between(0.1, 5) },
    { kind: 'endless', part: 'body', bytesPerMs: 100 },
    { kind: 'malformed', form: random.pick(MALFORMED) },
    { kind: 'malformed', form: random.pick(MALFORMED) },
    { kind: 'giant', bytes: Math.floor(MAX_FRAME_BYTES * random.pick([0.3, 1.5])) },
    { kind: 'gzip-bomb', bytes: MAX_FRAME_BYTES * 2 },
    { kind: 'html', status: 502, when: when() },
    { kind: 'redirect', location: ELSEWHERE },
  ]
  // What happened before user events began is told by these times from that which came after: it begins before they jump.
  const skews = [Math.floor(random.between(-20_000, 20_000)), 0].map((ms) => ({
    fault: { kind: 'clock-skew' as const, ms },
    methods: [...ORDERS, 'private/cancel'],
  }))
  return [...others.map((fault) => ({ fault, methods: ['*'] })), ...skews, ...errors]
}

function notificationFaults(random: SeededRandom): NotificationFault[] {
  return [
    { kind: 'drop' },
    { kind: 'duplicate' },
    { kind: 'reorder', ms: Math.floor(random.between(50, 3_000)) },
    { kind: 'latency', ms: Math.floor(random.between(50, 3_000)) },
    { kind: 'malformed', form: random.pick(['not-json', 'truncated', 'invalid-utf8'] as const) },
  ]
}

function upgradeFaults(): UpgradeFault[] {
  return [
    { kind: 'reset' },
    { kind: 'half-open' },
    { kind: 'html', status: 503 },
    { kind: 'redirect', location: ELSEWHERE },
  ]
}

/** At least one of a list, up to all. */
function some<T>(list: readonly T[], random: SeededRandom): readonly T[] {
  const share = random.between(0.2, 1)
  const chosen = list.filter(() => random.isTrue(share))
  return chosen.length === 0 ? [random.pick(list)] : chosen
}
