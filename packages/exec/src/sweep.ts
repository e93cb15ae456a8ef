import { CcError, type Currency, type JournalledSend, type OrderReport, parseSymbol, type Recovery } from '@cc/models'
import { LABEL_MEMORY_MS } from './action-run.js'
import { isOfRun, isOwnLabel } from './label.js'
import type { ExecOptions } from './options.js'
import type { ExecPorts } from './ports.js'
import { cancelToEnd, errorFacts, hasEnded } from './venue-order.js'

/** An own order that the journal does not know, and that is younger, is of another agent that lives. */
const PEER_MS = 10 * 60_000
/** Look-ups that fail one after the other: the venue cannot be reached. */
const MOST_FAILED_LOOKS = 3

type SweepPorts = Pick<ExecPorts, 'broker' | 'clock' | 'journal' | 'logger'>
type SweepOptions = Pick<ExecOptions, 'runId' | 'pollMs' | 'underlyings' | 'dryRun'>

/**
 * Cancels every resting order of ours, of whichever run, in the accounts of `underlyings`; the number of them. One
 * failure does not spare the others. Where an account cannot be read, the orders of the journal are looked for under
 * their labels. Orders without our prefix are never touched, nor are those of another agent on the same account. In
 * dry-run: none.
 *
 * @throws CcError `exec/peer-detected` where another agent trades there; `exec/sweep-incomplete` where an account could
 * not be read or an order may still rest, with the gravest recovery of what kept it from that. Rejects with the signal's
 * reason when aborted.
 */
export async function cancelOwn(ports: SweepPorts, options: SweepOptions, signal?: AbortSignal): Promise<number> {
  if (options.dryRun) return 0
  const sends = await knownSends(ports)
  const sweep = newSweep()
  for (const currency of options.underlyings) {
    signal?.throwIfAborted()
    try {
      const { openOrders } = await ports.broker.account(currency)
      for (const order of openOrders) await cancelIfOwn(ports, { options, sends, sweep }, order)
    } catch (error) {
      ports.logger.warn('an account could not be swept of resting orders', { currency, ...errorFacts(error) })
      sweep.unreadAccounts.push(currency)
      sweep.causes.push(error)
      await cancelByLabel(ports, { options, sends, sweep, currency }, signal)
    }
  }
  return totalOf(sweep)
}

/**
 * Cancels the own resting orders of one symbol, and nothing else; the number of them.
 *
 * @throws CcError as {@link cancelOwn}; what the account throws.
 */
export async function cancelOwnIn(
  ports: SweepPorts,
  options: SweepOptions,
  { currency, symbol }: { currency: Currency; symbol: string },
): Promise<number> {
  const sends = await knownSends(ports)
  const sweep = newSweep()
  const { openOrders } = await ports.broker.account(currency)
  for (const order of openOrders.filter((open) => open.symbol === symbol)) {
    await cancelIfOwn(ports, { options, sends, sweep }, order)
  }
  return totalOf(sweep)
}

type Sweep = {
  cancelled: number
  restingLabels: string[]
  peerLabels: string[]
  unreadAccounts: Currency[]
  causes: unknown[]
}

function newSweep(): Sweep {
  return { cancelled: 0, restingLabels: [], peerLabels: [], unreadAccounts: [], causes: [] }
}

function totalOf({ cancelled, restingLabels, peerLabels, unreadAccounts, causes }: Sweep): number {
  if (peerLabels.length > 0) {
    throw new CcError('Another agent trades on this account.', {
      code: 'exec/peer-detected',
      recovery: 'halt',
      facts: { peerLabels, unreadAccounts, restingLabels, cancelled },
    })
  }
  if (unreadAccounts.length + restingLabels.length > 0) {
    throw new CcError('Own orders may still rest at the venue.', {
      code: 'exec/sweep-incomplete',
      recovery: gravestOf(causes),
      facts: { unreadAccounts, restingLabels, cancelled },
      cause: causes.at(-1),
    })
  }
  return cancelled
}

