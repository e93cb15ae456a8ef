import type { Currency, OrderReport, PortfolioState, UnderlyingState } from '@cc/models'
import { absolute, partsOf, unitsOf } from './amounts.ts'
import { type Case, type Findings, inCurrency, readSymbol } from './case.ts'

/** How far in the future a time stamp may lie before it is wrong. */
const FUTURE_MS = 5_000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** 07:59:30 and 08:02 of a day. */
const SETTLES_MS = 8 * HOUR_MS - 30_000
const SETTLED_MS = 8 * HOUR_MS + 120_000

/** R01-R03 and R06: what is judged of the agent, its venue and its clock, whatever is traded. */
export function judgeAgent(facts: Case, found: Findings): void {
  const { state, limits, sells } = facts
  const { memory, venue } = state
  if (memory.mode === 'halted') found.add('halted')
  if (memory.mode === 'reduce-only' && sells) found.add('reduce-only-mode')
  if (!venue.testnet) found.add('not-testnet')
  if (venue.clockErrorMs > limits.maxClockErrorMs) found.add('clock-uncertain')
  if (!sells) return
  if (memory.rejectsInARow >= limits.maxRejectsInARow) found.add('rejects-in-a-row')
  judgeLatches(facts, found)
}

/** R05, R09, R19 and R29, and locks: what is judged of each account that is traded in, exits too. */
export function judgeAccountTraded(
  facts: Case,
  { currency, parts, portfolio }: UnderlyingState,
  found: Findings,
): void {
  const { state, nowMs, limits, sells, buys } = facts
  const ageMs = nowMs - state.timeMs
  if (isStale(ageMs, Math.min(limits.maxStateAgeMs, limits.maxApprovalMs))) found.add('state-stale')
  const intoDay = nowMs % DAY_MS
  if (intoDay >= SETTLES_MS && intoDay < SETTLED_MS) found.add('settlement-window')
  const labels = new Set(portfolio.openOrders.map(({ label }) => label))
  const unlisted = inCurrency(state.memory.unresolved, currency).filter(({ label }) => !labels.has(label))
  if (restingOrders(portfolio).length + unlisted.length > limits.maxOpenOrders) found.add('open-orders-exceeded')
  if (state.venue.locked.includes(currency)) found.add('venue-locked')
  // Only a sale reads the index.
  for (const part of [parts.account, parts.chain, ...(sells ? [parts.index] : [])]) {
    if (isStale(nowMs - part.timestampMs, limits.maxStateAgeMs)) found.add('state-stale')
  }
  const orders = sells && buys ? 2 : 1
  if (sendsLeft(facts, currency) < orders) found.add('send-rate-exceeded')
}

/** When the venue settles next. */
export function nextSettlementMs(nowMs: number): number {
  const midnight = nowMs - (nowMs % DAY_MS)
  return midnight + SETTLES_MS + (nowMs % DAY_MS < SETTLES_MS ? 0 : DAY_MS)
}

/** R29: how many orders of a currency may still be sent, the lesser of the hour's and the day's; a fifth is for exits. */
export function sendsLeft(
  { state, nowMs, limits, sells }: Pick<Case, 'state' | 'nowMs' | 'limits' | 'sells'>,
  currency: Currency,
) {
  const { recentSends, unresolved } = state.memory
  const known = new Set(recentSends.map(({ label }) => label))
  const unknown = inCurrency(unresolved, currency).filter(({ label }) => !known.has(label)).length
  const sends = inCurrency(recentSends, currency)
  const within = (windowMs: number) => unknown + sends.filter(({ timeMs }) => timeMs > nowMs - windowMs).length
  const mayUse = (max: number) => (sells ? max - (max - (max % 5)) / 5 : max)
  return Math.min(mayUse(limits.maxSends.perHour) - within(HOUR_MS), mayUse(limits.maxSends.perDay) - within(DAY_MS))
}

/** R04, R09, R24-R28, R30, R31, R33-R35: what keeps a currency from selling, whatever is sold. */
export function judgeSelling(facts: Case, underlying: UnderlyingState, found: Findings): void {
  const { state, nowMs, limits } = facts
  const { memory } = state
  const { currency, portfolio, vol } = underlying
  if (inCurrency(memory.unresolved, currency).length > 0) found.add('outcome-unresolved')
  if (restingOrders(portfolio).some(({ label }) => !label.startsWith('cc-'))) found.add('foreign-order')
  judgeExplained(facts, underlying, found)
  const strange = [
    ...portfolio.otherPositions,
    ...portfolio.positions.filter(({ instrument, sizeCoin }) => instrument.kind === 'put' || sizeCoin > 0),
  ]
  if (strange.some(({ sizeCoin }) => sizeCoin !== 0)) found.add('position-unexpected')
  const unread = [
    ...portfolio.positions.filter(({ delta }) => delta === null),
    ...portfolio.otherPositions.filter(({ kind }) => kind === 'option'),
  ]
  if (unread.some(({ sizeCoin }) => sizeCoin !== 0)) found.add('state-incomplete')

  const equity = unitsOf(portfolio.equityCoin)
  if (equity <= unitsOf(limits.minEquityCoin[currency])) found.add('equity-too-low')
  const today = Math.floor(state.timeMs / DAY_MS) * DAY_MS
  const morning = memory.dayStart[currency]
  if (
    morning?.dayMs === today &&
    morning.equityCoin > 0 &&
    hasLost(unitsOf(morning.equityCoin), equity, limits.maxDailyLossPct)
  ) {
    found.add('daily-loss')
  }
  const highest = memory.highWaterCoin[currency]
  if (highest !== undefined && highest > 0 && hasLost(unitsOf(highest), equity, limits.maxDrawdownPct))
    found.add('drawdown')

  const crashed = hasCrashed(facts, underlying) ? state.timeMs : memory.guards.crashedMs[currency]
  if (crashed !== undefined && nowMs - crashed < limits.crash.forMs) found.add('crash-regime')
  if (limits.minIvrv !== null) {
    if (vol.ivrv === null) found.add('state-incomplete')
    else if (vol.ivrv < limits.minIvrv) found.add('low-iv-regime')
  }
  const opens = memory.recentOpens.filter(({ action }) => action === 'OPEN_COVERED_CALL')
  const isCooling = inCurrency(opens, currency).some(({ timeMs }) => nowMs - timeMs < limits.cooldownMs)
  if (isCooling && !facts.buys) found.add('cooldown')
}

