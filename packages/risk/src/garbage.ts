import type { AgentMemory, OptionInstrument, StatePart, UnderlyingState } from '@cc/models'
import { mayBeOf } from './symbol-parts.js'
import type { Basis, QuotedOption } from './trade.js'

/** A number that is not one: missing, NaN or infinite. `on` is the currency, symbol or label that it is of. */
export type Garbage = { on: string; datum: string }

/**
 * Every number that a check of this trade reads and that is not one. A valid state has none; such a number compares false
 * with everything, and would pass for "no breach". `null` is a word of its own: each check knows it.
 */
export function garbageIn({ state, nowMs, margins, trade, limits }: Basis): readonly Garbage[] {
  const found: Garbage[] = []
  const need = (on: string, datum: string, value: unknown) => {
    if (!Number.isFinite(value)) found.push({ on, datum })
  }
  const { close, open, sizeCoin } = trade
  need('request', 'nowMs', nowMs)
  need('request', 'timeMs', state.timeMs)
  need('request', 'sizeCoin', sizeCoin)
  need('venue', 'clockErrorMs', state.venue.clockErrorMs)
  if (close?.underlying !== undefined) {
    needParts(need, close.underlying)
    needOrders(need, close.underlying, state.memory)
  }
  // An exit must not wait for numbers that only a sale needs.
  if (close?.option !== undefined) {
    needMarket(need, close.option)
    need(close.symbol, 'heldCoin', close.heldCoin)
  }
  if (open?.underlying !== undefined) {
    if (open.underlying !== close?.underlying) {
      needParts(need, open.underlying)
      needOrders(need, open.underlying, state.memory)
    }
    needAge(need, open.underlying.currency, 'parts.index.ageMs', open.underlying.parts.index)
    needAccount(need, open.underlying)
    needMemory(need, open.underlying, state.memory)
    if (limits.minIvrv !== null) needOrNull(need, open.underlying.currency, 'vol.ivrv', open.underlying.vol.ivrv)
  }
  if (open?.option !== undefined) {
    needMarket(need, open.option)
    need(open.symbol, 'forwardUsd', open.option.forwardUsd)
    need(open.symbol, 'markIv', open.option.markIv)
    need(open.symbol, 'delta', open.option.delta)
    need(open.symbol, 'quotedMs', open.option.quotedMs)
  }
  if (margins !== 'formula') {
    const asked = margins.filter(({ symbol, side }) => symbol === open?.symbol && side === 'sell')
    for (const { symbol, sizeCoin, initialMarginCoin, minPriceCoin, maxPriceCoin } of asked) {
      need(symbol, 'margins.sizeCoin', sizeCoin)
      need(symbol, 'margins.initialMarginCoin', initialMarginCoin)
      needOrNull(need, symbol, 'margins.minPriceCoin', minPriceCoin)
      needOrNull(need, symbol, 'margins.maxPriceCoin', maxPriceCoin)
    }
  }
  return found
}

type Need = (on: string, datum: string, value: unknown) => void

function needOrNull(need: Need, on: string, datum: string, value: unknown): void {
  if (value !== null) need(on, datum, value)
}

function needAge(need: Need, on: string, datum: string, { ageMs }: StatePart): void {
  need(on, datum, ageMs)
}

function needParts(need: Need, { currency, parts }: UnderlyingState): void {
  needAge(need, currency, 'parts.account.ageMs', parts.account)
  needAge(need, currency, 'parts.chain.ageMs', parts.chain)
}

/** What is out: resting orders, sends of unknown outcome, and what was sent before. */
function needOrders(need: Need, { currency, portfolio }: UnderlyingState, memory: AgentMemory): void {
  for (const { label, sizeCoin, filledCoin, priceCoin } of portfolio.openOrders) {
    need(label, 'openOrders.sizeCoin', sizeCoin)
    need(label, 'openOrders.filledCoin', filledCoin)
    need(label, 'openOrders.priceCoin', priceCoin)
  }
  for (const { label, symbol, sizeCoin } of memory.unresolved) {
    if (mayBeOf(currency, symbol)) need(label, 'unresolved.sizeCoin', sizeCoin)
  }
  for (const { label, timeMs } of memory.recentSends) need(label, 'recentSends.timeMs', timeMs)
}

