import { CcError, type Currency, type OrderReport, type OrderTerms, parseSymbol, type SendIntent } from '@cc/models'
import type { ExecOptions } from './options.js'
import { problemOf } from './order-problem.js'
import type { ExecPorts } from './ports.js'
import { cancelToEnd, type EndedOrder, errorFacts, hasEnded, readFills } from './venue-order.js'

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
/**
 * Deribit drops ended orders from its recent index after 30 minutes. What is older is asked of the history too, and not
 * being found proves less from here on.
 */
export const RECENT_MS = 25 * 60_000

type SettlePorts = Pick<ExecPorts, 'broker' | 'clock' | 'logger' | 'halt'>
type SettleOptions = Pick<ExecOptions, 'validForMs' | 'fenceSlackMs' | 'pollMs'>
type Sent = Pick<SendIntent, 'terms' | 'timeMs'>

/**
 * Settles a send of unknown outcome by looking its label up, and never by sending again. An order that is found is
 * cancelled where it rests. The venue may begin one until its `validUntilMs`; so what proves that it never was are two
 * empty answers, `pollMs` apart, once that and the slack have passed, and no fill under the label since the send. A
 * failed look-up proves nothing. What is wrong with a found order comes as the settlement's `problem`.
 *
 * Once halted it looks every `pollMs` before the fence too: what rests then must not rest until the fence.
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
      const untilMs = clock.now() + Math.max(toFenceMs, options.pollMs)
      const early = await waitUntil(untilMs, { ports, currency, terms, pollMs: options.pollMs }, signal)
      if (early.length > 0) return await adopt(ports, early, { terms, pollMs: options.pollMs })
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

/** Waits, and while halted looks meanwhile. Returned is what was found; that nothing was proves nothing. */
async function waitUntil(
  untilMs: number,
  { ports, currency, terms, pollMs }: { ports: SettlePorts; currency: Currency; terms: OrderTerms; pollMs: number },
  signal: AbortSignal | undefined,
): Promise<readonly OrderReport[]> {
  const { clock, halt, logger } = ports
  const isHalted = () => halt?.read().halted === true || halt?.signal.aborted === true
  for (;;) {
    const leftMs = untilMs - clock.now()
    if (leftMs <= 0) return []
    if (isHalted()) await clock.sleep(Math.min(leftMs, pollMs), signal)
    else await sleepUnlessHalted(leftMs, ports, signal)
    if (!isHalted() || clock.now() >= untilMs) continue
    try {
      const { orders } = await find(ports, currency, terms)
      if (orders.length > 0) return orders
    } catch (error) {
      logger.warn('a look-up by label failed', { label: terms.label, ...errorFacts(error) })
    }
  }
}

async function sleepUnlessHalted(
  durationMs: number,
  { clock, halt }: SettlePorts,
  signal: AbortSignal | undefined,
): Promise<void> {
  const signals = [signal, halt?.signal].filter((source) => source !== undefined)
  try {
    await clock.sleep(durationMs, AbortSignal.any(signals))
  } catch (error) {
    signal?.throwIfAborted()
    if (halt?.signal.aborted !== true) throw error
  }
}

/**
 * Looks once, at once, for an order that the venue rejected by a code that leaves no doubt. A failed look changes
 * nothing. What is found is ended, and `exec/rejected-yet-found`: the code was believed in error.
 */
export async function doubtRejection(
  ports: SettlePorts,
  { terms, currency, rejection }: { terms: OrderTerms; currency: Currency; rejection: string },
  pollMs: number,
): Promise<Settlement> {
  const { label } = terms
  let found: readonly OrderReport[]
  try {
    const { orders } = await find(ports, currency, terms)
    found = orders.filter(({ state }) => state !== 'rejected')
  } catch (error) {
    ports.logger.warn('the look-up of a rejected order failed', { label, rejection, ...errorFacts(error) })
    return { outcome: 'absent' }
  }
  if (found.length === 0) return { outcome: 'absent' }
  const problem = new CcError('The venue has an order that it rejected.', {
    code: 'exec/rejected-yet-found',
    recovery: 'halt',
    facts: { label, rejection, orderIds: found.map(({ orderId }) => orderId) },
  })
  return { ...(await adopt(ports, found, { terms, pollMs })), problem }
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
): Promise<Exclude<Settlement, { outcome: 'absent' }>> {
  ports.logger.info('an unanswered order was found', { label: terms.label, states: found.map(({ state }) => state) })
  const latest: OrderReport[] = []
  for (const order of found) {
    latest.push(hasEnded(order) ? order : ((await cancelToEnd(ports, order, pollMs)).ended ?? order))
  }
  const order = together(latest)
  const problem = found.length > 1 ? duplicateOf(found, terms) : problemOf(order, terms)
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
