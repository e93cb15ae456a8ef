import type { ChainQuote, OptionInstrument } from '@cc/models'
import { black76, constantMaturityIv, yearsBetween } from '@cc/pricing'
import type { SmileFeatures } from './market-features.js'

/** A call with its quote and its Black-Scholes delta at the mark's IV. */
export type CallQuote = { instrument: OptionInstrument; quote: ChainQuote; iv: number; delta: number }

/** Calls of one expiry, lowest strike first. */
export type ExpiryCalls = { expiryMs: number; calls: readonly CallQuote[] }

/** Calls with an IV by expiry, soonest first; expired ones and those without an instrument are left out. */
export function expiriesOf(
  quotes: readonly ChainQuote[],
  instruments: ReadonlyMap<string, OptionInstrument>,
  atMs: number,
): readonly ExpiryCalls[] {
  const byExpiry = new Map<number, CallQuote[]>()
  for (const quote of quotes) {
    const instrument = instruments.get(quote.symbol)
    const { markIv: iv, forwardUsd } = quote
    if (instrument?.kind !== 'call' || iv === null || instrument.expiryMs <= atMs) continue
    const { strikeUsd, expiryMs } = instrument
    const expiryYears = yearsBetween(atMs, expiryMs)
    const { delta } = black76({ forwardUsd, strikeUsd, expiryYears, iv, kind: 'call' })
    const calls = byExpiry.get(expiryMs) ?? []
    byExpiry.set(expiryMs, calls)
    calls.push({ instrument, quote, iv, delta })
  }
  return [...byExpiry]
    .toSorted(([a], [b]) => a - b)
    .map(([expiryMs, calls]) => ({
      expiryMs,
      calls: calls.toSorted((a, b) => a.instrument.strikeUsd - b.instrument.strikeUsd),
    }))
}

/** Skew and slope of the smiles of a moment; `null` where no smile reaches around 7 and 30 days. */
export function smileFeaturesOf(expiries: readonly ExpiryCalls[], atMs: number): SmileFeatures | null {
  const smiles = expiries.flatMap(({ expiryMs, calls }) => {
    const iv = atTheMoney(calls)
    return iv === null ? [] : [{ expiryYears: yearsBetween(atMs, expiryMs), iv, calls }]
  })
  const month = constantMaturityIv(30 / 365, smiles)
  const week = constantMaturityIv(7 / 365, smiles)
  const away = ({ expiryYears }: { expiryYears: number }) => Math.abs(expiryYears - 30 / 365)
  const [near] = smiles.toSorted((a, b) => away(a) - away(b))
  const [skewed] = near?.calls.toSorted((a, b) => Math.abs(a.delta - 0.25) - Math.abs(b.delta - 0.25)) ?? []
  if (month === null || week === null || near === undefined || skewed === undefined) return null
  return { callSkew: skewed.iv - near.iv, termSlope: month - week }
}

/** IV at the forward, in a straight line between the strikes around it; `null` where it has none on one side. */
function atTheMoney(calls: readonly CallQuote[]): number | null {
  const above = calls.findIndex(({ instrument, quote }) => instrument.strikeUsd >= quote.forwardUsd)
  const [low, high] = [calls[above - 1], calls[above]]
  if (low === undefined || high === undefined) return null
  const share =
    (high.quote.forwardUsd - low.instrument.strikeUsd) / (high.instrument.strikeUsd - low.instrument.strikeUsd)
  // One that is carried from an earlier snapshot has the forward of that time, which may lie beyond the strikes.
  return low.iv + (high.iv - low.iv) * Math.min(1, Math.max(0, share))
}
