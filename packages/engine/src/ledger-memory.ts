import {
  type AgentMemory,
  type AgentState,
  CURRENCIES,
  type Currency,
  type ExplainedAccount,
  type LedgerEntry,
} from '@cc/models'
import type { Remembered } from './memory-store.js'

const DAY_MS = 86_400_000

/** What was read of ledgers: the rows that were not known before, and up to which time they are known now. */
export type LedgerRead = { rows: readonly LedgerEntry[]; readMs: number }

/**
 * Takes in the ledgers of `underlyings` up to `readMs`, each row in order of time:
 *
 * - transfers move the high-water marks, and the equities of until then raise them. A withdrawal of just before a look
 *   would otherwise pass for a loss.
 * - transfers after the first look of a day move its equity.
 * - every row after the first look moves what the account must hold. The look waits until the ledger has been read up to
 *   its time; then all rows up to it are in it and all others still to come.
 *
 * A row of the very time of a look is in the look.
 */
export function afterLedger(
  remembered: Remembered,
  { rows, readMs }: LedgerRead,
  underlyings: readonly Currency[],
): Remembered {
  const inOrder = rows.toSorted((a, b) => a.timestampMs - b.timestampMs)
  const isCovered = ({ currency, timestampMs }: { currency: Currency; timestampMs: number }) =>
    underlyings.includes(currency) && timestampMs < readMs
  const { memory, equities, firstLooks } = remembered
  return {
    ...remembered,
    equities: equities.filter((equity) => !isCovered(equity)),
    firstLooks: firstLooks.filter((look) => !isCovered(look)),
    leftMs: leftAfter(remembered, readMs, underlyings),
    memory: {
      ...memory,
      highWaterCoin: highWaterAfter(memory, inOrder, equities.filter(isCovered)),
      dayStart: dayStartAfter(remembered, inOrder),
      explained: explainedAfter(memory, inOrder, firstLooks.filter(isCovered)),
      ledgerReadMs: readMs,
    },
  }
}

/**
 * Takes in what was seen. Equities and first looks wait for the ledger. The equity of a day's first look is known at
 * once: a daily stop must not come a cycle late, and as the time of the look is kept, no transfer is lost on it.
 */
export function afterState(remembered: Remembered, state: AgentState): Remembered {
  const looks = state.underlyings.map(({ currency, portfolio, parts }) => ({
    currency,
    timestampMs: parts.account.timestampMs,
    portfolio,
  }))
  const seen = looks.map(({ portfolio, ...look }) => ({ ...look, equityCoin: portfolio.equityCoin }))
  // Of one moment the latest equity counts.
  const isSeenAgain = (old: (typeof seen)[number]) =>
    seen.some(({ currency, timestampMs }) => currency === old.currency && timestampMs === old.timestampMs)

  const { memory, equities, firstLooks } = remembered
  const dayStart = { ...memory.dayStart }
  const dayLooksMs = { ...remembered.dayLooksMs }
  for (const { currency, timestampMs, equityCoin } of seen) {
    const dayMs = timestampMs - (timestampMs % DAY_MS)
    if (dayMs <= (dayStart[currency]?.dayMs ?? Number.NEGATIVE_INFINITY)) continue
    dayStart[currency] = { dayMs, equityCoin }
    dayLooksMs[currency] = timestampMs
  }

  const isFirst = ({ currency }: (typeof looks)[number]) =>
    memory.explained[currency] === undefined && !firstLooks.some((look) => look.currency === currency)
  const first = looks.filter(isFirst).map(({ portfolio, ...look }) => ({ ...look, ...heldIn(portfolio) }))
  return {
    ...remembered,
    equities: [...equities.filter((old) => !isSeenAgain(old)), ...seen],
    firstLooks: [...firstLooks, ...first],
    dayLooksMs,
    memory: { ...memory, dayStart },
  }
}

/** A currency of which something is remembered, and whose ledger is not read any more, stays where it was. */
function leftAfter(
  { memory, leftMs }: Remembered,
  readMs: number,
  underlyings: readonly Currency[],
): Remembered['leftMs'] {
  const { ledgerReadMs, explained, highWaterCoin } = memory
  if (ledgerReadMs === null || readMs <= ledgerReadMs) return leftMs
  const isLeft = (currency: Currency) =>
    !underlyings.includes(currency) && (explained[currency] ?? highWaterCoin[currency]) !== undefined
  return Object.fromEntries(CURRENCIES.filter(isLeft).map((currency) => [currency, leftMs[currency] ?? ledgerReadMs]))
}

