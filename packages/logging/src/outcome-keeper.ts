import type { Clock, DecisionLog, Logger, MarketData } from '@cc/models'
import type { EntryOf } from './decode-line.js'
import { type OutcomeKeeperOptionsInput, outcomeKeeperOptionsSchema } from './options.js'
import { outcomeOf } from './outcomes.js'
import { createPendingOutcomes, type PendingExpiry } from './pending-outcomes.js'

export type OutcomeKeeperDeps = {
  /** Where decisions and outcomes go. */
  log: DecisionLog
  deliveryPrice: MarketData['deliveryPrice']
  clock: Pick<Clock, 'now'>
  /** What the log holds, in its order, with or without what was recorded since. Absent: it is empty. */
  read?: () => AsyncIterable<EntryOf['decisions']>
  logger?: Logger
}

/**
 * A decision log that adds outcomes. It remembers what each decision could have sold. Once an expiry is past, it asks for
 * its delivery price behind the next decision that saw the market, and writes down what each candidate came to: once for
 * each decision and expiry, over restarts too, in the order of the decisions.
 *
 * A price that is refused, or not known yet, is asked for again behind the next decision, for a week, and once in each
 * later life. What earlier lives left open is read back behind the first decision; where it cannot be read, their
 * decisions get no outcomes, which the logger is told.
 *
 * `record` resolves when the decision and the outcomes behind it are written.
 *
 * @throws CcError from `record`, what the log throws; nothing of what the price or the reading does
 */
export function createOutcomeKeeper(
  { log, deliveryPrice, clock, read, logger }: OutcomeKeeperDeps,
  options: OutcomeKeeperOptionsInput = {},
): DecisionLog {
  const { mostDecisions, mostAtOnce } = outcomeKeeperOptionsSchema.parse(options)
  let pending = createPendingOutcomes(mostDecisions)
  let reading: Promise<void> | undefined

  async function readBack(): Promise<void> {
    const found = createPendingOutcomes(mostDecisions)
    try {
      for await (const entry of read?.() ?? []) {
        if (entry.kind === 'decision') found.add(entry)
        else if (entry.kind === 'outcome') found.settle(entry)
      }
      pending = found
    } catch (error) {
      // From half a log, outcomes that stand in the other half would be written twice.
      logger?.warn('earlier decisions get no outcomes: the log cannot be read', { message: String(error) })
    }
  }

  async function askPrice(expiry: PendingExpiry): Promise<void> {
    const { currency, expiryMs } = expiry
    try {
      const deliveryUsd = (await deliveryPrice(currency, expiryMs)) ?? 0
      if (Number.isFinite(deliveryUsd) && deliveryUsd > 0) expiry.delivery = { deliveryUsd, knownMs: clock.now() }
    } catch (error) {
      logger?.debug('a delivery price could not be read', { currency, expiryMs, message: String(error) })
    }
    if (expiry.delivery !== null || clock.now() - expiryMs < ASKED_FOR_MS) return
    logger?.warn('decisions get no outcomes: their delivery price is not known', { currency, expiryMs })
    pending.forget(expiry)
  }

  async function writeOutcomes(): Promise<void> {
    let left = mostAtOnce
    for (const expiry of pending.past(clock.now())) {
      if (expiry.delivery === null) await askPrice(expiry)
      if (expiry.delivery === null) continue
      for (let next = pending.next(expiry); next !== undefined; next = pending.next(expiry)) {
        if (left === 0) return
        left -= 1
        pending.settle(next)
        await log.record(outcomeOf(next, expiry.delivery))
      }
    }
  }

  return {
    async record(entry) {
      // What was done is written down before anything else.
      await log.record(entry)
      if (entry.kind !== 'decision') return
      reading ??= readBack()
      await reading
      pending.add(entry)
      // A cycle that saw nothing found nobody to ask.
      if (entry.state !== null) await writeOutcomes()
    },
  }
}

const ASKED_FOR_MS = 7 * 86_400_000
