import type { Breach } from '@cc/models'
import type { Case } from './case.js'
import { type Check, ofAccounts, ofOpen } from './check.js'

/** How far ahead of the venue's clock a time stamp may lie before the state counts as wrong, ms. */
const FUTURE_TOLERANCE_MS = 5_000

/** The agent and its venue, and whether the state can be judged at all. */
export const AGENT_CHECKS: readonly Check[] = [
  {
    code: 'halted',
    rule: 'R01',
    refuses: 'the kill switch is on: nothing but cancels is sent',
    limits: '',
    exits: 'held',
    words: true,
    judge: ({ state }) =>
      state.memory.mode === 'halted' ? { code: 'halted', reason: 'the agent is in mode halted' } : undefined,
  },
  {
    code: 'reduce-only-mode',
    rule: 'R02',
    refuses: 'it sells, and a person has paused the agent',
    limits: '',
    exits: 'sales only',
    words: true,
    judge: ofOpen(({ symbol: on }, { state }) =>
      state.memory.mode === 'reduce-only' ? { code: 'reduce-only-mode', on } : undefined,
    ),
  },
  {
    code: 'not-testnet',
    rule: 'R03',
    refuses: 'the venue does not say that it is a test exchange',
    limits: '',
    exits: 'held',
    words: true,
    judge: ({ state }) =>
      state.venue.testnet === true ? undefined : { code: 'not-testnet', source: state.source.description },
  },
  {
    code: 'venue-locked',
    rule: 'A21',
    refuses: 'the venue has locked trading in the coin',
    limits: '',
    exits: 'held',
    words: true,
    judge: ofAccounts(({ currency: on }, { state }) =>
      state.venue.locked.includes(on) ? { code: 'venue-locked', on } : undefined,
    ),
  },
  {
    code: 'clock-uncertain',
    rule: 'R06',
    refuses: "the venue's clock is not known well enough to say when an order ends",
    limits: 'maxClockErrorMs',
    exits: 'held',
    judge: ({ state, limits }) => {
      const { clockErrorMs: errorMs } = state.venue
      const { maxClockErrorMs: maxErrorMs } = limits
      return errorMs > maxErrorMs ? { code: 'clock-uncertain', errorMs, maxErrorMs } : undefined
    },
  },
  {
    code: 'state-incomplete',
    rule: 'R07',
    refuses: 'a number that a check needs is missing or not finite; `datum` names it',
    limits: '',
    exits: 'held',
    words: true,
    judge: (of) => {
      const garbage = of.garbage().map((datum): Breach => ({ code: 'state-incomplete', ...datum }))
      return [...garbage, ...missing(of)]
    },
  },
  {
    code: 'state-stale',
    rule: 'R05',
    refuses: 'the state, or a part of it that the trade reads, is too old or from the future',
    limits: 'maxStateAgeMs, maxApprovalMs',
    exits: 'held',
    judge: (of) => {
      const { state, nowMs, limits, trade } = of
      const { maxStateAgeMs, maxApprovalMs } = limits
      const stateAgeMs = nowMs - state.timeMs
      const breaches: Breach[] = []
      const judge = (on: string, part: string, ageMs: number, maxAgeMs = maxStateAgeMs) => {
        const isSound = ageMs <= maxAgeMs && ageMs >= -FUTURE_TOLERANCE_MS
        if (!isSound) breaches.push({ code: 'state-stale', on, part, ageMs, maxAgeMs })
      }
      for (const { currency: on, parts } of of.accounts) {
        // An approval lives from the time of its state: once that life is over there is nothing to approve.
        judge(on, 'state', stateAgeMs, Math.min(maxStateAgeMs, maxApprovalMs))
        judge(on, 'chain', parts.chain.ageMs + stateAgeMs)
        judge(on, 'account', parts.account.ageMs + stateAgeMs)
        // An exit does not read the index.
        if (trade.open !== undefined) judge(on, 'index', parts.index.ageMs + stateAgeMs)
      }
      const { open } = trade
      if (open?.option !== undefined) judge(open.symbol, 'quote', nowMs - open.option.quotedMs)
      return breaches
    },
  },
  {
    code: 'check-failed',
    rule: 'R07',
    refuses: 'a check could not be made; `check` names it',
    limits: '',
    exits: 'held',
    // Found where the others are made.
    judge: () => undefined,
  },
]

/** What the state says it has not, and a sale needs. */
function missing({ trade, limits }: Case): Breach[] {
  const account = trade.open?.underlying
  if (account === undefined) return []
  const { currency, portfolio, vol } = account
  const breaches: Breach[] = []
  for (const { instrument, sizeCoin, delta } of portfolio.positions) {
    if (sizeCoin !== 0 && delta === null) {
      breaches.push({ code: 'state-incomplete', on: instrument.symbol, datum: 'delta' })
    }
  }
  // An option that no longer lists has a delta still, and nobody quotes it.
  for (const { symbol, kind, sizeCoin } of portfolio.otherPositions) {
    if (kind === 'option' && sizeCoin !== 0) breaches.push({ code: 'state-incomplete', on: symbol, datum: 'delta' })
  }
  if (limits.minIvrv !== null && vol.ivrv === null) {
    breaches.push({ code: 'state-incomplete', on: currency, datum: 'vol.ivrv' })
  }
  return breaches
}