const BY_GRAVITY: readonly Recovery[] = ['halt', 'reconcile', 'skip']

/** A refused key is not to be tried again and again. What nobody foresaw halts; a venue that just does not obey is asked again. */
function gravestOf(causes: readonly unknown[]): Recovery {
  const recoveries = causes.map((cause) => (CcError.isInstance(cause) ? cause.recovery : 'halt'))
  return BY_GRAVITY.find((recovery) => recoveries.includes(recovery)) ?? 'retry'
}

type Known = { labels: ReadonlySet<string>; sends: readonly JournalledSend[] }
type Sweeping = { options: SweepOptions; sends: Known | undefined; sweep: Sweep }

/** What the journal tells of own sends, unfinished ones first. `undefined` where it cannot be read, which stops no cancel. */
async function knownSends({ journal, clock, logger }: SweepPorts): Promise<Known | undefined> {
  try {
    const unfinished = (await journal.unfinished()).map((intent): JournalledSend => ({ intent, outcome: null }))
    const finished = (await journal.since(clock.now() - LABEL_MEMORY_MS)).filter(({ outcome }) => outcome !== null)
    const sends = [...unfinished.reverse(), ...finished.reverse()]
    return { labels: new Set(sends.map(({ intent }) => intent.terms.label)), sends }
  } catch (error) {
    logger.error('a sweep goes on without the journal', errorFacts(error))
    return undefined
  }
}

async function cancelIfOwn(ports: SweepPorts, sweeping: Sweeping, order: OrderReport): Promise<void> {
  const { options, sweep } = sweeping
  const { label } = order
  if (!isOwnLabel(label)) return
  if (isPeers(order, sweeping, ports.clock.now())) {
    ports.logger.error('an order of another agent rests in this account', { label, orderId: order.orderId })
    sweep.peerLabels.push(label)
    return
  }
  const cancel = await cancelToEnd(ports, order, options.pollMs)
  if (cancel.ended !== undefined) {
    sweep.cancelled += 1
  } else {
    sweep.restingLabels.push(label)
    if (cancel.cause !== undefined) sweep.causes.push(cancel.cause)
  }
}

/** Without the journal an earlier life's order and a peer's look alike, and then none may rest. */
function isPeers({ label, createdMs }: OrderReport, { options, sends }: Sweeping, nowMs: number): boolean {
  if (sends === undefined || isOfRun(label, options.runId) || sends.labels.has(label)) return false
  return nowMs - createdMs < PEER_MS
}

/** The orders of the journal, one by one, as far as the venue answers. */
async function cancelByLabel(
  ports: SweepPorts,
  { currency, ...sweeping }: Sweeping & { currency: Currency },
  signal: AbortSignal | undefined,
): Promise<void> {
  const sends = sweeping.sends?.sends ?? []
  let failures = 0
  for (const { intent, outcome } of sends) {
    const { label, symbol } = intent.terms
    if (parseSymbol(symbol)?.currency !== currency) continue
    signal?.throwIfAborted()
    const isLost = failures === MOST_FAILED_LOOKS
    const found = isLost ? undefined : await resting(ports, { currency, label })
    if (found !== undefined) {
      failures = 0
      for (const order of found) await cancelIfOwn(ports, sweeping, order)
    } else {
      if (!isLost) failures += 1
      if (outcome === null) sweeping.sweep.restingLabels.push(label)
    }
  }
}

async function resting(
  { broker, logger }: SweepPorts,
  { currency, label }: { currency: Currency; label: string },
): Promise<readonly OrderReport[] | undefined> {
  try {
    const { orders } = await broker.findByLabel(currency, label)
    return orders.filter((order) => order.label === label && !hasEnded(order))
  } catch (error) {
    logger.warn('an order could not be looked for', { label, ...errorFacts(error) })
    return undefined
  }
}
