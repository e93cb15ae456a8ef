import { createHash } from 'node:crypto'
import { CcError, type Currency } from '@cc/models'
import { z } from 'zod'
import type { BarColumns, CoinSeries } from '../history/chain-columns.js'
import type { History, HistoryGap } from '../history/history.js'
import { unionOf } from '../history/history-market.js'
import { createDriverSeries, lastClosed } from './driver-series.js'
import { fitSentences } from './fit-sentences.js'
import type { SurfaceFit } from './fit-surface-model.js'
import { ASSUMED_SIZE_COIN } from './option-rows.js'
import { createReconstructedMarket } from './reconstructed-market.js'
import { RECORDED_SURFACE } from './recorded-surface.js'
import { stepTimes } from './step-times.js'

const factorSchema = z.number().min(0.5).max(1.5)

export const reconstructedHistoryOptionsSchema = z
  .strictObject({
    /** First and last moment of the snapshots, UTC epoch ms. */
    fromMs: z.int().positive(),
    toMs: z.int().positive(),
    /** Between two snapshots, ms: whole hours, on multiples of it (UTC). Default: an hour. */
    everyMs: z.int().positive().multipleOf(3_600_000).default(3_600_000),
    /**
     * What the premium of calls of up to ten days is multiplied by, at 10, 25 and 50 delta, 0.5..1.5. Default: nothing. On
     * Friday mornings the recorded ones were 0.80, 0.90 and 0.95 of the modelled ones of BTC.
     */
    premiumFactors: z.strictObject({ delta10: factorSchema, delta25: factorSchema, delta50: factorSchema }).optional(),
  })
  .refine(({ fromMs, toMs }) => fromMs < toMs, { path: ['toMs'], error: 'toMs must be after fromMs' })
export type ReconstructedHistoryOptions = z.input<typeof reconstructedHistoryOptionsSchema>

/** What a reconstruction is made of. */
export type ReconstructedSources = {
  /** Real candles and the real volatility index, one for each coin. */
  series: readonly CoinSeries[]
  /** The surface of each coin. Default: `RECORDED_SURFACE`. */
  surfaces?: Readonly<Partial<Record<Currency, SurfaceFit>>>
  /** Where the series come from, in a few words. Names no absolute path. */
  source?: string
}

/**
 * Opens a history of real index and real volatility index whose chains are modelled: at each snapshot every expiry that
 * Deribit would list is quoted by the surface that the volatility index and the index's way tell, with the usual spread.
 *
 * Nothing of later bars is in a snapshot. The coefficients are those of the whole sample that was fitted, which the card
 * says, with the measured errors.
 *
 * @throws CcError `backtest/no-volatility-index`; `backtest/before-history` where the series do not reach back far enough;
 * `backtest/unknown-currency` for a coin without a surface; recovery `halt`
 * @throws ZodError naming the option, when one is unknown or out of range
 */
export function openReconstructedHistory(
  options: ReconstructedHistoryOptions,
  { series, surfaces = RECORDED_SURFACE, source = 'recorded candles and volatility index' }: ReconstructedSources,
): History {
  const parsed = reconstructedHistoryOptionsSchema.parse(options)
  const { fromMs, toMs, everyMs, premiumFactors } = parsed
  const steps = stepTimes({ fromMs, toMs, everyMs })
  const coins = series.map((each) => {
    requireReach(each, steps[0] ?? fromMs)
    return { series: each, fit: surfaceOf(each.currency, surfaces), known: steps.filter((atMs) => isFresh(each, atMs)) }
  })
  const timesMs = unionOf(coins.map(({ known }) => known))
  const currencies = coins.map((coin) => coin.series.currency)
  const description = `RECONSTRUCTED: ${source} of ${currencies.join(' and ')} under a modelled surface; no quote in it is real`
  const corrected = premiumFactors === undefined ? [] : [correctionOf(premiumFactors)]
  return {
    card: {
      kind: 'reconstructed',
      description,
      currencies,
      fromMs: timesMs[0] ?? fromMs,
      toMs: timesMs.at(-1) ?? toMs,
      coins: coins.map(({ series: { currency }, known }) => ({ currency, snapshots: known.length, rows: null })),
      gaps: coins.flatMap(({ series: { currency }, known }) => gapsBetween(currency, known, everyMs)),
      checksum: checksumOf(coins, parsed),
      badRows: { count: 0, first: [] },
      assumptions: [
        ...coins.flatMap(({ series: { currency }, fit }) => fitSentences(currency, fit)),
        ...corrected,
        ...SENTENCES,
      ],
    },
    timesMs,
    market: createReconstructedMarket({
      coins: coins.map(({ series: each, fit: { model } }) => ({ series: each, model, premiums: premiumFactors })),
      startMs: timesMs[0] ?? fromMs,
      everyMs,
      description,
    }),
    chains: new Map(),
    recipe: { kind: 'reconstructed', options: parsed, ...{ series, surfaces, source } },
  }
}

