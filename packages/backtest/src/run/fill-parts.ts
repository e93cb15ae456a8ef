import type { SimOptionsInput } from '@cc/exchange-sim'
import { createExecutor, type ExecOptionsInput, type ExecPorts } from '@cc/exec'
import type { Executor } from '@cc/models'
import { type RiskLimits, type RiskLimitsInput, riskLimitsSchema } from '@cc/risk'
import type { History } from '../history/history.js'
import { lastAt } from '../history/listed-rows.js'
import { createPassiveExecutor, freshQuotes, LONGEST_REST_MS } from './passive-executor.js'
import type { RunOptions } from './run-options.js'

/** How the exchange of a run fills orders. */
export function simFills({ fill, passive }: RunOptions): NonNullable<SimOptionsInput['fills']> {
  return { kind: fill === 'mid' ? 'mid' : 'touch', queueShare: passive.queueShare }
}

/** How orders of a run are worked, over what its strategy says. */
export function execOf({ fill, passive, latencyMs }: RunOptions): Partial<ExecOptionsInput> {
  // An order that is under way for longer than it is valid would never arrive.
  const arrives = latencyMs === 0 ? {} : { validForMs: VALID_MS + latencyMs }
  if (fill !== 'passive') return { ...arrives, pegs: 1 }
  // Nothing trades between two changes of quotes: reading a resting order more often costs time and finds nothing.
  return { ...arrives, pegs: 2, restMs: passive.restMs, pollMs: Math.min(passive.restMs, POLL_MS) }
}

/** What risk allows in a run: an approval lives as long as its order may rest. */
export function limitsOf(given: RiskLimitsInput, { fill }: RunOptions): RiskLimits {
  const limits = riskLimitsSchema.parse(given)
  if (fill !== 'passive') return limits
  const maxApprovalMs = Math.max(limits.maxApprovalMs, LONGEST_REST_MS + AROUND_REST_MS)
  return riskLimitsSchema.parse({ ...limits, maxApprovalMs })
}

/** How long a cycle may take, where that is more than usual: an order may rest for hours inside it. */
export function cycleDeadlineOf({ fill }: RunOptions): { cycleDeadlineMs?: number } {
  return fill === 'passive' ? { cycleDeadlineMs: LONGEST_REST_MS + AROUND_REST_MS } : {}
}

/** The executor of a run; `exec` holds what is in force. */
export function executorOf(
  { fill, passive }: RunOptions,
  { history, ports, exec }: { history: History; ports: ExecPorts; exec: ExecOptionsInput },
): Executor {
  const fresh = { ...ports, market: freshQuotes(ports.market, ports.clock) }
  if (fill !== 'passive') return createExecutor(fresh, exec)
  return createPassiveExecutor({
    clock: ports.clock,
    restMs: passive.restMs,
    nextChangeMs: (afterMs) => nextChangeMs(history, afterMs),
    resting: (restMs) => createExecutor(fresh, { ...exec, restMs }),
    crossing: createExecutor(fresh, { ...exec, pegs: 1 }),
  })
}

const POLL_MS = 900_000
const VALID_MS = 3_000
const AROUND_REST_MS = 600_000

/** When quotes change next. Between two of them nothing can trade that did not before. */
export function nextChangeMs({ market: { steps, stepMs }, timesMs }: History, afterMs: number): number {
  if (steps !== undefined) return steps.nextMs(afterMs)
  const next = timesMs[lastAt(timesMs, afterMs) + 1] ?? Number.POSITIVE_INFINITY
  return Math.min(next, (Math.floor(afterMs / stepMs) + 1) * stepMs)
}
