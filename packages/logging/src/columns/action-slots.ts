import { CURRENCIES, type Currency } from '@cc/models'
import { nextCallOf, shortCallsOf } from './underlying-columns.js'

/** Candidates of a currency that have a place among the actions: as many as a state holds by default. */
export const CANDIDATE_SLOTS = 30
/** To sell each candidate, to roll to each, to close. */
const CURRENCY_SLOTS = 2 * CANDIDATE_SLOTS + 1
/** All of a fixed list of actions: to do nothing, and those of each currency. */
export const ACTION_SLOTS = 1 + CURRENCIES.length * CURRENCY_SLOTS

/** What the state of a currency is called in a query. */
type NameOf = (currency: Currency) => string

/**
 * What {@link maskSql} needs beside the state `btc` of a currency, each as a column of its own: what a lambda takes along it
 * copies for every item.
 */
export function openingsSql(nameOf: NameOf): string {
  return CURRENCIES.map((currency) => {
    const u = nameOf(currency)
    const hasTurn = `NOT list_contains(state.memory.setAside, '${currency}') AND NOT ${isUnresolved(currency)}`
    const isEnabled = `state.memory.mode = 'normal' AND state.memory.guards.latched IS NULL`
    return `(${hasTurn} AND ${isEnabled}) AS ${u}MaySell,
      (${hasTurn} AND state.memory.mode <> 'halted' AND len(${shortCallsOf(u)}) > 0) AS ${u}MayBuy,
      ${u}.portfolio.coverage.freeCoin AS ${u}FreeCoin,
      ${nextCallOf(u)}.instrument.expiryMs AS ${u}CallMs, ${nextCallOf(u)}.instrument.symbol AS ${u}CallSymbol`
  }).join(', ')
}

/** Which of all actions the state leaves open. */
export function maskSql(nameOf: NameOf): string {
  return `[true] || ${CURRENCIES.map((currency) => maskOf(nameOf(currency))).join(' || ')}`
}

function maskOf(u: string): string {
  const each = (
    isOpen: string,
  ) => `list_resize(coalesce(list_transform(list_slice(${u}.candidates, 1, ${CANDIDATE_SLOTS}),
    lambda c: coalesce(${isOpen}, false)), []), ${CANDIDATE_SLOTS}, false)`
  const isLater = `c.instrument.expiryMs >= ${u}CallMs AND c.instrument.symbol <> ${u}CallSymbol`
  return `${each(`${u}MaySell AND ${u}FreeCoin >= c.instrument.minSizeCoin`)}
    || ${each(`${u}MaySell AND ${u}MayBuy AND ${isLater}`)} || [coalesce(${u}MayBuy, false)]`
}

/** A send of unknown outcome stands in the way of all else in its currency. */
function isUnresolved(currency: Currency): string {
  return `len(list_filter(state.memory.unresolved, lambda s: starts_with(s.symbol, '${currency}-'))) > 0`
}

/** Where the proposal stands among all actions, from 0; NULL where it has no place there. */
export function actionIndexSql(nameOf: NameOf): string {
  const proposal = 'decision.proposal'
  const of = (currency: Currency, index: number) => {
    const start = 1 + index * CURRENCY_SLOTS
    const symbol = `coalesce(${proposal}.params.symbol, ${proposal}.params.toSymbol)`
    const symbols = `list_transform(${nameOf(currency)}.candidates, lambda c: c.instrument.symbol)`
    const place = `nullif(list_position(list_slice(${symbols}, 1, ${CANDIDATE_SLOTS}), ${symbol}), 0)`
    return `WHEN starts_with(${symbol}, '${currency}-') THEN CASE ${proposal}.action
      WHEN 'OPEN_COVERED_CALL' THEN ${start - 1} + ${place}
      WHEN 'ROLL_COVERED_CALL' THEN ${start + CANDIDATE_SLOTS - 1} + ${place}
      WHEN 'CLOSE_COVERED_CALL' THEN ${start + 2 * CANDIDATE_SLOTS} END`
  }
  return `CASE WHEN ${proposal}.action = 'DO_NOTHING' THEN 0 ${CURRENCIES.map(of).join(' ')} END`
}
