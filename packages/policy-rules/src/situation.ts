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
  memory: AgentMemory
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

/** `62 % of its premium kept`, if it were bought back now, or `12 % dearer than sold`. `undefined` where nobody knows. */
export function premiumWords({ premiumCaptured }: OptionPosition): string | undefined {
  if (premiumCaptured === null) return undefined
  return premiumCaptured >= 0
    ? `${percent(premiumCaptured)} of its premium kept`
    : `${percent(-premiumCaptured)} dearer than sold`
}

/** `22-delta, 14 days, sold at IV 43 %` */
export function candidateWords({ delta, dte, bidIv }: CandidateOption): string {
  return `${deltaWords(delta)}, ${dayWords(dte)}, sold at IV ${percent(bidIv)}`
}

/** `22-delta` */
function deltaWords(delta: number | null): string {
  return delta === null ? 'delta unknown' : `${(delta * 100).toFixed(0)}-delta`
}

/** `14 days`, `0.6 days` */
function dayWords(dte: number): string {
  return `${dte.toFixed(dte < 3 ? 1 : 0)} days`
}

/** `30-day IV 44 % over RV 38 %` */
export function volWords({ vol, missing }: UnderlyingState): string {
  const level = vol.atmIv === null ? `missing (${reasonOf('vol.atmIv', missing)})` : percent(vol.atmIv)
  const iv = `${vol.horizonDays}-day IV ${level}`
  return vol.realisedVol === null
    ? `${iv}, RV missing (${reasonOf('vol.realisedVol', missing)})`
    : `${iv} over RV ${percent(vol.realisedVol)}`
}

/** `3 dte-too-short, 1 no-bid` */
export function rejectionWords({ rejectedCandidates }: UnderlyingState): string {
  const counts = rejectedCandidates.map(({ reason, count }) => `${count} ${reason}`)
  return counts.length === 0 ? 'none is listed' : counts.join(', ')
}

/** `IV over RV is 0.93, below 1.1`, or why it is missing, where that keeps every call of the currency from being one. */
export function ivrvWords({ rejectedCandidates, vol, missing }: UnderlyingState): string | undefined {
  const low = rejectedCandidates.find(({ reason }) => reason === 'ivrv-too-low')
  if (low !== undefined && vol.ivrv !== null) return `IV over RV is ${vol.ivrv.toFixed(2)}, below ${low.limit}`
  const isMissing = rejectedCandidates.some(({ reason }) => reason === 'ivrv-missing')
  return isMissing ? `IV over RV is missing (${reasonOf('vol.ivrv', missing)})` : undefined
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

function reasonOf(datum: string, missing: UnderlyingState['missing']): string {
  return missing.find((entry) => entry.datum === datum)?.reason ?? 'no reason given'
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(0)} %`
}
