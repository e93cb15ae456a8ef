import { createExecutor } from '@cc/exec'
import type { Currency, OrderReport } from '@cc/models'
import { createMemoryJournal, silentLogger } from '@cc/models/testing'
import { createSimulatedClock } from '../../simulation/simulated-clock.ts'
import type { Check } from './check.ts'

const START_MS = Date.UTC(2026, 2, 3, 12)
const HOUR_MS = 3_600_000

/** Orders that rest where the journal knows nothing of them. */
export const SWEEP_CHECKS: readonly (readonly [string, Check])[] = [
  ['orders-of-an-earlier-run', () => sweep([restingOrder('BTC', 'cc-ffffffff-cafe0123-o-1')], 'of an earlier run')],
  [
    'orders-in-every-coin',
    () =>
      sweep(
        [restingOrder('BTC', 'cc-ab12cd34-cafe0123-o-1'), restingOrder('ETH', 'cc-ab12cd34-cafe0123-o-2')],
        'of both coins',
      ),
  ],
]

async function sweep(resting: readonly OrderReport[], what: string): Promise<string | undefined> {
  const clock = createSimulatedClock({ startMs: START_MS, endMs: START_MS + HOUR_MS })
  const open = new Map(resting.map((order) => [order.orderId, order]))
  const broker = {
    account: async (currency: Currency) => ({
      openOrders: [...open.values()].filter(({ symbol }) => symbol.startsWith(currency)),
    }),
    async cancel(orderId: string) {
      const ended = { ...(open.get(orderId) as OrderReport), state: 'cancelled' as const }
      open.delete(orderId)
      return ended
    },
  }
  const ports = { market: {}, broker, clock, journal: createMemoryJournal(), logger: silentLogger }
  const executor = createExecutor(ports as unknown as Parameters<typeof createExecutor>[0], {
    runId: 'ab12cd34',
    dryRun: false,
  })
  await executor.cancelOwn()
  return open.size === 0 ? undefined : `${open.size} own orders ${what} rest after the sweep`
}

function restingOrder(currency: Currency, label: string): OrderReport {
  const createdMs = START_MS - HOUR_MS
  return {
    ...{
      orderId: `${currency}-1`,
      label,
      symbol: `${currency}-27MAR26-100000-C`,
      side: 'sell',
      sizeCoin: 1,
      priceCoin: 0.01,
    },
    ...{ state: 'open', filledCoin: 0, averagePriceCoin: null, postOnly: true, reduceOnly: false, createdMs },
    ...{ updatedMs: createdMs, cancelReason: null },
  }
}
