import type { Breach } from '@cc/models'

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
    case 'not-testnet':
      return `Nothing is sent to a venue that does not say it is a test exchange: ${breach.source}.`
    case 'venue-locked':
      return `${breach.on}: the venue has locked trading.`
    case 'clock-uncertain':
      return `The clock of the venue may be ${ratio(breach.errorMs)} ms off, more than ${breach.maxErrorMs} ms.`
    case 'check-failed':
      return `The check ${breach.check} could not be made: ${breach.message}.`
    case 'position-unexplained':
      return `${breach.on}: the account holds ${coin(breach.sizeCoin)}, and the ledger explains ${coin(breach.explainedCoin)}.`
    case 'balance-unexplained':
      return `${breach.on}: the balance is ${coin(breach.balanceCoin)}, more than ${ratio(breach.maxDropPct)} % below the ${coin(breach.explainedCoin)} that the ledger explains.`
    case 'position-unexpected':
      return `${breach.on}: a position of ${coin(breach.sizeCoin)} is no short call.`
    case 'foreign-order':
      return `${breach.on}: order ${breach.label} is not of this agent.`
    case 'delta-outside':
      return `${breach.on}: a delta of ${ratio(breach.delta)} is outside ${ratio(breach.min)} to ${ratio(breach.max)}.`
    case 'dte-outside':
      return `${breach.on}: ${ratio(breach.dte)} days to expiry are outside ${ratio(breach.min)} to ${ratio(breach.max)}.`
    case 'strike-too-low':
      return `${breach.on}: the strike lies ${ratio(breach.moneyness)} from the forward, less than ${ratio(breach.min)}.`
    case 'expiry-too-near':
      return `${breach.on}: it expires in ${breach.leftMs} ms, sooner than ${breach.minLeftMs} ms.`
    case 'settlement-window':
      return `${breach.on}: the venue settles, and nothing is sent from ${utc(breach.fromMs)} to ${utc(breach.untilMs)}.`
    case 'delivery-pending':
      return `${breach.on}: ${breach.symbol} expired at ${utc(breach.expiryMs)}, and its delivery is not in the ledger yet.`
    case 'notional-exceeded':
      return `${breach.on}: the sale is of ${ratio(breach.notionalUsd)} USD, more than ${ratio(breach.maxUsd)}.`
    case 'book-crossed':
      return `${breach.on}: the bid of ${coin(breach.bidPriceCoin)} is above the ask of ${coin(breach.askPriceCoin)}.`
    case 'spread-too-wide':
      return `${breach.on}: bid and ask are ${coin(breach.spreadCoin)} apart, more than ${coin(breach.maxSpreadCoin)}.`
    case 'price-below-intrinsic':
      return `${breach.on}: it might be sold at ${coin(breach.priceCoin)}, and is worth ${coin(breach.intrinsicCoin)} at once.`
    case 'premium-too-low':
      return `${breach.on}: a bid of ${coin(breach.priceCoin)} is below ${coin(breach.minPriceCoin)}.`
    case 'net-premium-too-low':
      return `${breach.on}: a coin of it brings ${ratio(breach.netPremiumUsd)} USD after its fee, less than ${ratio(breach.minUsd)}.`
    case 'net-debit-exceeded':
      return `${breach.on}: rolling into ${breach.to} costs ${coin(breach.netDebitCoin)} a coin, more than ${coin(breach.maxNetDebitCoin)}.`
    case 'equity-too-low':
      return `${breach.on}: an equity of ${coin(breach.equityCoin)} is not above ${coin(breach.minCoin)}.`
    case 'open-orders-exceeded':
      return `${breach.on}: ${breach.orders} orders are out, more than ${breach.max}.`
    case 'positions-exceeded':
      return `${breach.on}: there would be ${breach.positions} positions, more than ${breach.max}.`
    case 'duplicate-open':
      return `${breach.on} is not sold beside ${breach.beside}.`
    case 'self-cross':
      return `${breach.on}: order ${breach.label} rests on the other side.`
    case 'daily-loss':
      return `${breach.on}: the equity is ${ratio(breach.lossPct)} % below that of the start of the day, more than ${ratio(breach.maxPct)} %.`
    case 'drawdown':
      return `${breach.on}: the equity is ${ratio(breach.drawdownPct)} % below its high-water mark, more than ${ratio(breach.maxPct)} %.`
    case 'crash-regime':
      return `${breach.on}: the market was in a crash at ${utc(breach.crashedMs)}, and nothing is sold until ${utc(breach.untilMs)}.`
    case 'low-iv-regime':
      return `${breach.on}: implied over realised volatility is ${ratio(breach.ivrv)}, below ${ratio(breach.min)}.`
    case 'cooldown':
      return `${breach.on}: a call was opened at ${utc(breach.openedMs)}, and none is until ${utc(breach.untilMs)}.`
    case 'send-rate-exceeded':
      return `${breach.on}: ${breach.sends} orders were sent within ${breach.windowMs / 3_600_000} h, and ${breach.max} may be.`
    case 'repeated-execution':
      return `${breach.opens} calls were sold within a day, and ${breach.max} stop the agent: since ${utc(breach.sinceMs)} a person must enable it.`
    case 'delivery-missing':
      return `An expired call was not delivered in time: since ${utc(breach.sinceMs)} a person must enable the agent.`
    case 'rejects-in-a-row':
      return `${breach.rejects} orders were rejected one after the other, and ${breach.max} stop the agent.`
    case 'maintenance-exceeded':
      return breach.maintenancePct === null
        ? `${breach.on}: there would be no margin balance left to maintain the position.`
        : `${breach.on}: maintenance margin would be ${ratio(breach.maintenancePct)} % of the margin balance, more than ${ratio(breach.maxPct)} %.`
    case 'stress-exceeded':
      return breach.maintenancePct === null
        ? `${breach.on}: there would be no margin balance left, were the index ${breach.spotMovePct} % higher.`
        : `${breach.on}: were the index ${breach.spotMovePct} % higher, maintenance margin would be ${ratio(breach.maintenancePct)} % of the margin balance, more than ${ratio(breach.maxPct)} %.`
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

/** A time beyond the calendar is told in ms. */
function utc(ms: number): string {
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? `${ms} ms` : date.toISOString()
}
