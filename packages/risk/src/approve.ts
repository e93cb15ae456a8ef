import type { ApprovedAction, Verdict } from '@cc/models'
import { sealApproval } from '@cc/models/approval'

type Bounds = ApprovedAction['bounds']
export type BoundLeg = Bounds['legs'][number]

/**
 * Seals what was allowed. The one place that does: nothing else in this package reaches the seal.
 *
 * @throws CcError `models/invalid-approval` where the bounds make no sense.
 */
export function approve(bounds: Bounds): Verdict {
  return { allowed: true, action: sealApproval(bounds), reasons: [] }
}
