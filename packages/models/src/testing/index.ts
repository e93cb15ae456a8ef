export { type ApprovalBounds, type ApprovedLeg, cutOrder, sealApproval, settleOrder } from '../approval.js'
export { describeVenue } from './describe-venue.js'
export {
  approveForTest,
  createMemoryHalt,
  createMemoryJournal,
  createMemoryLog,
  createMemoryStore,
  orderForTest,
  silentLogger,
} from './doubles.js'
export { tradableCall } from './tradable-call.js'
