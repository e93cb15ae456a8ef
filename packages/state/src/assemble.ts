import type { AgentMemory, MissingDatum, StatePart, UnderlyingState, VolState } from '@cc/models'
import { findCandidates, type Ranking, rankByChain, shortlistOf } from './candidates.js'
import { checkAccountAndTickers, checkMarket } from './check-readings.js'
import { createDatumReader, type Datum } from './datum.js'
import { type KnownHistories, knownHistories, lastCloseMs } from './known-bars.js'
import { type MarketView, viewMarket } from './market-view.js'
import type { StateOptions } from './options.js'
import { assemblePortfolio } from './portfolio.js'
import type { MarketReadings, UnderlyingReadings } from './readings.js'
import { dayChangePct } from './realised.js'
import { assembleVol, type VolMemory } from './vol-state.js'

/**
 * Computes one currency's part of the state from what was read, as of `timeMs`. Pure: the same readings give the same
 * bytes, in whatever order instruments, rows of the chain, positions, open orders and tickers come.
 *
 * @throws CcError `state/bad-reading`, recovery `skip`, naming part, row, field and value, and what was expected
 */
export function assembleUnderlying(
  readings: UnderlyingReadings,
  { timeMs, memory }: { timeMs: number; memory: AgentMemory },
  options: StateOptions,
): UnderlyingState {
  return finishUnderlying(draftUnderlying(readings, { timeMs }, options), { readings, memory }, options)
}

/**
 * Symbols of the calls whose tickers {@link assembleUnderlying} wants, best first: those that would be candidates by the
 * chain alone. Pure.
 *
 * @throws CcError `state/bad-reading`, recovery `skip`
 */
export function shortlist(
  readings: MarketReadings,
  { timeMs }: { timeMs: number },
  options: StateOptions,
): readonly string[] {
  return shortlistOf(draftUnderlying(readings, { timeMs }, options), options)
}

/** What the market alone gives at a time. It stands for its readings, and for no other ones. */
export type UnderlyingDraft = {
  timeMs: number
  market: MarketView
  spotUsd: number
  chainMs: number
  histories: KnownHistories
  dayChange: Datum<number>
  vol: VolState
  missingVol: readonly MissingDatum[]
  /** Of the listed calls, before any ticker is read. */
  ranking: Ranking
}

/** The part of {@link assembleUnderlying} that needs the market alone. */
export function draftUnderlying(
  readings: MarketReadings,
  { timeMs, kept }: { timeMs: number; kept?: VolMemory | undefined },
  options: StateOptions,
): UnderlyingDraft {
  checkMarket(readings)
  const { chain, index } = readings
  const market = viewMarket(readings.instruments, chain, timeMs)
  const histories = knownHistories(readings, timeMs, kept?.order)
  const data = createDatumReader()
  const vol = assembleVol(histories, { market, horizonDays: options.volHorizonDays, kept }, data)
  const basis = { market, spotUsd: index.indexUsd, chainMs: chain.timestampMs, vol }
  return {
    ...basis,
    timeMs,
    histories,
    dayChange: dayChangePct(histories.candles, timeMs, index.indexUsd),
    missingVol: data.missing,
    ranking: rankByChain(basis, options),
  }
}

/** The rest of {@link assembleUnderlying}: what needs account and tickers. */
export function finishUnderlying(
  draft: UnderlyingDraft,
  { readings, memory }: { readings: UnderlyingReadings; memory: AgentMemory },
  options: StateOptions,
): UnderlyingState {
  checkAccountAndTickers(readings)
  const { timeMs, market, spotUsd, histories, vol } = draft
  const { currency, account, chain, index, tickers } = readings
  const data = createDatumReader()
  const dayChange = data.read('dayChangePct', draft.dayChange)
  const portfolio = assemblePortfolio(account, { market, spotUsd, memory }, data)
  return {
    currency,
    spotUsd,
    dayChangePct: dayChange,
    portfolio,
    vol,
    ...findCandidates({ ...draft, tickers }, options),
    missing: [...data.missing, ...draft.missingVol],
    parts: {
      account: partAt(timeMs, account.timestampMs),
      chain: partAt(timeMs, chain.timestampMs),
      index: partAt(timeMs, index.timestampMs),
      instruments: partAt(timeMs, readings.instrumentsMs),
      tickers: knownPart(timeMs, oldestMs(tickers)),
      candles: knownPart(timeMs, lastCloseMs(histories.candles)),
      dvol: knownPart(timeMs, lastCloseMs(histories.dvolHours)),
    },
  }
}

function partAt(timeMs: number, timestampMs: number): StatePart {
  const ageMs = timeMs - timestampMs
  return { timestampMs, ageMs }
}

function knownPart(timeMs: number, timestampMs: number | null): StatePart | null {
  return timestampMs === null ? null : partAt(timeMs, timestampMs)
}

function oldestMs(tickers: UnderlyingReadings['tickers']): number | null {
  let oldest: number | null = null
  for (const ticker of tickers?.values() ?? []) {
    if ('value' in ticker) oldest = Math.min(oldest ?? ticker.value.timestampMs, ticker.value.timestampMs)
  }
  return oldest
}
