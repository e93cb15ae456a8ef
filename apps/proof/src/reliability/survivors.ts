import type { Survivor } from './evidence.ts'

/** A fault that no test can or need see, and why. */
export type JustifiedSurvivor = Survivor & { why: string }

const GATE = 'packages/risk/src/gate.ts'
const NO_OFFER = 'if (open?.option === undefined) return []'
const CAUGHT = 'reading what is not there throws, and the catch below answers the same: no order to ask a margin for'

const MARGIN = 'packages/risk/src/margin.ts'
const FAST = 'a short cut: without it every move is judged one by one, with the same answer'

const PRICE = 'packages/risk/src/price-checks.ts'
const NO_BOUNDS = 'if (bounds === undefined || priceCoin === null) return undefined'
const TOGETHER = 'bounds are made of the bid, so that both are missing or neither; only the types need the two of them'

const EXECUTE = 'packages/exec/src/execute-action.ts'
const NOISE = 'the two differ where a sum of floats hits the allowance for its own noise to the last bit'

/**
 * Every fault that a full run of `pnpm mutation` left alive, one by one. `pnpm reliability` fails where one is missing
 * here, and where one here is not among them.
 */
export const JUSTIFIED_SURVIVORS: readonly JustifiedSurvivor[] = [
  { file: GATE, lineText: NO_OFFER, mutator: 'OptionalChaining', replacement: 'open.option', why: CAUGHT },
  { file: GATE, lineText: NO_OFFER, mutator: 'ConditionalExpression', replacement: 'false', why: CAUGHT },
  {
    ...{ file: GATE, lineText: 'priceCoin !== null &&', mutator: 'ConditionalExpression', replacement: 'true' },
    why: 'the next line asks for more than 0, which null is not; only the types need it',
  },
  {
    ...{ file: MARGIN, lineText: 'const largest = { movePct: Math.max(...STRESS_MOVES_PCT), atMs }' },
    ...{ mutator: 'ObjectLiteral', replacement: '{}' },
    why: `its margin is no number then, which is within nothing: ${FAST}`,
  },
  {
    file: MARGIN,
    lineText: 'if (isWithin(ofBalancePct(sale, stressedMaintenanceAtMostCoin(calls, largest)), maxPct)) return []',
    ...{ mutator: 'ConditionalExpression', replacement: 'false', why: FAST },
  },
  {
    ...{ file: PRICE, lineText: 'if (bidPriceCoin === null || askPriceCoin === null) return undefined' },
    ...{ mutator: 'ConditionalExpression', replacement: 'false' },
    why: 'of the ask: without one the spread comes out below 0, which is never too wide',
  },
  {
    ...{ file: PRICE, lineText: NO_BOUNDS, mutator: 'LogicalOperator' },
    ...{ replacement: 'bounds === undefined && priceCoin === null', why: TOGETHER },
  },
  { file: PRICE, lineText: NO_BOUNDS, mutator: 'ConditionalExpression', replacement: 'false', why: TOGETHER },
  { file: PRICE, lineText: NO_BOUNDS, mutator: 'ConditionalExpression', replacement: 'false', why: TOGETHER },
  {
    file: 'packages/risk/src/projection-checks.ts',
    lineText:
      'if (portfolio.positions.length + portfolio.otherPositions.length + shorts.length < max) return undefined',
    ...{ mutator: 'ConditionalExpression', replacement: 'false' },
    why: 'a short cut: so few entries and the sale itself never count to more than the most',
  },
  {
    file: EXECUTE,
    lineText:
      'return close === undefined || maxNetDebitCoin === null || close.priceCoin - terms.priceCoin <= maxNetDebitCoin + 1e-12',
    mutator: 'EqualityOperator',
    replacement: 'close.priceCoin - terms.priceCoin < maxNetDebitCoin + 1e-12',
    why: NOISE,
  },
  {
    file: EXECUTE,
    lineText: 'const isFilled = (leg: LegResult) => Math.abs(leg.requestedCoin - leg.filledCoin) < 1e-9',
    mutator: 'EqualityOperator',
    replacement: 'Math.abs(leg.requestedCoin - leg.filledCoin) <= 1e-9',
    why: NOISE,
  },
  {
    ...{ file: 'packages/exec/src/rest-order.ts', lineText: "? { outcome: 'ended', order: last, problem }" },
    ...{ mutator: 'StringLiteral', replacement: '""' },
    why: 'who reads it asks for absent and unknown by name, and takes the third for ended; only the types name it',
  },
  {
    file: 'packages/exec/src/send-order.ts',
    lineText: 'return problem === undefined || end.error !== undefined ? end : { ...end, error: problem }',
    ...{ mutator: 'ConditionalExpression', replacement: 'false' },
    why: 'an end whose error is undefined is the same as one without it',
  },
]
