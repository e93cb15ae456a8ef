import type { DecisionRecord, OptionPosition, UnderlyingState } from '@cc/models'

/** What the rows of a decision must hold in the flat table, worked out from the record alone. */
export function flatRowsOf(record: DecisionRecord, seq: number): Record<string, unknown>[] {
  const seen: readonly (UnderlyingState | null)[] = record.state?.underlyings ?? [null]
  return seen.map((underlying) => ({
    ...ofDecision(record, seq),
    ...ofUnderlying(underlying),
    ...ofAction(record, underlying?.currency ?? null),
  }))
}

function ofDecision(record: DecisionRecord, seq: number) {
  const { runId, decisionId, policy, cycle, dryRun, startedMs, endedMs, state } = record
  return {
    ...{ seq, runId, decisionId, policy, cycle, dryRun, startedMs, endedMs },
    stateMs: state?.timeMs ?? null,
    startedAt: new Date(startedMs),
    marketSource: state?.source.kind ?? null,
    mode: state?.memory.mode ?? null,
  }
}

function ofUnderlying(u: UnderlyingState | null) {
  const p = u?.portfolio
  const calls = p?.positions.filter(({ instrument, sizeCoin }) => instrument.kind === 'call' && sizeCoin < 0)
  const call = calls?.reduce<OptionPosition | undefined>((first, next) => {
    return first === undefined || next.instrument.expiryMs < first.instrument.expiryMs ? next : first
  }, undefined)
  const tenor = (days: number) => u?.vol.tenors.find((entry) => entry.days === days)
  const realised = (days: number) => u?.vol.realised.find((entry) => entry.windowDays === days)?.closeToClose
  const best = u?.candidates[0]
  return nulled({
    currency: u?.currency,
    accountMs: u?.parts.account.timestampMs,
    chainMs: u?.parts.chain.timestampMs,
    indexMs: u?.parts.index.timestampMs,
    tickersMs: u?.parts.tickers?.timestampMs,
    candlesMs: u?.parts.candles?.timestampMs,
    dvolMs: u?.parts.dvol?.timestampMs,
    spotUsd: u?.spotUsd,
    dayChangePct: u?.dayChangePct,
    balanceCoin: p?.balanceCoin,
    equityCoin: p?.equityCoin,
    equityUsd: p?.equityUsd,
    marginBalanceCoin: p?.marginBalanceCoin,
    initialMarginCoin: p?.initialMarginCoin,
    marginUsedPct: p?.marginUsedPct,
    optionsDeltaCoin: p?.optionsDeltaCoin,
    optionsNetDeltaCoin: p?.optionsNetDeltaCoin,
    deltaTotalCoin: p?.deltaTotalCoin,
    coveredCoin: p?.coverage.coveredCoin,
    committedCoin: p?.coverage.committedCoin,
    freeCoin: p?.coverage.freeCoin,
    shortCallsCoin: calls?.reduce((sum, { sizeCoin }) => sum - sizeCoin, 0),
    shortCalls: calls?.length,
    openOrders: p?.openOrders.length,
    callSymbol: call?.instrument.symbol,
    callStrikeUsd: call?.instrument.strikeUsd,
    callDte: call?.dte,
    callDelta: call?.delta,
    callPremiumCaptured: call?.premiumCaptured,
    callMarkPriceCoin: call?.markPriceCoin,
    atmIv: u?.vol.atmIv,
    realisedVol: u?.vol.realisedVol,
    ivrv: u?.vol.ivrv,
    atmIv7: tenor(7)?.atmIv,
    atmIv30: tenor(30)?.atmIv,
    atmIv90: tenor(90)?.atmIv,
    riskReversal30: tenor(30)?.riskReversal25,
    butterfly30: tenor(30)?.butterfly25,
    termSlopeFront: u?.vol.termSlope.front,
    termSlopeBack: u?.vol.termSlope.back,
    realisedVol7: realised(7),
    realisedVol30: realised(30),
    realisedVol90: realised(90),
    ewmaVol: u?.vol.ewma?.vol,
    forecastVol: u?.vol.forecast?.vol,
    dvol: u?.vol.dvol,
    ivRank: u?.vol.ivRank?.rank,
    ivPercentile: u?.vol.ivRank?.percentile,
    candidates: u?.candidates.length,
    rejected: u?.rejectedCandidates.reduce((sum, { count }) => sum + count, 0),
    missing: u?.missing.length,
    bestSymbol: best?.instrument.symbol,
    bestDte: best?.dte,
    bestDelta: best?.delta,
    bestMoneyness: best?.moneyness,
    bestBidIv: best?.bidIv,
    bestBidPriceCoin: best?.bidPriceCoin,
    bestAskPriceCoin: best?.askPriceCoin,
    bestNetPremiumCoin: best?.netPremiumCoin,
    bestEdgeCoin: best?.edgeCoin,
    bestNetPremiumUsd: best?.netPremiumUsd,
    bestAnnualisedYieldPct: best?.annualisedYieldPct,
  })
}

function ofAction({ decision, verdict, execution, failure }: DecisionRecord, currency: string | null) {
  const proposal = decision?.proposal
  const symbol =
    proposal === undefined || proposal.action === 'DO_NOTHING'
      ? null
      : proposal.action === 'ROLL_COVERED_CALL'
        ? proposal.params.toSymbol
        : proposal.params.symbol
  const isOwn = symbol !== null && currency !== null && symbol.split('-')[0] === currency
  const other = proposal === undefined ? null : 'DO_NOTHING'
  const words = { reasoning: proposal?.reasoning ?? null, failure: failure?.code ?? null }
  if (!isOwn || proposal === undefined || proposal.action === 'DO_NOTHING') {
    return { ...NOT_OWN, action: other, done: other, ...words }
  }
  const legs = execution?.legs ?? []
  const open = legs.find(({ leg }) => leg === 'open')
  const close = legs.find(({ leg }) => leg === 'close')
  const isFilled = legs.some(({ filledCoin }) => filledCoin > 0)
  const isUnknown = execution?.status === 'unknown' || (execution === null && verdict?.allowed === true)
  const fees = legs.map(({ feeCoin }) => feeCoin)
  return nulled({
    action: proposal.action,
    symbol,
    fromSymbol: proposal.action === 'ROLL_COVERED_CALL' ? proposal.params.fromSymbol : null,
    ...words,
    sizeCoin: proposal.params.size,
    allowed: verdict?.allowed,
    breaches: verdict?.allowed === false ? verdict.breaches.map(({ code }) => code).join(' ') : null,
    execution: execution?.status,
    done: isFilled ? proposal.action : isUnknown ? null : 'DO_NOTHING',
    soldCoin: open?.filledCoin,
    soldPriceCoin: open?.averagePriceCoin,
    boughtCoin: close?.filledCoin,
    boughtPriceCoin: close?.averagePriceCoin,
    feeCoin: fees.length === 0 || fees.includes(null) ? null : fees.reduce<number>((sum, fee) => sum + (fee ?? 0), 0),
  })
}

const NOT_OWN = {
  ...{ symbol: null, fromSymbol: null, sizeCoin: null, allowed: null, breaches: null, execution: null },
  ...{ soldCoin: null, soldPriceCoin: null, boughtCoin: null, boughtPriceCoin: null, feeCoin: null },
}

function nulled(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value ?? null]))
}
