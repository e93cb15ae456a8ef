import type { PlantedBug } from '../planted-bug.ts'

const RUN = 'packages/exec/src/action-run.ts'
const LIFE = 'packages/engine/src/life.ts'
const LOOP = 'packages/engine/src/loop.ts'
const SWEEP = 'packages/exec/src/sweep.ts'

/** Halts, stops and what is left behind. */
export const STOPPING_BUGS: readonly PlantedBug[] = [
  {
    name: 'halt-not-read-before-send',
    why: 'An order leaves between the moment that a person halts the agent and that at which it hears of it.',
    edits: [
      {
        file: RUN,
        find: 'return stop.aborted || ports.halt?.read().halted === true',
        replace: 'return stop.aborted',
      },
    ],
    caughtBy: { by: 'check', check: 'halted-before-it-left' },
  },
  {
    name: 'halt-read-at-start-only',
    why: 'A running agent does not hear of a halt.',
    edits: [
      {
        file: RUN,
        find: 'return stop.aborted || ports.halt?.read().halted === true',
        replace: 'return stop.aborted',
      },
      { file: RUN, find: 'const signals = [signal, ports.halt?.signal]', replace: 'const signals = [signal]' },
      {
        file: LOOP,
        find: 'const stop = AbortSignal.any([signal, halt.signal])',
        replace: 'const stop = AbortSignal.any([signal, ...(halt.signal.aborted ? [halt.signal] : [])])',
      },
      {
        file: LIFE,
        find: 'return signal === undefined ? halt.signal : joined(signal, halt.signal)',
        replace: 'return signal ?? new AbortController().signal',
      },
      {
        file: LOOP,
        find: "if (haltOf(halt).halted) return { end: 'halted' }",
        replace: "if (haltOf(halt).halted && cycles === 0) return { end: 'halted' }",
      },
      {
        file: 'packages/engine/src/run-cycle.ts',
        find: 'const stored = withMode(await loadMemory(store), haltOf(halt))',
        replace: 'const stored = withMode(await loadMemory(store), { ...haltOf(halt), halted: false })',
      },
    ],
    caughtBy: { by: 'seeds', seeds: [4] },
  },
  {
    name: 'no-cancel-at-halt',
    why: 'An agent that halts leaves its orders at the venue.',
    edits: [
      {
        file: 'packages/exec/src/rest-order.ts',
        find: 'if (isOver(report)) return { report, cancelledByUs: false }',
        replace: 'if (isOver(report) || isStopped(run)) return { report, cancelledByUs: false }',
      },
      {
        file: LOOP,
        find: 'const left = lastFailure?.code === NOT_TESTNET ?',
        replace: 'const left = haltOf(halt).halted || lastFailure?.code === NOT_TESTNET ?',
      },
    ],
    caughtBy: { by: 'seeds', seeds: [4] },
  },
  {
    name: 'stop-leaves-orders',
    why: 'An agent that is stopped leaves the order that it is resting at the venue.',
    edits: [
      {
        file: 'packages/exec/src/rest-order.ts',
        find: 'if (isOver(report)) return { report, cancelledByUs: false }',
        replace: 'if (isOver(report) || isStopped(run)) return { report, cancelledByUs: false }',
      },
      { file: LIFE, find: 'if (!isOpen) {', replace: 'if (!isOpen || options.maxRetries > 0) {' },
      {
        file: SWEEP,
        find: 'for (const order of openOrders) await cancelIfOwn(ports, { options, sends, sweep }, order)\n    } catch',
        replace:
          'for (const order of openOrders.slice(1)) await cancelIfOwn(ports, { options, sends, sweep }, order)\n    } catch',
      },
    ],
    caughtBy: { by: 'seeds', seeds: [4] },
  },
  {
    name: 'sweep-spares-earlier-runs',
    why: 'The sweep takes orders of an earlier run for foreign ones and lets them rest.',
    edits: [
      {
        file: SWEEP,
        find: 'if (!isOwnLabel(label)) return',
        replace: 'if (!isOwnLabel(label) || !isOfRun(label, options.runId)) return',
      },
    ],
    caughtBy: { by: 'check', check: 'orders-of-an-earlier-run' },
  },
  {
    name: 'sweep-of-one-currency',
    why: 'The sweep ends with the first account.',
    edits: [
      {
        file: SWEEP,
        find: 'for (const currency of options.underlyings) {\n    signal',
        replace: 'for (const currency of options.underlyings.slice(0, 1)) {\n    signal',
      },
    ],
    caughtBy: { by: 'check', check: 'orders-in-every-coin' },
  },
  {
    name: 'bug-goes-on',
    why: 'An error that nobody foresaw does not halt.',
    edits: [
      {
        file: 'packages/engine/src/failure.ts',
        find: "return { code: UNEXPECTED, recovery: 'halt', message, facts: { name } }",
        replace: "return { code: UNEXPECTED, recovery: 'retry', message, facts: { name } }",
      },
    ],
    caughtBy: { by: 'check', check: 'a-bug-halts' },
  },
  {
    name: 'halt-not-latched',
    why: 'A failure that halts ends the run, and the next start trades on.',
    edits: [{ file: LIFE, find: 'await halt.latch(', replace: 'void (' }],
    caughtBy: { by: 'check', check: 'a-bug-halts' },
  },
]
