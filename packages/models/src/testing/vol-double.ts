import type { VolState } from '../vol-state.js'
import { TEST_TIME_MS } from './option-doubles.js'

const DAY_MS = 86_400_000

/**
 * Volatility that is the same at every strike, tenor and window: 45 % implied, 40 % realised and expected, where nothing
 * else is said. What is `null` here is `null` in all that follows from it; its reason in `missing` is the test's to give.
 * For tests only.
 */
export function volForTest(parts: Partial<VolState> & { timeMs?: number } = {}): VolState {
  const { timeMs = TEST_TIME_MS, ...given } = parts
  const { horizonDays = 30, atmIv = 0.45, realisedVol = 0.4, dvol = 0.46 } = given
  const days = [...new Set([7, 30, 90, horizonDays])].sort((a, b) => a - b)
  const slope = atmIv === null ? null : 0
  return {
    horizonDays,
    atmIv,
    realisedVol,
    ivrv: atmIv === null || realisedVol === null ? null : atmIv / realisedVol,
    expiries: atmIv === null ? [] : days.map((dte) => smile({ atmIv, expiryMs: timeMs + dte * DAY_MS, dte })),
    tenors: days.map((tenor) => ({
      days: tenor,
      atmIv,
      riskReversal25: slope,
      butterfly25: slope,
      expiriesMs: atmIv === null ? [] : [timeMs + tenor * DAY_MS],
    })),
    termSlope: { front: slope, back: slope },
    realised: realisedVol === null ? [] : days.map((windowDays) => window({ realisedVol, toMs: timeMs, windowDays })),
    ewma: realisedVol === null ? null : { vol: realisedVol, lambda: 0.94, returns: 2_160 },
    forecast: realisedVol === null ? null : { vol: realisedVol, model: 'trailing', days: horizonDays },
    dvol,
    dvolDayChange: dvol === null ? null : 0,
    ivRank:
      dvol === null
        ? null
        : { rank: 0.5, percentile: 0.5, leastIv: dvol / 2, mostIv: dvol * 1.5, days: 365, ...span(timeMs, 365) },
    ...given,
  }
}

function smile({ atmIv, expiryMs, dte }: { atmIv: number; expiryMs: number; dte: number }) {
  return {
    ...{ expiryMs, dte, forwardUsd: 90_000, atmIv, riskReversal25: 0, butterfly25: 0, nodes: 20 },
    source: 'book' as const,
  }
}

function window({ realisedVol, toMs, windowDays }: { realisedVol: number; toMs: number; windowDays: number }) {
  return {
    ...{ windowDays, ...span(toMs, windowDays), bars: windowDays * 24, missingBars: 0 },
    ...{ closeToClose: realisedVol, parkinson: realisedVol, garmanKlass: realisedVol },
    ...{ rogersSatchell: realisedVol, yangZhang: realisedVol },
  }
}

function span(toMs: number, days: number) {
  return { fromMs: toMs - days * DAY_MS, toMs }
}
