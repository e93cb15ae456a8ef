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
export { candidateForTest, instrumentForTest, positionForTest, TEST_TIME_MS } from './option-doubles.js'
export {
  portfolioForTest,
  type StateParts,
  stateForTest,
  type UnderlyingParts,
  underlyingForTest,
} from './state-doubles.js'
export { tradableCall } from './tradable-call.js'
export { volForTest } from './vol-double.js'
