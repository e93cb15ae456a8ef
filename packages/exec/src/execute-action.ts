import { type ApprovedAction, CcError, type ExecutionResult, type LegResult } from '@cc/models'
import { type ApprovedLeg, ApprovedAction as SealedAction } from '@cc/models/approval'
import { roundSizeDown } from '@cc/pricing'
import { beginRun } from './action-run.js'
import { nextOrder } from './next-order.js'
import { type ExecOptions, type ExecOptionsInput, execOptionsSchema } from './options.js'
import type { ExecPorts } from './ports.js'
import { legResult, workLeg } from './work-leg.js'

/**
 * Carries an approved action out as limit orders, leg after leg, each inside the approval, and says what traded. A
 * roll closes first; then at most what closed is opened, and nothing while the close has no known outcome.
 *
 * In dry-run (the default) nothing is called but `quote`, and each leg shows the first order that it would send.
 * Aborted or halted, it cancels what rests, sends nothing more and returns what traded.
 *
 * @throws CcError `exec/forged-approval`, `exec/executed-before`, `exec/reply-mismatch`, `exec/duplicate-label`; what
 * the journal throws, before the send that it was to hold; what `quote` throws, before anything was sent.
 */
export async function executeAction(
  ports: ExecPorts,
  approved: ApprovedAction,
  { signal, ...input }: ExecOptionsInput & { signal?: AbortSignal | undefined },
): Promise<ExecutionResult> {
  const options = execOptionsSchema.parse(input)
  if (!SealedAction.is(approved)) {
    throw new CcError('This action was not approved by the risk engine.', {
      code: 'exec/forged-approval',
      recovery: 'halt',
    })
  }
  const { clock } = ports
  const startedMs = clock.now()
  const { legs: approvedLegs } = approved.bounds
  if (approvedLegs.length === 0) return { status: 'no-action', legs: [], startedMs, endedMs: startedMs }
  if (options.dryRun) {
    const legs = await previewLegs(ports, approved, options)
    return { status: 'dry-run', legs, startedMs, endedMs: clock.now() }
  }

  const run = beginRun({ ports, options, approved, signal })
  const legs: LegResult[] = []
  for (const leg of approvedLegs) {
    const sizeCoin = sizeOf(leg, approvedLegs, legs)
    if (sizeCoin < leg.instrument.minSizeCoin) break
    legs.push(await workLeg(run, leg, sizeCoin))
    if (hasUnknown(legs)) break
  }
  return { status: statusOf(legs, approvedLegs), legs, startedMs, endedMs: clock.now() }
}

/** What a leg may trade: the opening leg of a roll no more than was closed. */
function sizeOf(leg: ApprovedLeg, approvedLegs: readonly ApprovedLeg[], done: readonly LegResult[]): number {
  const rolls = leg.leg === 'open' && approvedLegs.some((other) => other.leg === 'close')
  if (!rolls) return leg.maxSizeCoin
  const closedCoin = done.find((result) => result.leg === 'close')?.filledCoin ?? 0
  return roundSizeDown(Math.min(leg.maxSizeCoin, closedCoin), leg.instrument.sizeStepCoin)
}

function statusOf(legs: readonly LegResult[], approvedLegs: readonly ApprovedLeg[]): ExecutionResult['status'] {
  if (hasUnknown(legs)) return 'unknown'
  if (legs.every((leg) => leg.filledCoin === 0)) return 'not-filled'
  const isFilled = (leg: LegResult) => Math.abs(leg.requestedCoin - leg.filledCoin) < 1e-9
  return legs.length === approvedLegs.length && legs.every(isFilled) ? 'filled' : 'partial'
}

function hasUnknown(legs: readonly LegResult[]): boolean {
  return legs.some((leg) => leg.orders.some((order) => order.outcome === 'unknown'))
}

/** The first order of each leg, as if what comes before it filled in full. */
async function previewLegs(ports: ExecPorts, approved: SealedAction, options: ExecOptions): Promise<LegResult[]> {
  const { legs, decisionId, expiresMs } = approved.bounds
  const results: LegResult[] = []
  for (const leg of legs) {
    const restCoin = Math.min(...legs.slice(0, legs.indexOf(leg) + 1).map(({ maxSizeCoin }) => maxSizeCoin))
    const terms = await nextOrder(ports, options, { leg, decisionId, expiresMs, peg: 0, restCoin })
    const trace = terms && {
      terms,
      outcome: 'not-sent' as const,
      orderId: null,
      filledCoin: 0,
      averagePriceCoin: null,
      detail: 'dry-run',
    }
    results.push(legResult(leg, { orders: trace ? [trace] : [], fills: [] }))
  }
  return results
}
