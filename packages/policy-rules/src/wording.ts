import type { CandidateOption, Currency, OptionPosition, UnderlyingState } from '@cc/models'

/** `22-delta` */
function deltaWords(delta: number | null): string {
  return delta === null ? 'delta unknown' : `${(delta * 100).toFixed(0)}-delta`
}

/** `14 days`, `0.6 days` */
function dayWords(dte: number): string {
  return `${dte.toFixed(dte < 3 ? 1 : 0)} days`
}

/** `0.0123 BTC` */
export function coinWords(amountCoin: number, currency: Currency): string {
  return `${size(amountCoin)} ${currency}`
}

/** `2`, `0.1`: without the noise of floats. */
export function size(amountCoin: number): string {
  return String(Number(amountCoin.toFixed(6)))
}

/** `2,181 USD` */
export function usdWords(amountUsd: number): string {
  return `${amountUsd.toLocaleString('en-US', { maximumFractionDigits: 0 })} USD`
}

/** `IV 44 % over RV 38 %` */
export function volWords({ vol, missing }: UnderlyingState): string {
  const reasonOf = (datum: string) => missing.find((entry) => entry.datum === datum)?.reason ?? 'no reason given'
  const iv = vol.atmIv === null ? `IV missing (${reasonOf('vol.atmIv')})` : `IV ${percent(vol.atmIv)}`
  return vol.realisedVol === null
    ? `${iv}, RV missing (${reasonOf('vol.realisedVol')})`
    : `${iv} over RV ${percent(vol.realisedVol)}`
}

/** `2 BTC-16JAN26-100000-C (22-delta, 14 days)` */
export function positionWords({ instrument, sizeCoin, delta, dte }: OptionPosition): string {
  return `${size(-sizeCoin)} ${instrument.symbol} (${deltaWords(delta)}, ${dayWords(dte)})`
}

/** `22-delta, 14 days` */
export function candidateWords({ delta, dte }: CandidateOption): string {
  return `${deltaWords(delta)}, ${dayWords(dte)}`
}

/** `3 dte-too-short, 1 no-bid` */
export function rejectionWords({ rejectedCandidates }: UnderlyingState): string {
  const counts = Object.entries(rejectedCandidates).map(([reason, count]) => `${count} ${reason}`)
  return counts.length === 0 ? 'none is listed' : counts.join(', ')
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(0)} %`
}
