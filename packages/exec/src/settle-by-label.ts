import { CcError, type Currency, type OrderReport, type OrderTerms, parseSymbol } from '@cc/models'
import { cancelToEnd, type EndedOrder, hasEnded } from './cancel-to-end.js'
import { checkReply } from './check-reply.js'
import { errorFacts } from './error-facts.js'
import type { ExecOptions } from './options.js'
import type { ExecPorts } from './ports.js'

/** What became of a send: an order that has ended, none, or not known, with the order where it was last seen open. */
export type Settlement =
  | { outcome: 'ended'; order: EndedOrder }
  | { outcome: 'absent' }
  | { outcome: 'unknown'; reason: string; lastSeen?: OrderReport }

const LOOKS = 3
/** Deribit drops ended orders from its recent index after 30 minutes; older ones are asked of the history too. */
const RECENT_MS = 25 * 60_000

type SettlePorts = Pick<ExecPorts, 'broker' | 'clock' | 'logger'>

/**
 * Settles a send of unknown outcome, and never by sending again. The venue may begin an order until its
 * `validUntilMs`; so it is looked up by label once that and the slack have passed, when an empty answer proves that
 * it never was. A found order that rests is cancelled. A failed look-up proves nothing.
 *
 * @throws CcError `exec/duplicate-label`, `exec/reply-mismatch`
 */
export async function settleByLabel(
  ports: SettlePorts,
  terms: OrderTerms,
  options: Pick<ExecOptions, 'validForMs' | 'fenceSlackMs' | 'pollMs'>,
  signal?: AbortSignal,
): Promise<Settlement> {
  const { clock, logger } = ports
  const currency = parseSymbol(terms.symbol)?.currency
  if (currency === undefined) return { outcome: 'unknown', reason: 'symbol-unreadable' }

  const fenceMs = terms.validUntilMs + options.fenceSlackMs
  const longestMs = options.validForMs + options.fenceSlackMs + 1
  let reason = 'fence-not-passed'
  for (let look = 1; look <= LOOKS; look += 1) {
    const waitMs = fenceMs - clock.now() + 1
    if (waitMs > 0) await clock.sleep(Math.min(waitMs, longestMs), signal)
    try {
      const { orders, answeredAtMs } = await find(ports, currency, terms)
      if (orders.length > 1) await refuseDuplicates(ports, orders, options.pollMs)
      const [order] = orders
      if (order !== undefined) return adopt(ports, order, terms, options.pollMs)
      if (answeredAtMs > fenceMs) return { outcome: 'absent' }
      reason = 'fence-not-passed'
    } catch (error) {
      if (CcError.isInstance(error) && error.code.startsWith('exec/')) throw error
      logger.warn('a look-up by label failed', { label: terms.label, look, ...errorFacts(error) })
      reason = 'look-up-failed'
    }
    if (look < LOOKS) await clock.sleep(options.pollMs, signal)
  }
  return { outcome: 'unknown', reason }
}

async function find({ broker, clock }: SettlePorts, currency: Currency, { label, validUntilMs }: OrderTerms) {
  const recent = await broker.findByLabel(currency, label)
  if (recent.orders.length > 0 || clock.now() - validUntilMs < RECENT_MS) return recent
  return broker.findByLabel(currency, label, { historical: true })
}

async function adopt(ports: SettlePorts, found: OrderReport, terms: OrderTerms, pauseMs: number): Promise<Settlement> {
  await checkReply(ports, found, { terms, pauseMs })
  ports.logger.info('an unanswered order was found', { label: terms.label, state: found.state })
  if (hasEnded(found)) return { outcome: 'ended', order: found }
  const order = await cancelToEnd(ports, found, pauseMs)
  return order === undefined
    ? { outcome: 'unknown', reason: 'cancel-unconfirmed', lastSeen: found }
    : { outcome: 'ended', order }
}

async function refuseDuplicates(ports: SettlePorts, orders: readonly OrderReport[], pauseMs: number): Promise<never> {
  for (const order of orders) if (order.state === 'open') await cancelToEnd(ports, order, pauseMs)
  throw new CcError('The venue has two orders under one label.', {
    code: 'exec/duplicate-label',
    recovery: 'halt',
    facts: { label: orders[0]?.label ?? '', orderIds: orders.map((order) => order.orderId) },
  })
}
