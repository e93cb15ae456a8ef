import { CcError, type Currency, type OrderReport, type OrderTerms, parseSymbol, type SendIntent } from '@cc/models'
import type { ExecOptions } from './options.js'
import type { ExecPorts } from './ports.js'
import { cancelToEnd, type EndedOrder, errorFacts, hasEnded, mismatchOf, readFills } from './venue-order.js'

/**
 * What became of a send: an order that has ended, none, or not known, with the order as it was last seen. `problem`
 * is what is wrong with the venue's account of it, and halts.
 */
export type Settlement =
  | { outcome: 'ended'; order: EndedOrder; problem?: CcError | undefined }
  | { outcome: 'absent'; problem?: undefined }
  | { outcome: 'unknown'; reason: string; lastSeen?: OrderReport; problem?: CcError | undefined }

/** One at once, the others after the fence. */
const LOOKS = 5
/** Empty answers after the fence that prove absence. */
const PROOFS = 2
/** Deribit drops ended orders from its recent index after 30 minutes; older ones are asked of the history too. */
const RECENT_MS = 25 * 60_000

type SettlePorts = Pick<ExecPorts, 'broker' | 'clock' | 'logger'>
type SettleOptions = Pick<ExecOptions, 'validForMs' | 'fenceSlackMs' | 'pollMs'>
type Sent = Pick<SendIntent, 'terms' | 'timeMs'>

/**
 * Settles a send of unknown outcome by looking its label up, and never by sending again. An order that is found is
 * cancelled where it rests. The venue may begin one until its `validUntilMs`; so what proves that it never was are two
 * empty answers, `pollMs` apart, once that and the slack have passed, and no fill under the label since the send. A
 * failed look-up proves nothing. `exec/reply-mismatch` and `exec/duplicate-label` come as the settlement's `problem`.
 *
 * Rejects with the signal's reason when aborted.
 */
export async function settleByLabel(
  ports: SettlePorts,
  sent: Sent,
  options: SettleOptions,
  signal?: AbortSignal,
): Promise<Settlement> {
  const { clock, logger } = ports
  const { terms } = sent
  const currency = parseSymbol(terms.symbol)?.currency
  if (currency === undefined) return { outcome: 'unknown', reason: 'symbol-unreadable' }
  const fenceMs = terms.validUntilMs + options.fenceSlackMs
  const longestMs = options.validForMs + options.fenceSlackMs + 1
  let reason = 'fence-not-passed'
  let proofs = 0
  let traded = false
  for (let look = 1; look <= LOOKS; look += 1) {
    if (look > 1) {
      const toFenceMs = Math.min(fenceMs - clock.now() + 1, longestMs)
      await clock.sleep(Math.max(toFenceMs, options.pollMs), signal)
    }
    try {
      const { orders, answeredAtMs } = await find(ports, currency, terms)
      if (orders.length > 0) return await adopt(ports, orders, { terms, pollMs: options.pollMs })
      if (answeredAtMs <= fenceMs) continue
      proofs += 1
      reason = 'absence-unproven'
      if (proofs < PROOFS) continue
      traded ||= await hasTraded(ports, currency, { ...sent, slackMs: options.fenceSlackMs })
      if (!traded) return { outcome: 'absent' }
      reason = 'traded-yet-not-found'
    } catch (error) {
      logger.warn('a look-up by label failed', { label: terms.label, look, ...errorFacts(error) })
      reason = 'look-up-failed'
    }
  }
  return { outcome: 'unknown', reason }
}

async function find(
  { broker, clock }: SettlePorts,
  currency: Currency,
  { label, validUntilMs }: OrderTerms,
): Promise<{ orders: readonly OrderReport[]; answeredAtMs: number }> {
  const ask = async (options?: { historical: boolean }) => {
    const { orders, answeredAtMs } = await broker.findByLabel(currency, label, options)
    return { orders: orders.filter((order) => order.label === label), answeredAtMs }
  }
  const recent = await ask()
  return recent.orders.length > 0 || isRecent(clock.now(), validUntilMs) ? recent : ask({ historical: true })
}

function isRecent(nowMs: number, validUntilMs: number): boolean {
  return nowMs - validUntilMs < RECENT_MS
}

async function hasTraded(
  ports: SettlePorts,
  currency: Currency,
  { terms, timeMs, slackMs }: Sent & { slackMs: number },
): Promise<boolean> {
  const historical = !isRecent(ports.clock.now(), terms.validUntilMs)
  const order = { currency, label: terms.label }
  return (await readFills(ports, order, { sinceMs: timeMs, slackMs, historical })).length > 0
}

/** What bears our label is ours, whatever else the venue says of it, and is ended. */
async function adopt(
  ports: SettlePorts,
  found: readonly OrderReport[],
  { terms, pollMs }: { terms: OrderTerms; pollMs: number },
): Promise<Settlement> {
  ports.logger.info('an unanswered order was found', { label: terms.label, states: found.map(({ state }) => state) })
  const latest: OrderReport[] = []
  for (const order of found) {
    latest.push(hasEnded(order) ? order : ((await cancelToEnd(ports, order, pollMs)) ?? order))
  }
  const order = together(latest)
  const problem = found.length > 1 ? duplicateOf(found, terms) : mismatchOf(order, terms)
  return hasEnded(order)
    ? { outcome: 'ended', order, problem }
    : { outcome: 'unknown', reason: 'cancel-unconfirmed', lastSeen: order, problem }
}

/** Several orders of one label as one, for what they traded: ended once all have. */
function together(orders: readonly OrderReport[]): OrderReport {
  const [first, ...others] = orders as readonly [OrderReport, ...OrderReport[]]
  if (others.length === 0) return first
  const filledCoin = orders.reduce((sum, order) => sum + order.filledCoin, 0)
  const isPriced = orders.every((order) => order.filledCoin === 0 || order.averagePriceCoin !== null)
  const paidCoin = orders.reduce((sum, order) => sum + order.filledCoin * (order.averagePriceCoin ?? 0), 0)
  const states = orders.map(({ state }) => state)
  return {
    ...first,
    state: states.find((state) => state === 'open') ?? states.find((state) => state !== 'filled') ?? 'filled',
    filledCoin,
    averagePriceCoin: filledCoin > 0 && isPriced ? paidCoin / filledCoin : null,
  }
}

function duplicateOf(orders: readonly OrderReport[], { label }: OrderTerms): CcError {
  return new CcError('The venue has two orders under one label.', {
    code: 'exec/duplicate-label',
    recovery: 'halt',
    facts: { label, orderIds: orders.map(({ orderId }) => orderId) },
  })
}
