import {
  type AgentMemory,
  type CandidateOption,
  type Currency,
  type OptionPosition,
  type ProposedAction,
  parseSymbol,
  type RuleTrace,
  type UnderlyingState,
} from '@cc/models'
import { roundSizeDown } from '@cc/pricing'
import type { RulesOptions } from './options.js'

/** One underlying, and what the rules judge it by. */
export type Situation = {
  underlying: UnderlyingState
  mode: AgentMemory['mode']
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
      rules.push({ rule, subject, fired, facts })
      return fired
    },
  }
}

/** Short calls that the chain quotes, soonest expiry first. */
export function quotedShortCalls({ portfolio }: UnderlyingState): readonly OptionPosition[] {
  return portfolio.positions
    .filter(({ instrument, sizeCoin }) => instrument.kind === 'call' && sizeCoin < 0)
    .toSorted(({ instrument: a }, { instrument: b }) => a.expiryMs - b.expiryMs || a.strikeUsd - b.strikeUsd)
}

/** Symbols of short options that are not quoted, so that they can only be left alone, and may be calls. */
export function unquotedShortCalls({ portfolio }: UnderlyingState): readonly string[] {
  return portfolio.otherPositions
    .filter(({ symbol, kind, sizeCoin }) => kind === 'option' && sizeCoin < 0 && parseSymbol(symbol)?.kind !== 'put')
    .map(({ symbol }) => symbol)
}

/** Whether no order can be small enough to buy the short position back: what a partial fill may leave. */
export function isDust({ instrument, sizeCoin }: OptionPosition): boolean {
  return roundSizeDown(-sizeCoin, instrument.sizeStepCoin) < instrument.minSizeCoin
}

/** `2 BTC-16JAN26-100000-C (22-delta, 14 days)` */
export function positionWords({ instrument, sizeCoin, delta, dte }: OptionPosition): string {
  return `${size(-sizeCoin)} ${instrument.symbol} (${deltaWords(delta)}, ${dayWords(dte)})`
}

/** `22-delta, 14 days` */
export function candidateWords({ delta, dte }: CandidateOption): string {
  return `${deltaWords(delta)}, ${dayWords(dte)}`
}

/** `22-delta` */
function deltaWords(delta: number | null): string {
  return delta === null ? 'delta unknown' : `${(delta * 100).toFixed(0)}-delta`
}

/** `14 days`, `0.6 days` */
function dayWords(dte: number): string {
  return `${dte.toFixed(dte < 3 ? 1 : 0)} days`
}

/** `IV 44 % over RV 38 %` */
export function volWords({ vol, missing }: UnderlyingState): string {
  const reasonOf = (datum: string) => missing.find((entry) => entry.datum === datum)?.reason ?? 'no reason given'
  const iv = vol.atmIv === null ? `IV missing (${reasonOf('vol.atmIv')})` : `IV ${percent(vol.atmIv)}`
  return vol.realisedVol === null
    ? `${iv}, RV missing (${reasonOf('vol.realisedVol')})`
    : `${iv} over RV ${percent(vol.realisedVol)}`
}

/** `3 dte-too-short, 1 no-bid` */
export function rejectionWords({ rejectedCandidates }: UnderlyingState): string {
  const counts = Object.entries(rejectedCandidates).map(([reason, count]) => `${count} ${reason}`)
  return counts.length === 0 ? 'none is listed' : counts.join(', ')
}

/** `0.0123 BTC` */
export function coinWords(amountCoin: number, currency: Currency): string {
  return `${size(amountCoin)} ${currency}`
}

/** `2`, `0.1`: without the noise of floats. */
export function size(amountCoin: number): string {
  return String(Number(amountCoin.toFixed(6)))
}

/** `2,181 USD`. Written out here: the text is part of the record, and a locale's rules change with the runtime. */
export function usdWords(amountUsd: number): string {
  return `${String(Math.round(amountUsd)).replace(/\B(?=(\d{3})+$)/g, ',')} USD`
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(0)} %`
}
