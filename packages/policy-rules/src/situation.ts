import {
  type AgentMemory,
  type OptionPosition,
  type ProposedAction,
  parseSymbol,
  type RuleTrace,
  type UnderlyingState,
} from '@cc/models'
import type { RulesOptions } from './options.js'
import { sizeDown } from './sizing.js'

/** One underlying, and what the rules judge it by. */
export type Situation = {
  underlying: UnderlyingState
  memory: AgentMemory
  /** Venue time of the state. */
  timeMs: number
  options: RulesOptions
  trace: Trace
}

/** What the rules say of one underlying: an action, or in words why there is none. */
export type Ruling = ProposedAction | { whys: readonly string[] }

/** Writes down every rule that is looked at. */
export type Trace = {
  /** Notes the rule with the numbers it compared, and hands back whether it fired. */
  look(rule: string, subject: string, fired: boolean, facts?: RuleTrace['facts']): boolean
  readonly rules: readonly RuleTrace[]
}

export function createTrace(): Trace {
  const rules: RuleTrace[] = []
  return {
    rules,
    look(rule, subject, fired, facts = {}) {
      const kept = { ...facts }
      for (const [name, fact] of Object.entries(facts)) if (isNoNumber(fact)) kept[name] = null
      rules.push({ rule, subject, fired, facts: kept })
      return fired
    },
  }
}

/** What no record can hold: a number beyond what a double does. */
function isNoNumber(fact: RuleTrace['facts'][string]): boolean {
  return typeof fact === 'number' && !Number.isFinite(fact)
}

/** Short calls that the chain quotes, soonest expiry first. */
export function quotedShortCalls({ portfolio }: UnderlyingState): readonly OptionPosition[] {
  return portfolio.positions
    .filter(({ instrument, sizeCoin }) => instrument.kind === 'call' && sizeCoin < 0)
    .toSorted(({ instrument: a }, { instrument: b }) => a.expiryMs - b.expiryMs || a.strikeUsd - b.strikeUsd)
}

/** Short options that are not quoted, so that they can only be left alone, and may be calls; by symbol. */
export function unquotedShortCalls({ portfolio }: UnderlyingState): readonly { symbol: string; sizeCoin: number }[] {
  return portfolio.otherPositions
    .filter(({ symbol, kind, sizeCoin }) => kind === 'option' && sizeCoin < 0 && parseSymbol(symbol)?.kind !== 'put')
    .toSorted((a, b) => (a.symbol < b.symbol ? -1 : 1))
}

/** Whether no order can be small enough to buy the short position back: what a partial fill may leave. */
export function isDust({ instrument, sizeCoin }: OptionPosition): boolean {
  return sizeDown(-sizeCoin, instrument) < instrument.minSizeCoin
}

/**
 * Why a short call cannot be traded now, in words; `undefined`: it can. An order that rests on it is in the way: it may
 * be the buy-back already, and an account does not trade with itself.
 */
export function untradable(call: OptionPosition, { underlying, trace }: Situation): string | undefined {
  const { dte, instrument } = call
  const { symbol, state } = instrument
  const isShut = state !== 'open' || dte <= 0
  if (trace.look('not-tradable', symbol, isShut, { state, dte })) return 'its book does not trade'
  const orders = restingOrders(underlying).filter((order) => order.symbol === symbol).length
  return trace.look('order-resting', symbol, orders > 0, { orders }) ? 'an order rests on it' : undefined
}

/** Orders that rest, by symbol. */
export function restingOrders({ portfolio }: UnderlyingState): readonly { symbol: string }[] {
  return portfolio.openOrders
    .filter(({ state }) => state === 'open')
    .toSorted((a, b) => (a.symbol < b.symbol ? -1 : Number(a.symbol > b.symbol)))
}