function highWaterAfter(
  memory: AgentMemory,
  rows: readonly LedgerEntry[],
  equities: Remembered['equities'],
): AgentMemory['highWaterCoin'] {
  const highWaterCoin = { ...memory.highWaterCoin }
  const transfers = rows.filter(({ kind }) => kind === 'transfer')
  for (const step of [...transfers, ...equities].sort((a, b) => a.timestampMs - b.timestampMs)) {
    const markCoin = highWaterCoin[step.currency]
    if ('equityCoin' in step) {
      highWaterCoin[step.currency] = Math.max(markCoin ?? step.equityCoin, step.equityCoin)
    } else if (markCoin !== undefined) {
      highWaterCoin[step.currency] = markCoin + step.changeCoin
    }
  }
  return highWaterCoin
}

function dayStartAfter({ memory, dayLooksMs }: Remembered, rows: readonly LedgerEntry[]): AgentMemory['dayStart'] {
  const dayStart = { ...memory.dayStart }
  for (const { kind, currency, timestampMs, changeCoin } of rows) {
    const start = dayStart[currency]
    const lookMs = dayLooksMs[currency]
    if (kind !== 'transfer' || start === undefined || lookMs === undefined || timestampMs <= lookMs) continue
    dayStart[currency] = { ...start, equityCoin: start.equityCoin + changeCoin }
  }
  return dayStart
}

function explainedAfter(
  memory: AgentMemory,
  rows: readonly LedgerEntry[],
  firstLooks: Remembered['firstLooks'],
): AgentMemory['explained'] {
  const explained = { ...memory.explained }
  for (const { currency, timestampMs, balanceCoin, positions } of firstLooks) {
    const later = rows.filter((row) => row.currency === currency && row.timestampMs > timestampMs)
    explained[currency] = later.reduce(withRow, { balanceCoin, positions })
  }
  for (const row of rows) {
    const account = explained[row.currency]
    const isBegunHere = firstLooks.some(({ currency }) => currency === row.currency)
    if (account !== undefined && !isBegunHere) explained[row.currency] = withRow(account, row)
  }
  return explained
}

function withRow(
  account: ExplainedAccount,
  { kind, symbol, sizeCoin: told, changeCoin }: LedgerEntry,
): ExplainedAccount {
  const balanceCoin = account.balanceCoin + changeCoin
  const held = account.positions.find((position) => position.symbol === symbol)?.sizeCoin ?? 0
  // A delivery ends an option whole, whatever the venue says of its size. Of one that is not held it leaves nothing.
  const sizeCoin = kind === 'delivery' ? -held : told
  if (symbol === null || sizeCoin === null || sizeCoin === 0) return { ...account, balanceCoin }
  const others = account.positions.filter((position) => position.symbol !== symbol)
  const sum = { symbol, sizeCoin: withoutNoise(held + sizeCoin) }
  return { balanceCoin, positions: sum.sizeCoin === 0 ? others : [...others, sum] }
}

const UNITS_PER_COIN = 1e8

/** A tenth thrice is three tenths: sizes are whole in units of 1e-8 coin. */
function withoutNoise(sizeCoin: number): number {
  const units = Math.round(sizeCoin * UNITS_PER_COIN)
  return units === 0 ? 0 : units / UNITS_PER_COIN
}

/** Balance and options, also those that no longer list. */
function heldIn({
  balanceCoin,
  positions,
  otherPositions,
}: AgentState['underlyings'][number]['portfolio']): ExplainedAccount {
  const listed = positions.map(({ instrument: { symbol }, sizeCoin }) => ({ symbol, sizeCoin }))
  const unlisted = otherPositions
    .filter(({ kind }) => kind === 'option')
    .map(({ symbol, sizeCoin }) => ({ symbol, sizeCoin }))
  return { balanceCoin, positions: [...listed, ...unlisted].filter(({ sizeCoin }) => sizeCoin !== 0) }
}