/** What both legs read of an option and its market. */
function needMarket(need: Need, { instrument, bidPriceCoin, askPriceCoin, markPriceCoin }: QuotedOption): void {
  const { symbol } = instrument
  needInstrument(need, instrument)
  needOrNull(need, symbol, 'bidPriceCoin', bidPriceCoin)
  needOrNull(need, symbol, 'askPriceCoin', askPriceCoin)
  need(symbol, 'markPriceCoin', markPriceCoin)
}

function needInstrument(need: Need, instrument: OptionInstrument): void {
  const { symbol } = instrument
  need(symbol, 'instrument.strikeUsd', instrument.strikeUsd)
  need(symbol, 'instrument.expiryMs', instrument.expiryMs)
  need(symbol, 'instrument.minSizeCoin', instrument.minSizeCoin)
  need(symbol, 'instrument.sizeStepCoin', instrument.sizeStepCoin)
  need(symbol, 'instrument.makerFeeRate', instrument.makerFeeRate)
  need(symbol, 'instrument.takerFeeRate', instrument.takerFeeRate)
  need(symbol, 'instrument.tickSizeCoin', instrument.tickSizeCoin)
  for (const { abovePriceCoin, tickSizeCoin } of instrument.tickSteps) {
    need(symbol, 'instrument.tickSteps.abovePriceCoin', abovePriceCoin)
    need(symbol, 'instrument.tickSteps.tickSizeCoin', tickSizeCoin)
  }
}

/** What a sale reads of its account. */
function needAccount(need: Need, { currency, spotUsd, dayChangePct, vol, portfolio }: UnderlyingState): void {
  need(currency, 'spotUsd', spotUsd)
  needOrNull(need, currency, 'dayChangePct', dayChangePct)
  needOrNull(need, currency, 'vol.dvolDayChange', vol.dvolDayChange)
  need(currency, 'portfolio.balanceCoin', portfolio.balanceCoin)
  need(currency, 'portfolio.equityCoin', portfolio.equityCoin)
  need(currency, 'portfolio.marginBalanceCoin', portfolio.marginBalanceCoin)
  need(currency, 'portfolio.initialMarginCoin', portfolio.initialMarginCoin)
  need(currency, 'portfolio.maintenanceMarginCoin', portfolio.maintenanceMarginCoin)
  need(currency, 'portfolio.coverage.coveredCoin', portfolio.coverage.coveredCoin)
  for (const { instrument, sizeCoin, delta, markPriceCoin, markIv, forwardUsd } of portfolio.positions) {
    const { symbol } = instrument
    need(symbol, 'sizeCoin', sizeCoin)
    needOrNull(need, symbol, 'delta', delta)
    need(symbol, 'markPriceCoin', markPriceCoin)
    needOrNull(need, symbol, 'markIv', markIv)
    need(symbol, 'forwardUsd', forwardUsd)
    need(symbol, 'instrument.strikeUsd', instrument.strikeUsd)
    need(symbol, 'instrument.expiryMs', instrument.expiryMs)
    need(symbol, 'instrument.sizeStepCoin', instrument.sizeStepCoin)
  }
  for (const { symbol, sizeCoin } of portfolio.otherPositions) need(symbol, 'sizeCoin', sizeCoin)
}

/** What a sale reads of the memory. */
function needMemory(need: Need, { currency }: UnderlyingState, memory: AgentMemory): void {
  const explained = memory.explained[currency]
  if (explained !== undefined) {
    need(currency, 'explained.balanceCoin', explained.balanceCoin)
    for (const { symbol, sizeCoin } of explained.positions) need(symbol, 'explained.sizeCoin', sizeCoin)
  }
  const { highWaterCoin, dayStart, guards } = memory
  if (highWaterCoin[currency] !== undefined) need(currency, 'highWaterCoin', highWaterCoin[currency])
  const day = dayStart[currency]
  if (day !== undefined) {
    need(currency, 'dayStart.dayMs', day.dayMs)
    need(currency, 'dayStart.equityCoin', day.equityCoin)
  }
  if (guards.crashedMs[currency] !== undefined) need(currency, 'guards.crashedMs', guards.crashedMs[currency])
  if (guards.latched !== null) need('guards', 'latched.sinceMs', guards.latched.sinceMs)
  for (const { symbol, timeMs } of memory.recentOpens) need(symbol, 'recentOpens.timeMs', timeMs)
  needOrNull(need, 'memory', 'enabledMs', memory.enabledMs)
  need('memory', 'rejectsInARow', memory.rejectsInARow)
}
