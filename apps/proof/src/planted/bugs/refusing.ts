import type { PlantedBug } from '../planted-bug.ts'

const AGENT = 'packages/risk/src/agent-checks.ts'
const ACCOUNT = 'packages/risk/src/account-checks.ts'

/** What must be refused, and is not. */
export const REFUSING_BUGS: readonly PlantedBug[] = [
  {
    name: 'stale-state-accepted',
    why: 'However old a state is, it is traded on.',
    edits: [
      {
        file: AGENT,
        find: 'const isSound = ageMs <= maxAgeMs && ageMs >= -FUTURE_TOLERANCE_MS',
        replace: 'const isSound = maxAgeMs > 0 && ageMs >= -FUTURE_TOLERANCE_MS',
      },
    ],
    caughtBy: { by: 'states' },
  },
  {
    name: 'failed-check-allows',
    why: 'A check that cannot be made counts as passed.',
    edits: [
      {
        file: 'packages/risk/src/checks.ts',
        find: '      breaches.push(failureOf(code, error))\n',
        replace: '      void failureOf(code, error)\n',
      },
    ],
    caughtBy: { by: 'states' },
  },
  {
    name: 'no-number-allows',
    why: 'A number that is none passes for no breach.',
    edits: [
      {
        file: 'packages/risk/src/garbage.ts',
        find: 'if (!Number.isFinite(value)) found.push({ on, datum })',
        replace: 'if (value === undefined) found.push({ on, datum })',
      },
    ],
    caughtBy: { by: 'states' },
  },
  {
    name: 'unknown-outcome-forgiven',
    why: 'A call is sold while nobody knows what became of an earlier send.',
    edits: [
      {
        file: ACCOUNT,
        find: 'unresolvedIn(currency, state.memory).map(',
        replace: 'unresolvedIn(currency, { ...state.memory, unresolved: [] }).map(',
      },
    ],
    caughtBy: { by: 'states' },
  },
  {
    name: 'testnet-not-asked-again',
    why: 'Whether the venue is a test exchange is asked at the start, and never again.',
    edits: [
      {
        file: AGENT,
        find: 'state.venue.testnet === true ? undefined',
        replace: 'state.venue.testnet !== undefined ? undefined',
      },
    ],
    caughtBy: { by: 'states' },
  },
  {
    name: 'pause-ignored',
    why: 'A paused agent sells.',
    edits: [
      {
        file: AGENT,
        find: "state.memory.mode === 'reduce-only' ? { code: 'reduce-only-mode', on } : undefined",
        replace: "state.memory.mode === 'halted' ? { code: 'reduce-only-mode', on } : undefined",
      },
    ],
    caughtBy: { by: 'seeds', seeds: [1] },
  },
  {
    name: 'trades-through-settlement',
    why: 'Orders are approved while the venue delivers.',
    edits: [
      {
        file: 'packages/risk/src/instrument-checks.ts',
        find: 'return nowMs >= fromMs && nowMs < untilMs ?',
        replace: 'return nowMs >= fromMs && nowMs < fromMs ?',
      },
    ],
    caughtBy: { by: 'seeds', seeds: [16] },
  },
  {
    name: 'delivery-not-awaited',
    why: 'Coins that an expired call may still pay out are sold again.',
    edits: [
      {
        file: 'packages/risk/src/guards.ts',
        find: 'if (expiryMs <= nowMs) pending.push({ symbol, expiryMs })',
        replace: 'if (expiryMs <= 0) pending.push({ symbol, expiryMs })',
      },
    ],
    caughtBy: { by: 'states' },
  },
  {
    name: 'cooldown-of-the-other-coin',
    why: 'The pause between two opens is looked up under the wrong coin.',
    edits: [
      {
        file: 'packages/risk/src/stop-checks.ts',
        find: "if (action === 'OPEN_COVERED_CALL' && mayBeOf(on, symbol))",
        replace: "if (action === 'OPEN_COVERED_CALL' && !mayBeOf(on, symbol))",
      },
    ],
    caughtBy: { by: 'seeds', seeds: [7] },
  },
  {
    name: 'sends-of-the-hour-only',
    why: 'Only the sends of the last minute count for the hour.',
    edits: [
      {
        file: 'packages/risk/src/sends.ts',
        find: 'if (timeMs > nowMs - HOUR_MS) hour.sends++',
        replace: 'if (timeMs > nowMs - HOUR_MS / 60) hour.sends++',
      },
    ],
    caughtBy: { by: 'seeds', seeds: [68] },
  },
  {
    name: 'net-debit-ignored',
    why: 'A roll may cost whatever it costs.',
    edits: [
      {
        file: 'packages/risk/src/leg-checks.ts',
        find: 'return netDebitCoin > maxNetDebitCoin + NOISE',
        replace: 'return netDebitCoin > 1 + maxNetDebitCoin + NOISE',
      },
    ],
    caughtBy: { by: 'states' },
  },
  {
    name: 'sells-a-tick-lower',
    why: 'A sale may take a tick less than the collar and the bid allow.',
    edits: [
      {
        file: 'packages/risk/src/worst-price.ts',
        find: 'worstCoin: Math.max(nextPriceDown(bidPriceCoin, instrument), minPriceCoin),',
        replace:
          'worstCoin: Math.max(nextPriceDown(nextPriceDown(bidPriceCoin, instrument), instrument), minPriceCoin),',
      },
    ],
    caughtBy: { by: 'states' },
  },
  {
    name: 'drawdown-from-today',
    why: 'The fall from the high-water mark is measured from what is there now.',
    edits: [
      {
        file: 'packages/risk/src/stop-checks.ts',
        find: 'fallPct(state.memory.highWaterCoin[on] ?? 0, portfolio.equityCoin)',
        replace: 'fallPct(Math.min(state.memory.highWaterCoin[on] ?? 0, portfolio.equityCoin), portfolio.equityCoin)',
      },
    ],
    caughtBy: { by: 'states' },
  },
  {
    name: 'uncertain-clock-accepted',
    why: 'Orders end by a clock of which nobody knows how far it is off.',
    edits: [
      {
        file: AGENT,
        find: 'return errorMs > maxErrorMs ?',
        replace: 'return errorMs > 1_000 * maxErrorMs ?',
      },
    ],
    caughtBy: { by: 'states' },
  },
]
