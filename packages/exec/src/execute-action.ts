import {
  type ApprovedAction,
  CcError,
  type ExecutionResult,
  type FailureRecord,
  type LegResult,
  type OrderTerms,
} from '@cc/models'
import { type ApprovalBounds, type ApprovedLeg, isApproved } from '@cc/models/approval'
import { roundSizeDown } from '@cc/pricing'
import { type ActionRun, beginRun } from './action-run.js'
import { NOTHING } from './finish-order.js'
import { nextOrder } from './next-order.js'
import { type ExecOptions, type ExecOptionsInput, execOptionsSchema } from './options.js'
import type { ExecPorts } from './ports.js'
import { errorFacts } from './venue-order.js'
import { filledCoin, hasEndedAction, hasUnknown, type LegWork, legResult, workLeg } from './work-leg.js'

/**
 * Carries an approved action out as limit orders, leg after leg, each inside the approval, and says what traded. A
 * roll closes first; then at most what closed is opened, and nothing after a rejection, an order that never arrived or one
 * whose outcome is not known: the next decision sees what is there.
 *
 * In dry-run (the default) nothing is called but `quote`, and each leg shows the first order that it would send.
 * Aborted or halted, it cancels what rests, sends nothing more and returns what traded.
 *
 * Before anything was sent it throws; after that whatever ends it early is the result's `failure`, beside what was
 * done: what is wrong with the venue's account of an order, what the journal throws, `exec/unexpected` for a bug.
 *
 * @throws CcError `exec/forged-approval`, `exec/executed-before`; what the journal or `quote` throws. Nothing was sent.
 */
export async function executeAction(
  ports: ExecPorts,
  approved: ApprovedAction,
  { signal, ...input }: ExecOptionsInput & { signal?: AbortSignal | undefined },
): Promise<ExecutionResult> {
  return executeParsed(ports, approved, { options: execOptionsSchema.parse(input), signal })
}

/** The same for an executor, which has parsed its options once. */
export async function executeParsed(
  ports: ExecPorts,
  approved: ApprovedAction,
  { options, signal }: { options: ExecOptions; signal: AbortSignal | undefined },
): Promise<ExecutionResult> {
  if (!isApproved(approved)) {
    throw new CcError('This action was not approved by the risk engine.', {
      code: 'exec/forged-approval',
      recovery: 'halt',
    })
  }
  const { clock } = ports
  const startedMs = clock.now()
  const { legs: approvedLegs } = approved.bounds
  if (approvedLegs.length === 0) {
    return { status: 'no-action', legs: [], failure: null, startedMs, endedMs: startedMs }
  }
  if (options.dryRun) {
    const legs = await previewLegs(ports, approved, options)
    return { status: 'dry-run', legs, failure: null, startedMs, endedMs: clock.now() }
  }

  const run = await beginRun({ ports, options, approved, signal })
  const works: LegWork[] = []
  const failure = await workLegs(run, works)
  const legs = works.map(legResult)
  const status = works.some(hasUnknown) ? 'unknown' : statusOf(legs, approvedLegs)
  return { status, legs, failure, startedMs, endedMs: clock.now() }
}

/** Works leg after leg, and writes down in `works` what was done. What ended it early, once anything was sent. */
async function workLegs(run: ActionRun, works: LegWork[]): Promise<FailureRecord | null> {
  try {
    for (const leg of run.approved.bounds.legs) {
      const sizeCoin = sizeOf(leg, closedCoin(run, works))
      if (sizeCoin < leg.instrument.minSizeCoin) break
      const work: LegWork = { leg, ends: [] }
      works.push(work)
      const sent = works.reduce((sum, { ends }) => sum + ends.length, 0)
      await workLeg(run, work, {
        sizeCoin,
        pegs: pegsOf(leg, { bounds: run.approved.bounds, sent, pegs: run.options.pegs }),
      })
      if (hasEndedAction(work)) break
    }
    return null
  } catch (error) {
    if (!run.hasSent) throw error
    const { decisionId } = run.approved.bounds
    const stack = error instanceof Error && !CcError.isInstance(error) ? String(error.stack) : null
    run.ports.logger.error('an execution ended early', { decisionId, ...errorFacts(error), stack })
    return failureOf(error)
  }
}

