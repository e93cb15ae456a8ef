import { CcError } from '@cc/models'
import { cancelToEnd } from './cancel-to-end.js'
import { errorFacts } from './error-facts.js'
import { isOwnLabel } from './label.js'
import type { ExecOptions } from './options.js'
import type { ExecPorts } from './ports.js'

/**
 * Cancels every resting order of ours, of whichever run, in the accounts of `underlyings`; the number of them. One
 * failure does not spare the others. In dry-run: none.
 *
 * @throws CcError `exec/sweep-incomplete` where an account could not be read or an order may still rest.
 */
export async function cancelOwn(ports: ExecPorts, options: ExecOptions, signal?: AbortSignal): Promise<number> {
  if (options.dryRun) return 0
  const failed: string[] = []
  let cancelled = 0
  let cause: unknown
  for (const currency of options.underlyings) {
    signal?.throwIfAborted()
    try {
      const { openOrders } = await ports.broker.account(currency)
      for (const order of openOrders.filter(({ label }) => isOwnLabel(label))) {
        const ended = await cancelToEnd(ports, order, options.pollMs)
        if (ended === undefined) failed.push(order.label)
        else cancelled += 1
      }
    } catch (error) {
      ports.logger.warn('an account could not be swept of resting orders', { currency, ...errorFacts(error) })
      failed.push(currency)
      cause = error
    }
  }
  if (failed.length > 0) {
    throw new CcError('Own orders may still rest at the venue.', {
      code: 'exec/sweep-incomplete',
      recovery: 'retry',
      facts: { failed, cancelled },
      cause,
    })
  }
  return cancelled
}
