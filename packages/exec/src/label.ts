import type { LegResult } from '@cc/models'

const OWN_PREFIX = 'cc-'

/**
 * The label of one order: `cc-<run8>-<decision8>-<c|o>-<attempt>`. The venue does not keep labels unique; ours are,
 * because an approval is executed once and each of its attempts has its own number.
 */
export function orderLabel({
  runId,
  decisionId,
  leg,
  attempt,
}: {
  runId: string
  decisionId: string
  leg: LegResult['leg']
  attempt: number
}): string {
  return `${OWN_PREFIX}${runId.slice(0, 8)}-${decisionId.slice(0, 8)}-${leg === 'close' ? 'c' : 'o'}-${attempt}`
}

/** Whether an order is one of ours, of this run or of an earlier one. */
export function isOwnLabel(label: string): boolean {
  return label.startsWith(OWN_PREFIX)
}