/**
 * How many orders a leg may take, so that the last that the approval allows crosses: an exit that is short of orders must
 * not end as a wish. Each leg leaves one for each that follows.
 */
function pegsOf(
  leg: ApprovedLeg,
  { bounds: { legs, maxOrders }, sent, pegs }: { bounds: ApprovalBounds; sent: number; pegs: number },
): number {
  const following = legs.length - 1 - legs.indexOf(leg)
  return Math.max(1, Math.min(pegs, maxOrders - sent - following))
}

/** What a roll has bought back; `undefined` where the action closes nothing. */
function closedCoin({ approved }: ActionRun, works: readonly LegWork[]): number | undefined {
  if (!approved.bounds.legs.some(({ leg }) => leg === 'close')) return undefined
  return works.reduce((sum, work) => sum + filledCoin(work), 0)
}

/** What a leg may trade: the opening leg of a roll no more than was closed. */
function sizeOf(leg: ApprovedLeg, closed: number | undefined): number {
  if (leg.leg === 'close' || closed === undefined) return leg.maxSizeCoin
  return roundSizeDown(Math.min(leg.maxSizeCoin, closed), leg.instrument.sizeStepCoin)
}

function statusOf(legs: readonly LegResult[], approvedLegs: readonly ApprovedLeg[]): ExecutionResult['status'] {
  if (legs.every((leg) => leg.filledCoin === 0)) return 'not-filled'
  const isFilled = (leg: LegResult) => Math.abs(leg.requestedCoin - leg.filledCoin) < 1e-9
  return legs.length === approvedLegs.length && legs.every(isFilled) ? 'filled' : 'partial'
}

function failureOf(error: unknown): FailureRecord {
  const { code, message } = errorFacts(error)
  if (CcError.isInstance(error)) return { code, message, recovery: error.recovery, facts: error.facts }
  return { code, message, recovery: 'halt', facts: { name: error instanceof Error ? error.name : typeof error } }
}

/** The first order of each leg, as if what comes before it filled in full, as far as the approval would let it out. */
async function previewLegs(
  ports: ExecPorts,
  { bounds }: ApprovedAction,
  options: ExecOptions,
): Promise<readonly LegResult[]> {
  const { legs, decisionId, expiresMs, maxOrders } = bounds
  const isRoll = legs.some(({ leg }) => leg === 'close')
  const shown: OrderTerms[] = []
  const results: LegResult[] = []
  for (const leg of legs) {
    const close = shown.find(({ reduceOnly }) => reduceOnly)
    const restCoin = sizeOf(leg, isRoll ? (close?.sizeCoin ?? 0) : undefined)
    const pegs = pegsOf(leg, { bounds, sent: shown.length, pegs: options.pegs })
    const terms = await nextOrder(ports, { ...options, pegs }, { leg, decisionId, expiresMs, peg: 0, restCoin })
    const isSent = terms !== undefined && shown.length < maxOrders && holdsDebit(bounds, close, terms)
    if (isSent) shown.push(terms)
    const trace = isSent && { terms, ...NOTHING, outcome: 'not-sent' as const, detail: 'dry-run' }
    results.push(legResult({ leg, ends: trace ? [{ trace, fills: [] }] : [] }))
  }
  return results
}

/** Whether a roll stays inside its net-debit cap where its close trades at its price. */
function holdsDebit({ maxNetDebitCoin }: ApprovalBounds, close: OrderTerms | undefined, terms: OrderTerms): boolean {
  return close === undefined || maxNetDebitCoin === null || close.priceCoin - terms.priceCoin <= maxNetDebitCoin + 1e-12
}
