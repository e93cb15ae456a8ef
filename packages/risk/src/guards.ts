import type { AgentMemory, AgentState, Currency, RiskGuards, UnderlyingState } from '@cc/models'
import type { RiskLimits } from './options.js'
import { partsOf } from './symbol-parts.js'

/** What is to be remembered of a state and of the guards that its memory holds. Twice the same state is once. */
export function guardOf(state: AgentState, limits: RiskLimits): RiskGuards {
  const { memory, timeMs, underlyings } = state
  const crashedMs = { ...memory.guards.crashedMs }
  for (const underlying of underlyings) {
    const { currency } = underlying
    if (isCrash(underlying, limits)) crashedMs[currency] = Math.max(timeMs, crashedMs[currency] ?? timeMs)
  }
  return { latched: memory.guards.latched ?? latchOf(state, limits), crashedMs }
}

/** Where a change is not known, it is not judged: there is no history to know it from. */
function isCrash({ dayChangePct, vol }: UnderlyingState, { crash }: RiskLimits): boolean {
  return (
    Math.abs(dayChangePct ?? 0) > crash.dayChangePct ||
    100 * (vol.dvolDayChange ?? 0) >= crash.dvolPoints - NOISE_POINTS
  )
}

/** Opens and rolls of the 24 h until `nowMs`, of those since a person last enabled the agent. */
export function opensOf({ recentOpens, enabledMs }: AgentMemory, nowMs: number): number {
  let opens = 0
  const sinceMs = enabledMs ?? Number.NEGATIVE_INFINITY
  for (const { timeMs } of recentOpens) if (timeMs > nowMs - DAY_MS && timeMs >= sinceMs) opens++
  return opens
}

/** Expired options that the ledger has not delivered yet. */
export function pendingDeliveries(
  currency: Currency,
  { explained }: AgentMemory,
  nowMs: number,
): { symbol: string; expiryMs: number }[] {
  const account = explained[currency]
  if (account === undefined) return []
  const pending: { symbol: string; expiryMs: number }[] = []
  for (const { symbol, sizeCoin } of account.positions) {
    const option = partsOf(symbol)
    if (sizeCoin === 0 || option === undefined) continue
    const { expiryMs } = option
    if (expiryMs <= nowMs) pending.push({ symbol, expiryMs })
  }
  return pending
}

/** A delivery is missing once the ledger was read well past it: one that could not be read says nothing. */
function latchOf({ memory, timeMs, underlyings }: AgentState, limits: RiskLimits): RiskGuards['latched'] {
  const readMs = memory.ledgerReadMs ?? Number.NEGATIVE_INFINITY
  if (opensOf(memory, timeMs) >= limits.maxOpensPerDay) return { code: 'repeated-execution', sinceMs: timeMs }
  const isMissing = ({ currency }: UnderlyingState) =>
    pendingDeliveries(currency, memory, timeMs).some(({ expiryMs }) => readMs - expiryMs > limits.maxDeliveryMs)
  return underlyings.some(isMissing) ? { code: 'delivery-missing', sinceMs: timeMs } : null
}

/** Noise of float arithmetic in points. */
const NOISE_POINTS = 1e-9

const DAY_MS = 86_400_000
