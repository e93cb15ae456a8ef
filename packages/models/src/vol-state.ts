import { z } from 'zod'

const iv = z.number().positive()
const realised = z.number().nonnegative()

/** What the smile of one expiry says. Volatilities are ratios, at deltas of Black-Scholes. */
export const smileTermSchema = z.object({
  expiryMs: z.int(),
  /** Days to expiry, a fraction too. */
  dte: z.number().positive(),
  /** Median forward of its quotes. */
  forwardUsd: z.number().positive(),
  /** IV at the forward. */
  atmIv: iv.nullable(),
  /** IV of the 25-delta call − IV of the 25-delta put: negative where puts cost more. */
  riskReversal25: z.number().nullable(),
  /** ½ (25-delta call + put) − at the money. */
  butterfly25: z.number().nullable(),
  /**
   * What it was read off: middles of bid and ask of out-of-the-money options (`book`), or the venue's marks where the
   * book does not reach (`mark`), which lie above the calls that one sells.
   */
  source: z.enum(['book', 'mark']),
  /** How many volatilities it was read off. */
  nodes: z.int().positive(),
})
export type SmileTerm = z.infer<typeof smileTermSchema>

/** Volatility at a fixed number of days: total variance linear in time, risk reversal and butterfly linear in √time. */
export const tenorVolSchema = z.object({
  days: z.number().positive(),
  atmIv: iv.nullable(),
  riskReversal25: z.number().nullable(),
  butterfly25: z.number().nullable(),
  /** Expiries that it lies between, one where it falls on it, none where there is nothing on one of its sides. */
  expiriesMs: z.array(z.int()).max(2).readonly(),
})
export type TenorVol = z.infer<typeof tenorVolSchema>

/** Realised volatility of the index over one window, by each estimator, from the same hourly bars. Annual ratios. */
export const realisedWindowSchema = z.object({
  windowDays: z.number().positive(),
  /** From the opening of the first bar to the close of the last. */
  fromMs: z.int(),
  toMs: z.int(),
  bars: z.int().positive(),
  /** Bars that the venue lacks between the first and the last. */
  missingBars: z.int().nonnegative(),
  /** From closes, zero mean. */
  closeToClose: realised,
  parkinson: realised,
  garmanKlass: realised,
  rogersSatchell: realised,
  yangZhang: realised,
})
export type RealisedWindow = z.infer<typeof realisedWindowSchema>

/** Volatility of one currency. Ratios: 0.52 = 52 %. `null` is missing, with its reason in `UnderlyingState.missing`. */
export const volStateSchema = z.object({
  /** Days that `atmIv`, `realisedVol`, `ivrv` and `forecast` are of. */
  horizonDays: z.int().positive(),
  /** At-the-money-forward IV at `horizonDays`: that of its entry in `tenors`. */
  atmIv: iv.nullable(),
  /** Close-to-close over `horizonDays`: that of its entry in `realised`. */
  realisedVol: realised.nullable(),
  /** `atmIv / realisedVol`. */
  ivrv: realised.nullable(),
  /** Smiles by time to expiry, those ahead that have a reading. */
  expiries: z.array(smileTermSchema).readonly(),
  /** 7, 30 and 90 days, and `horizonDays`, rising. */
  tenors: z.array(tenorVolSchema).readonly(),
  /** Differences of at-the-money IV: `front` is 30 days − 7 days, `back` is 90 − 30. Positive rises with time. */
  termSlope: z.object({ front: z.number().nullable(), back: z.number().nullable() }),
  /** 7, 30 and 90 days, and `horizonDays`, rising; a window that lacks bars is absent, with its reason in `missing`. */
  realised: z.array(realisedWindowSchema).readonly(),
  /**
   * RiskMetrics' exponentially weighted volatility of `returns` hourly returns, whose weights fade by `lambda` a day.
   */
  ewma: z.object({ vol: realised, lambda: z.number(), returns: z.int().positive() }).nullable(),
  /**
   * Volatility expected over the coming `horizonDays`: the mean of `realisedVol` and of HAR on daily realised variances
   * (`har-and-trailing`), or where there are too few days for HAR, `realisedVol` alone (`trailing`). `days` is what it
   * was computed from. On average it lies 2 to 3 vol points above what follows.
   */
  forecast: z
    .object({ vol: realised, model: z.enum(['har-and-trailing', 'trailing']), days: z.int().positive() })
    .nullable(),
  /** Last close of the venue's 30-day volatility index; when it was known is in `UnderlyingState.parts`. */
  dvol: iv.nullable(),
  /** `dvol` less the hourly close of 24 hours ago, in volatility: 0.10 is a rise of 10 points. */
  dvolDayChange: z.number().nullable(),
  /**
   * `dvol` among the daily closes of the volatility index over the last year: `rank` is (now − least) / (most − least),
   * `percentile` the share of `days` that closed below it, both 0..1.
   */
  ivRank: z
    .object({
      rank: z.number().min(0).max(1),
      percentile: z.number().min(0).max(1),
      leastIv: iv,
      mostIv: iv,
      days: z.int().positive(),
      fromMs: z.int(),
      toMs: z.int(),
    })
    .nullable(),
})
export type VolState = z.infer<typeof volStateSchema>
