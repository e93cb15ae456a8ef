import type { PlantedBug } from '../planted-bug.ts'

const SETTLE = 'packages/exec/src/settle-by-label.ts'
const WIRE = 'packages/deribit-client/src/venue/venue-broker.ts'
const PLATFORM = 'packages/deribit-client/src/wire/platform.ts'
const HALT = 'apps/agent/src/halt-file.ts'

/** What no agent of the simulation meets: a venue that contradicts itself, the wire, files that people make. */
export const CONTRADICTING_BUGS: readonly PlantedBug[] = [
  {
    name: 'one-empty-answer-proves',
    why: 'One empty answer proves that there is no order.',
    edits: [{ file: SETTLE, find: 'const PROOFS = 2', replace: 'const PROOFS = 1' }],
    caughtBy: { by: 'check', check: 'one-answer-is-empty' },
  },
  {
    name: 'fills-not-asked',
    why: 'An order counts as absent though the account has trades of it.',
    edits: [
      {
        file: SETTLE,
        find: 'traded ||= await hasTraded(ports, currency, { ...sent, slackMs: options.fenceSlackMs })',
        replace: 'traded ||= false && (await hasTraded(ports, currency, { ...sent, slackMs: options.fenceSlackMs }))',
      },
    ],
    caughtBy: { by: 'check', check: 'traded-and-not-found' },
  },
  {
    name: 'two-orders-of-one-label',
    why: 'Two orders under one label are taken for one.',
    edits: [
      {
        file: SETTLE,
        find: 'const problem = found.length > 1 ? duplicateOf(found, terms) : problemOf(order, terms)',
        replace: 'const problem = found.length > 2 ? duplicateOf(found, terms) : problemOf(order, terms)',
      },
    ],
    caughtBy: { by: 'check', check: 'two-orders-under-one-label' },
  },
  {
    name: 'reply-of-another-order',
    why: 'A reply that speaks of another price is believed.',
    edits: [
      {
        file: 'packages/exec/src/order-problem.ts',
        find: 'if (satoshis(report.priceCoin) !== satoshis(terms.priceCoin)) return',
        replace: 'if (!(satoshis(report.priceCoin) > 0)) return',
      },
    ],
    caughtBy: { by: 'check', check: 'reply-of-another-order' },
  },
  {
    name: 'two-runs-at-once',
    why: 'An agent runs twice at the same time.',
    edits: [
      { file: 'packages/engine/src/agent.ts', find: '    if (busy) {', replace: '    if (busy && watch.cycles < 0) {' },
    ],
    caughtBy: { by: 'check', check: 'one-run-at-a-time' },
  },
  {
    name: 'locked-false-is-true',
    why: 'The text "false" says that the exchange is locked.',
    edits: [
      {
        file: PLATFORM,
        find: "if (status.locked === false || status.locked === 'false') return 'none'",
        replace: "if (!status.locked) return 'none'",
      },
    ],
    caughtBy: { by: 'check', check: 'an-open-exchange' },
  },
  {
    name: 'partial-lock-is-none',
    why: 'A partial lock that does not say of what is a lock of nothing.',
    edits: [
      { file: PLATFORM, find: 'if (named.length === 0) return true', replace: 'if (named.length === 0) return false' },
    ],
    caughtBy: { by: 'check', check: 'a-lock-of-who-knows-what' },
  },
  {
    name: 'post-only-re-priced',
    why: 'A post-only order that would trade is re-priced by the exchange, and not rejected.',
    edits: [
      {
        file: WIRE,
        find: 'reject_post_only: terms.postOnly,',
        replace: 'reject_post_only: terms.postOnly && terms.reduceOnly,',
      },
    ],
    caughtBy: { by: 'check', check: 'a-resting-sale' },
  },
  {
    name: 'reduce-only-left-out',
    why: 'A purchase may open a position at the exchange.',
    edits: [
      {
        file: WIRE,
        find: 'reduce_only: terms.reduceOnly,',
        replace: "reduce_only: terms.side === 'sell' && terms.reduceOnly,",
      },
    ],
    caughtBy: { by: 'check', check: 'a-purchase' },
  },
  {
    name: 'order-without-end',
    why: 'An order reaches the exchange without the time after which it must not begin.',
    edits: [{ file: WIRE, find: '    valid_until: terms.validUntilMs,\n', replace: '' }],
    caughtBy: { by: 'check', check: 'the-end-of-an-order' },
  },
  {
    name: 'empty-halt-is-none',
    why: 'A HALT file in which nothing stands halts nothing.',
    edits: [
      {
        file: HALT,
        find: "return { halted: true, reason: text === '' ? 'no reason was given' : text }",
        replace: "return text === '' ? { halted: false } : { halted: true, reason: text }",
      },
    ],
    caughtBy: { by: 'halt-file' },
  },
  {
    name: 'strange-halt-is-none',
    why: 'A HALT that is no file halts nothing.',
    edits: [
      {
        file: HALT,
        find: 'if (!stats.isFile()) return { halted: true, reason',
        replace: 'if (!stats.isFile()) return { halted: false, reason',
      },
    ],
    caughtBy: { by: 'halt-file' },
  },
]