/** R26: the index has moved too far either way, or the volatility index has risen too far, within a day. */
function hasCrashed({ limits }: Case, { dayChangePct, vol }: UnderlyingState): boolean {
  const { crash } = limits
  if (dayChangePct !== null && Math.abs(dayChangePct) > crash.dayChangePct) return true
  const { dvolDayChange } = vol
  return dvolDayChange !== null && 100n * partsOf(dvolDayChange) >= partsOf(crash.dvolPoints)
}

/** R09 and R30: what keeps anything from being sold until a person enables it again. */
function judgeLatches({ state, limits }: Case, found: Findings): void {
  const { recentOpens, enabledMs, guards, explained } = state.memory
  const { latched } = guards
  if (latched !== null) found.add(latched.code)
  const counted = recentOpens.filter(
    ({ timeMs }) => timeMs > state.timeMs - DAY_MS && (enabledMs === null || timeMs >= enabledMs),
  )
  if (counted.length >= limits.maxOpensPerDay) found.add('repeated-execution')
  const isLate = state.underlyings.some(({ currency }) =>
    explained[currency]?.positions.some(({ symbol, sizeCoin }) => {
      const expiryMs = readSymbol(symbol)?.expiryMs
      if (sizeCoin === 0 || expiryMs === undefined || expiryMs > state.timeMs) return false
      return (state.memory.ledgerReadMs ?? -1) - expiryMs > limits.maxDeliveryMs
    }),
  )
  // One latch at a time: a person who lifts it meets the next.
  if (isLate && latched === null && counted.length < limits.maxOpensPerDay) found.add('delivery-missing')
}

function judgeExplained({ state, nowMs, limits }: Case, { currency, portfolio }: UnderlyingState, found: Findings) {
  const account = state.memory.explained[currency]
  if (account === undefined) return
  const { positions, otherPositions } = portfolio
  const held = new Map<string, { size: bigint; step: bigint }>()
  for (const { symbol, sizeCoin } of account.positions) {
    const expiryMs = readSymbol(symbol)?.expiryMs
    if (sizeCoin !== 0 && expiryMs !== undefined && expiryMs <= nowMs) found.add('delivery-pending')
  }
  for (const { instrument, sizeCoin } of positions) {
    held.set(instrument.symbol, { size: unitsOf(sizeCoin), step: unitsOf(instrument.sizeStepCoin) })
  }
  for (const { symbol, kind, sizeCoin } of otherPositions) {
    if (kind === 'option') held.set(symbol, { size: unitsOf(sizeCoin), step: 0n })
  }
  for (const [symbol, { size, step }] of held) {
    const explained = account.positions.filter((entry) => entry.symbol === symbol)
    const should = explained.reduce((total, { sizeCoin }) => total + unitsOf(sizeCoin), 0n)
    const isShorter = 2n * (should - size) > step
    const isOther = 2n * size > step && should <= 0n
    if (isShorter || isOther) found.add('position-unexplained')
  }
  const should = unitsOf(account.balanceCoin)
  const excess = excessLoss(should, unitsOf(portfolio.balanceCoin), limits.maxBalanceDropPct)
  if (excess > 0n) found.add('balance-unexplained')
  if (excess !== 0n && absolute(excess) < NOISE_UNITS) found.near('balance-unexplained')
}

function restingOrders({ openOrders }: PortfolioState): readonly OrderReport[] {
  return openOrders.filter((order) => order.state === 'open')
}

/** Whether more than `maxPct` of what there was is gone. */
function hasLost(before: bigint, now: bigint, maxPct: number): boolean {
  return excessLoss(before, now, maxPct) > 0n
}

/** How much more than `maxPct` of what there was is gone, in 1e-22 coin. */
function excessLoss(before: bigint, now: bigint, maxPct: number): bigint {
  return (before - now) * 100n * partsOf(1) - before * partsOf(maxPct)
}

/** A fifth of a unit: what a share of a balance has behind the last unit is noise. */
const NOISE_UNITS = 20n * partsOf(1)

/** Too old, or from the future. */
export function isStale(ageMs: number, maxAgeMs: number): boolean {
  return ageMs < -FUTURE_MS || ageMs > maxAgeMs
}