const HOUR_MS = 3_600_000
/** Bars that are older than this are none of the moment: there is no snapshot then. */
const STALE_CANDLE_MS = 3 * HOUR_MS
const STALE_DVOL_MS = 72 * HOUR_MS
const USUAL_SPACINGS = 3

const SENTENCES = [
  'Listed are the expiries and strikes that Deribit would list, as far out as 185 days and 1.3 deviations by the volatility index, 10 delta and a little more.',
  `Spreads are the medians of January to May 2026 by delta and tenor, at least a tick; every price has a size of ${ASSUMED_SIZE_COIN.BTC} BTC or ${ASSUMED_SIZE_COIN.ETH} ETH.`,
  'Ticks and fees are those of 2026 throughout. The index is the open of the hour of its candles, and so is the price of a delivery, where no other is known.',
]

function correctionOf({ delta10, delta25, delta50 }: { delta10: number; delta25: number; delta50: number }): string {
  return `Modelled premiums of calls of up to ten days are multiplied by ${delta10} at 10, ${delta25} at 25 and ${delta50} at 50 delta.`
}

function surfaceOf(currency: Currency, surfaces: Readonly<Partial<Record<Currency, SurfaceFit>>>): SurfaceFit {
  const fit = surfaces[currency]
  if (fit !== undefined) return fit
  throw new CcError(`There is no surface of ${currency}.`, {
    code: 'backtest/unknown-currency',
    recovery: 'halt',
    facts: { currency, known: Object.keys(surfaces) },
  })
}

function requireReach(series: CoinSeries, firstMs: number): void {
  const { currency, candles, dvol } = series
  if (createDriverSeries(series)(firstMs) !== undefined) return
  throw new CcError(
    `The series of ${currency} do not reach far enough before ${new Date(firstMs).toISOString()}: 31 days of candles and 30 of the volatility index are needed.`,
    {
      code: 'backtest/before-history',
      recovery: 'halt',
      facts: { currency, firstMs, candlesFromMs: candles.openMs[0] ?? null, dvolFromMs: dvol?.openMs[0] ?? null },
    },
  )
}

function isFresh({ candles, dvol }: CoinSeries, atMs: number): boolean {
  return ageAt(candles, atMs) <= STALE_CANDLE_MS && dvol !== undefined && ageAt(dvol, atMs) <= STALE_DVOL_MS
}

function ageAt(bars: BarColumns, atMs: number): number {
  return atMs - ((bars.openMs[lastClosed(bars, atMs)] ?? Number.NEGATIVE_INFINITY) + bars.resolutionMs)
}

function gapsBetween(currency: Currency, timesMs: Float64Array, everyMs: number): readonly HistoryGap[] {
  const gaps: HistoryGap[] = []
  for (let place = 1; place < timesMs.length; place++) {
    const [fromMs, toMs] = [timesMs[place - 1] as number, timesMs[place] as number]
    if (toMs - fromMs > USUAL_SPACINGS * everyMs) gaps.push({ currency, fromMs, toMs })
  }
  return gaps
}

/** Of all that the snapshots are made of. */
function checksumOf(
  coins: readonly { series: CoinSeries; fit: SurfaceFit }[],
  options: z.output<typeof reconstructedHistoryOptionsSchema>,
): string {
  const hash = createHash('sha256').update(JSON.stringify([options, coins.map(({ fit }) => fit.model)]))
  for (const { currency, candles, dvol, deliveryUsd } of coins.map(({ series }) => series)) {
    hash.update(JSON.stringify([currency, [...deliveryUsd]]))
    for (const bars of dvol === undefined ? [candles] : [candles, dvol]) {
      const until = lastClosed(bars, options.toMs + bars.resolutionMs) + 1
      for (const column of [bars.openMs, bars.open, bars.high, bars.low, bars.close]) {
        hash.update(new Uint8Array(column.buffer, column.byteOffset, until * column.BYTES_PER_ELEMENT))
      }
    }
  }
  return hash.digest('hex')
}
