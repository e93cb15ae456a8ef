import type { Breach, Verdict, VerdictRecord } from '@cc/models'

/** A verdict as plain data for the record, the legs by symbol. Read back, it approves nothing. */
export function verdictRecord(verdict: Verdict): VerdictRecord {
  if (!verdict.allowed) {
    const { breaches, reasons } = verdict
    return { allowed: false, breaches, reasons }
  }
  const { legs, maxNetDebitCoin, expiresMs } = verdict.action.bounds
  return {
    allowed: true,
    legs: legs.map(({ leg, instrument, side, maxSizeCoin, worstPriceCoin, reduceOnly }) => ({
      leg,
      symbol: instrument.symbol,
      side,
      maxSizeCoin,
      worstPriceCoin,
      reduceOnly,
    })),
    maxNetDebitCoin,
    expiresMs,
  }
}

/** Says a breach in one sentence, with the numbers that were compared. */
export function breachSentence(breach: Breach): string {
  switch (breach.code) {
    case 'halted':
      return `Nothing but cancels may be sent: ${breach.reason}.`
    case 'reduce-only-mode':
      return `${breach.on} is not sold: the agent may only reduce its positions.`
    case 'symbol-unknown':
      return `${breach.on} is not among the candidates.`
    case 'not-a-call':
      return `${breach.on} is not a call.`
    case 'instrument-not-open':
      return `${breach.on} does not trade: its book is ${breach.state}.`
    case 'instrument-expired':
      return `${breach.on} expired at ${utc(breach.expiryMs)}, and it is ${utc(breach.nowMs)}.`
    case 'state-incomplete':
      return `${breach.on}: ${breach.datum} is missing or not a number.`
    case 'state-stale':
      return breach.ageMs < 0
        ? `${breach.on}: ${breach.part} is ${-breach.ageMs} ms in the future.`
        : `${breach.on}: ${breach.part} is ${breach.ageMs} ms old, more than ${breach.maxAgeMs} ms.`
    case 'outcome-unresolved':
      return `${breach.on}: nobody knows yet what became of order ${breach.label}.`
    case 'size-too-small':
      return `${breach.on}: a size of ${coin(breach.sizeCoin)} is below the smallest, ${coin(breach.minSizeCoin)}.`
    case 'size-off-step':
      return `${breach.on}: a size of ${coin(breach.sizeCoin)} is no multiple of ${coin(breach.stepCoin)}.`
    case 'size-too-large':
      return `${breach.on}: a size of ${coin(breach.sizeCoin)} is above the largest allowed, ${coin(breach.maxSizeCoin)}.`
    case 'no-quote':
      return `${breach.on} has no ${breach.side}.`
    case 'price-outside-band':
      return `${breach.on}: a price of ${coin(breach.priceCoin)} is outside ${bound(breach.minPriceCoin, 'any')} to ${bound(breach.maxPriceCoin, 'any')}.`
    case 'position-missing':
      return `${breach.on}: ${coin(breach.sizeCoin)} cannot be bought back, ${coin(breach.heldCoin)} is short.`
    case 'roll-same-symbol':
      return `${breach.on} cannot be rolled into itself.`
    case 'roll-other-currency':
      return `${breach.on} cannot be rolled into ${breach.to}, which is of another coin.`
    case 'roll-earlier-expiry':
      return `${breach.on} cannot be rolled into ${breach.to}, which expires earlier.`
    case 'coverage-exceeded':
      return `${breach.on}: short calls would need ${coin(breach.neededCoin)} coins, and ${coin(breach.coveredCoin)} may cover them.`
    case 'margin-unknown':
      return `${breach.on}: the venue has not said what margin the sale takes.`
    case 'margin-exceeded':
      return breach.marginUsedPct === null
        ? `${breach.on}: there would be no margin balance left.`
        : `${breach.on}: ${ratio(breach.marginUsedPct)} % of the margin balance would be used, more than ${ratio(breach.maxPct)} %.`
    case 'net-delta-exceeded':
      return `${breach.on}: net delta would be ${ratio(breach.netDelta)} of the covered coins, beyond ${ratio(breach.max)} either way.`
    case 'expiry-exposure-exceeded':
      return `${breach.on}: ${ratio(breach.exposure)} of the covered coins would be short on ${utc(breach.expiryMs).slice(0, 10)}, more than ${ratio(breach.max)}.`
  }
}

/** To the satoshi, without trailing zeros. */
function coin(value: number): string {
  return String(Number(value.toFixed(8)))
}

function bound(value: number | null, none: string): string {
  return value === null ? none : coin(value)
}

/** Rounded for reading; what was compared is in the breach. */
function ratio(value: number): string {
  return String(Number(value.toFixed(4)))
}

function utc(ms: number): string {
  return new Date(ms).toISOString()
}
