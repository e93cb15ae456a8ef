import type { CandidateOption, Currency, OptionPosition, UnderlyingState } from '@cc/models'
import type { RulesOptions } from './options.js'

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
export function deltaWords(delta: number | null): string {
  return delta === null ? 'delta unknown' : `${(delta * 100).toFixed(0)}-delta`
}

/** `14 days`, `0.6 days` */
export function dayWords(dte: number): string {
  return `${dte.toFixed(dte < 3 ? 1 : 0)} days`
}

/** `30-day IV 44 % over RV 38 %` */
export function volWords({ vol, missing }: UnderlyingState): string {
  const level = vol.atmIv === null ? missingWords('vol.atmIv', missing) : percent(vol.atmIv)
  const iv = `${vol.horizonDays}-day IV ${level}`
  return vol.realisedVol === null
    ? `${iv}, RV ${missingWords('vol.realisedVol', missing)}`
    : `${iv} over RV ${percent(vol.realisedVol)}`
}

/** `edge 0.0012 BTC a coin`, in the currency of the objective. */
export function edgeWords(
  { edgeCoin }: CandidateOption,
  { currency, spotUsd, missing }: UnderlyingState,
  objective: RulesOptions['objective'],
): string {
  if (edgeCoin === null) return `edge ${missingWords('vol.forecast', missing)}`
  return `edge ${objective === 'usd' ? `${Number((edgeCoin * spotUsd).toFixed(2))} USD` : coinWords(edgeCoin, currency)} a coin`
}

/** `3 not-friday, 1 credit-too-small` */
export function tallyWords(tally: Readonly<Record<string, number>>): string {
  return Object.entries(tally)
    .map(([reason, count]) => `${count} ${reason}`)
    .join(', ')
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
  return isMissing ? `IV over RV is ${missingWords('vol.ivrv', missing)}` : undefined
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

/** `missing (no history at this venue)` */
export function missingWords(datum: string, missing: UnderlyingState['missing']): string {
  return `missing (${reasonOf(datum, missing)})`
}

/** `2.2 % in the money` */
export function moneyWords({ inTheMoney, moneyness }: OptionPosition): string {
  return `${Math.abs(moneyness * 100).toFixed(1)} % ${inTheMoney ? 'in' : 'out of'} the money`
}

function reasonOf(datum: string, missing: UnderlyingState['missing']): string {
  return missing.find((entry) => entry.datum === datum)?.reason ?? 'no reason given'
}

export function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(0)} %`
}
