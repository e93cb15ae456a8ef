import type { TenorVol, VolState } from '@cc/models'
import { constantMaturityReading, type ReturnMemory, type WindowMemory, yearsBetween } from '@cc/pricing'
import type { Datum, DatumReader } from './datum.js'
import { dvolDayChange, ivRankOf, lastDvol } from './iv-rank.js'
import { DAY_MS, type KnownHistories, type OrderMemory, recentBars } from './known-bars.js'
import type { MarketView } from './market-view.js'
import { ewmaOf, realisedWindows, STANDARD_DAYS } from './realised.js'
import { type ExpirySmile, readSmiles, smileTermOf } from './smiles.js'
import { forecastVol, INDEX_STOOD_STILL } from './vol-forecast.js'

/** What is kept of one coin's history from state to state: its order, and logarithms, which are the same whoever takes them. */
export type VolMemory = {
  order: Record<keyof KnownHistories, OrderMemory>
  windows: WindowMemory
  ewma: ReturnMemory
  har: ReturnMemory
}

/** A memory of nothing yet. */
export function createVolMemory(): VolMemory {
  return { order: { candles: {}, dvolHours: {}, dvolDays: {} }, windows: {}, ewma: {}, har: {} }
}

/** Implied and realised volatility as of the time of the market. Each `null`, and each part left out, is named in `data`. */
export function assembleVol(
  { candles, dvolHours, dvolDays }: KnownHistories,
  { market, horizonDays, kept }: { market: MarketView; horizonDays: number; kept?: VolMemory | undefined },
  data: DatumReader,
): VolState {
  const { timeMs } = market
  const days = [...new Set([...STANDARD_DAYS, horizonDays])].sort((a, b) => a - b)
  const { smiles, unread } = readSmiles(market)
  const tenors = days.map((each) => tenorAt(each, smiles, timeMs))
  const tenorOf = (wanted: number) => tenors[days.indexOf(wanted)] as TenorReading
  const atmIv = tenorOf(horizonDays).atmIv

  const windows = realisedWindows(candles, { windowDays: days, timeMs, kept: kept?.windows })
  const horizonWindow = windows[days.indexOf(horizonDays)] as (typeof windows)[number]
  const realisedVol = mapped(horizonWindow, ({ closeToClose }) => closeToClose)
  const recent = recentBars(candles, timeMs)
  const dvol = lastDvol(dvolHours, timeMs)

  for (const expiryMs of unread) data.read(`vol.expiries.${dateOf(expiryMs)}`, { missing: UNREAD })
  return {
    horizonDays,
    atmIv: data.read('vol.atmIv', atmIv),
    realisedVol: data.read('vol.realisedVol', realisedVol),
    ivrv: data.read('vol.ivrv', ratio(atmIv, realisedVol)),
    expiries: smiles.map((smile) => {
      const term = smileTermOf(smile)
      if (term.riskReversal25 === null) {
        data.read(`vol.expiries.${dateOf(term.expiryMs)}.riskReversal25`, {
          missing: `its ${term.nodes} volatilities do not reach 25 deltas on both sides`,
        })
      }
      return term
    }),
    tenors: tenors.map((tenor) => ({
      days: tenor.days,
      atmIv: data.read(`vol.tenors.${tenor.days}d.atmIv`, tenor.atmIv),
      riskReversal25: data.read(`vol.tenors.${tenor.days}d.riskReversal25`, tenor.riskReversal25),
      butterfly25: tenor.butterfly25,
      expiriesMs: tenor.expiriesMs,
    })),
    termSlope: {
      front: data.read('vol.termSlope.front', difference(tenorOf(30).atmIv, tenorOf(7).atmIv)),
      back: data.read('vol.termSlope.back', difference(tenorOf(90).atmIv, tenorOf(30).atmIv)),
    },
    realised: windows.flatMap((window, i) => data.read(`vol.realised.${days[i]}d`, window) ?? []),
    ewma: data.read('vol.ewma', ewmaOf(recent, kept?.ewma)),
    forecast: data.read('vol.forecast', forecastVol(recent, { horizonDays, trailing: realisedVol, kept: kept?.har })),
    dvol: data.read('vol.dvol', dvol),
    dvolDayChange: data.read('vol.dvolDayChange', dvolDayChange(dvolHours, dvol, timeMs)),
    ivRank: data.read('vol.ivRank', ivRankOf(dvolDays, dvol, timeMs)),
  }
}

type TenorReading = Omit<TenorVol, 'atmIv' | 'riskReversal25'> & Record<'atmIv' | 'riskReversal25', Datum<number>>

/** Volatility at so many days, between the smiles beside them. The butterfly is there where the risk reversal is. */
function tenorAt(days: number, smiles: readonly ExpirySmile[], timeMs: number): TenorReading {
  const targetYears = yearsBetween(timeMs, timeMs + days * DAY_MS)
  const before = smiles.findLast(({ expiryYears }) => expiryYears <= targetYears)
  const after = smiles.find(({ expiryYears }) => expiryYears >= targetYears)
  if (before === undefined || after === undefined) {
    const side = before === undefined ? 'before' : 'after'
    const missing = smiles.length === 0 ? 'no expiry has a smile' : `no expiry with a smile is ${side} ${days} days`
    return { days, atmIv: { missing }, riskReversal25: { missing }, butterfly25: null, expiriesMs: [] }
  }
  const around = before === after ? [before] : [before, after]
  const { atmIv, riskReversal25, butterfly25 } = constantMaturityReading(
    targetYears,
    around.map(({ reading, expiryYears }) => ({
      expiryYears,
      atmIv: reading.atmIv,
      riskReversal25: reading.riskReversal25,
      butterfly25: reading.butterfly25,
      riskReversal10: reading.riskReversal10,
      butterfly10: reading.butterfly10,
    })),
  )
  return {
    days,
    // A smile always has it.
    atmIv: { value: atmIv as number },
    riskReversal25: riskReversal25 === null ? { missing: NO_RISK_REVERSAL } : { value: riskReversal25 },
    butterfly25,
    expiriesMs: around.map(({ expiryMs }) => expiryMs),
  }
}

function ratio(atmIv: Datum<number>, realisedVol: Datum<number>): Datum<number> {
  if ('missing' in atmIv) return atmIv
  if ('missing' in realisedVol) return realisedVol
  if (realisedVol.value === 0) return { missing: INDEX_STOOD_STILL }
  return { value: atmIv.value / realisedVol.value }
}

function difference(later: Datum<number>, earlier: Datum<number>): Datum<number> {
  if ('missing' in later) return later
  return mapped(earlier, (value) => later.value - value)
}

function mapped<T, U>(datum: Datum<T>, change: (value: T) => U): Datum<U> {
  return 'missing' in datum ? datum : { value: change(datum.value) }
}

/** Expiries are told apart by their UTC date. */
function dateOf(expiryMs: number): string {
  return new Date(expiryMs).toISOString().slice(0, 10)
}

const UNREAD = 'no volatility on both sides of its forward'
const NO_RISK_REVERSAL = 'an expiry beside it does not reach 25 deltas on both sides'
