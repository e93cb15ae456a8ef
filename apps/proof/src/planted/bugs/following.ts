import type { PlantedBug } from '../planted-bug.ts'

const FINISH = 'packages/exec/src/finish-order.ts'
const REST = 'packages/exec/src/rest-order.ts'
const EXECUTE = 'packages/exec/src/execute-action.ts'
const GATE = 'packages/risk/src/gate.ts'
const APPROVAL = 'packages/models/src/approval.ts'

/** Fills, cancels and the two legs of a roll. */
export const FOLLOWING_BUGS: readonly PlantedBug[] = [
  {
    name: 'ignored-partial-fill',
    why: 'What an order traded before it was cancelled is forgotten.',
    edits: [
      {
        file: FINISH,
        find: 'const filledCoin = Math.max(toldCoin, tradedCoinOf(fills))',
        replace: "const filledCoin = outcome === 'filled' ? Math.max(toldCoin, tradedCoinOf(fills)) : 0",
      },
    ],
    caughtBy: { by: 'seeds', seeds: [1] },
  },
  {
    name: 'partial-fill-not-counted',
    why: 'What a leg traded leaves its partial fills out.',
    edits: [
      {
        file: 'packages/exec/src/work-leg.ts',
        find: 'return ends.reduce((sum, { trace }) => sum + trace.filledCoin, 0)',
        replace: "return ends.reduce((sum, { trace }) => sum + (trace.outcome === 'filled' ? trace.filledCoin : 0), 0)",
      },
    ],
    caughtBy: { by: 'seeds', seeds: [1] },
  },
  {
    name: 'close-assumed-filled',
    why: 'A buy-back that traded anything counts as filled in full.',
    edits: [
      {
        file: FINISH,
        find: 'const filledCoin = Math.max(toldCoin, tradedCoinOf(fills))',
        replace:
          "const filledCoin = sent.leg.leg === 'close' && toldCoin > 0 ? sent.intent.terms.sizeCoin : Math.max(toldCoin, tradedCoinOf(fills))",
      },
    ],
    caughtBy: { by: 'seeds', seeds: [4] },
  },
  {
    name: 'open-leg-first',
    why: 'A roll sells before it buys back.',
    edits: [
      {
        file: EXECUTE,
        find: 'for (const leg of run.approved.bounds.legs) {\n      const sizeCoin = sizeOf(leg, closedCoin(run, works))',
        replace: 'for (const leg of [...run.approved.bounds.legs].reverse()) {\n      const sizeCoin = leg.maxSizeCoin',
      },
      {
        file: APPROVAL,
        find: 'if (close.reserved > 0 || close.filled === 0) return false',
        replace: 'if (close.filled === 0) return true',
      },
    ],
    caughtBy: { by: 'seeds', seeds: [1] },
  },
  {
    name: 'open-leg-not-limited',
    why: 'A roll opens all that was approved, however little it bought back.',
    edits: [
      {
        file: EXECUTE,
        find: "if (leg.leg === 'close' || closed === undefined) return leg.maxSizeCoin",
        replace: "if (leg.leg === 'close' || closed === undefined || closed > 0) return leg.maxSizeCoin",
      },
      {
        file: APPROVAL,
        find: 'if (open.reserved + open.filled + size > close.filled) return false',
        replace: 'if (open.filled > close.filled) return false',
      },
    ],
    caughtBy: { by: 'seeds', seeds: [4] },
  },
  {
    name: 'approves-a-step-more',
    why: 'An approval to sell is one step larger than the proposal that was judged.',
    edits: [
      {
        file: GATE,
        find: "legs.push({ leg: 'open', instrument, side: 'sell', maxSizeCoin, worstPriceCoin: sell.worstCoin, reduceOnly: false })",
        replace:
          "legs.push({ leg: 'open', instrument, side: 'sell', maxSizeCoin: maxSizeCoin + instrument.sizeStepCoin, worstPriceCoin: sell.worstCoin, reduceOnly: false })",
      },
    ],
    caughtBy: { by: 'seeds', seeds: [2] },
  },
  {
    name: 'cancel-time-out-is-cancelled',
    why: 'A cancel that was not answered counts as done.',
    edits: [
      {
        file: REST,
        find: 'const { ended } = await cancelToEnd(ports, accepted, options.pollMs)\n  return { report: ended ?? report, cancelledByUs: true }',
        replace:
          "const ended = await ports.broker.cancel(accepted.orderId).catch(() => ({ ...report, state: 'cancelled' as const }))\n  return { report: ended, cancelledByUs: true }",
      },
    ],
    caughtBy: { by: 'seeds', seeds: [4, 37] },
  },
  {
    name: 're-peg-before-cancelled',
    why: 'The next order is sent while the cancel of the one before is under way.',
    edits: [
      {
        file: REST,
        find: 'const { ended } = await cancelToEnd(ports, accepted, options.pollMs)\n  return { report: ended ?? report, cancelledByUs: true }',
        replace:
          "void cancelToEnd(ports, accepted, options.pollMs)\n  return { report: { ...report, state: 'cancelled' as const }, cancelledByUs: true }",
      },
    ],
    caughtBy: { by: 'seeds', seeds: [1] },
  },
  {
    name: 'rests-for-ever',
    why: 'An order rests until it trades: its time to live is never up.',
    edits: [
      {
        file: REST,
        find: "(terms.timeInForce === 'good-til-cancelled' ? options.restMs : 0)",
        replace: "(terms.timeInForce === 'good-til-cancelled' ? 30 * options.restMs : 0)",
      },
    ],
    caughtBy: { by: 'seeds', seeds: [1] },
  },
  {
    name: 'approval-never-ends',
    why: 'An approval lives for a day, through the delivery and whatever the market does.',
    edits: [
      {
        file: GATE,
        find: 'expiresMs: Math.min(state.timeMs + limits.maxApprovalMs, nextSettlementMs(nowMs))',
        replace: 'expiresMs: Math.max(nowMs + 86_400_000, nextSettlementMs(nowMs))',
      },
    ],
    caughtBy: { by: 'states' },
  },
  {
    name: 'most-orders-ignored',
    why: 'An approval lets out as many orders as anybody likes, whatever the send rates leave.',
    edits: [{ file: GATE, find: 'maxOrders: ordersLeft(of)', replace: 'maxOrders: Math.max(1_000, ordersLeft(of))' }],
    caughtBy: { by: 'seeds', seeds: [29] },
  },
  {
    name: 'fill-that-raced-the-cancel',
    why: 'What an order traded between its last reading and its cancel is lost.',
    edits: [
      {
        file: REST,
        find: 'return { report: ended ?? report, cancelledByUs: true }',
        replace:
          "return { report: ended === undefined ? report : { ...report, state: 'cancelled' as const }, cancelledByUs: true }",
      },
    ],
    caughtBy: { by: 'seeds', seeds: [2, 4, 63, 141] },
  },
  {
    name: 'execution-left-behind',
    why: 'A cycle that is told to stop ends while its orders are still being worked.',
    edits: [
      {
        file: 'packages/engine/src/run-cycle.ts',
        find: "await stopAt(clock, limits('Execution'), async (signal) => {",
        replace: "await abandonAt(clock, limits('Execution'), async (signal) => {",
      },
    ],
    caughtBy: { by: 'check', check: 'execution-is-waited-for' },
  },
]
