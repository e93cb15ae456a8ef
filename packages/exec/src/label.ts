import type { LegResult } from '@cc/models'

const OWN_PREFIX = 'cc-'

/**
 * The label of one order: `cc-<run8>-<decision8>-<c|o>-<attempt>`. The venue does not keep labels unique; ours are,
 * because a decision is executed once and each of its attempts has its own number.
 */
export function orderLabel(order: {
  runId: string
  decisionId: string
  leg: LegResult['leg']
  attempt: number
}): string {
  return `${labelStem(order)}-${order.leg === 'close' ? 'c' : 'o'}-${order.attempt}`
}

/** What all labels of one decision begin with. */
export function labelStem({ runId, decisionId }: { runId: string; decisionId: string }): string {
  return `${OWN_PREFIX}${runId.slice(0, 8)}-${decisionId.slice(0, 8)}`
}

/** The stem of an order's label. */
export function stemOf(label: string): string {
  return label.split('-', 3).join('-')
}

/** Whether an order is of an agent of this kind: of this run, of an earlier one, or of another agent's. */
export function isOwnLabel(label: string): boolean {
  return label.startsWith(OWN_PREFIX)
}

/** Whether an own order is of this run. */
export function isOfRun(label: string, runId: string): boolean {
  return label.startsWith(`${OWN_PREFIX}${runId.slice(0, 8)}-`)
}
