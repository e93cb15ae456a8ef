import { type AgentState, type Currency, type Decision, type Policy, parseSymbol } from '@cc/models'

/** Whether a history has the price that options of an expiry are delivered at. */
type Settles = (currency: Currency, expiryMs: number) => boolean

/**
 * Keeps a policy from selling what would expire after the end of a run, or what the history has no delivery price of:
 * nothing would settle it, and the result would hang on a mark. Such a proposal gives way to what the policy says of the other coins, and else becomes `DO_NOTHING` with the
 * reason.
 */
export function withinRun(policy: Policy, toMs: number, settles: Settles = () => true): Policy {
  const end: End = { toMs, settles }
  return {
    name: policy.name,
    async decide(state, signal) {
      const decision = await policy.decide(state, signal)
      const beyond = beyondEnd(decision, end)
      if (beyond === undefined) return decision
      for (let next = without(state, beyond.currency); ; ) {
        const other = await policy.decide(next, signal)
        if (other.proposal.action === 'DO_NOTHING') return nothing(decision, beyond)
        const alsoBeyond = beyondEnd(other, end)
        if (alsoBeyond === undefined) return other
        // A policy that does not heed what is set aside would say the same for ever.
        if (next.memory.setAside.includes(alsoBeyond.currency)) return nothing(decision, beyond)
        next = without(next, alsoBeyond.currency)
      }
    },
  }
}

type End = { toMs: number; settles: Settles }
type Unsettled = { symbol: string; currency: Currency; why: string }

/** The call that would be sold and its coin, where nothing would settle it; `undefined`: nothing of that kind. */
function beyondEnd({ proposal }: Decision, { toMs, settles }: End): Unsettled | undefined {
  const symbol =
    proposal.action === 'OPEN_COVERED_CALL'
      ? proposal.params.symbol
      : proposal.action === 'ROLL_COVERED_CALL'
        ? proposal.params.toSymbol
        : undefined
  const option = symbol === undefined ? undefined : parseSymbol(symbol)
  if (symbol === undefined || option === undefined) return undefined
  const { currency, expiryMs } = option
  if (expiryMs > toMs) return { symbol, currency, why: `would expire after the end of the run, ${isoOf(toMs)}` }
  if (!settles(currency, expiryMs)) return { symbol, currency, why: 'has no delivery price in this history' }
  return undefined
}

function without(state: AgentState, currency: Currency): AgentState {
  return { ...state, memory: { ...state.memory, setAside: [...state.memory.setAside, currency] } }
}

function nothing(decision: Decision, { symbol, why }: Unsettled): Decision {
  const reasoning = `${symbol} ${why}: nothing would settle it.`
  return { ...decision, proposal: { action: 'DO_NOTHING', params: {}, reasoning } }
}

function isoOf(timeMs: number): string {
  return new Date(timeMs).toISOString()
}
