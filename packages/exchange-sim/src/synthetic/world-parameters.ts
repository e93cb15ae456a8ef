import type { Currency } from '@cc/models'

/**
 * What shapes one currency of the synthetic world. Volatilities and rates are annual ratios. Rows over tenors follow
 * `SURFACE_TENORS_DAYS` or `CARRY_TENORS_DAYS`. Measured on Deribit's chains of January to May 2026.
 */
export type WorldParameters = {
  /** Index at the hour in which the exchange opens. */
  startIndexUsd: number
  /** Usual at-the-money IV of 30 days. */
  atmIv: number
  /** At-the-money IV of each tenor over that of 30 days. */
  atmRatio: readonly number[]
  /** 25-delta risk reversal (call minus put) over at-the-money IV: mean and standard deviation. */
  skew25: readonly number[]
  skew25Deviation: readonly number[]
  /** The same of 10 delta, mean only: it moves with that of 25. */
  skew10: readonly number[]
  /** 25-delta butterfly (mean of call and put minus at the money) over at-the-money IV. */
  wings25: readonly number[]
  wings25Deviation: readonly number[]
  wings10: readonly number[]
  /** ln(forward / index) per year: mean and standard deviation. */
  carry: readonly number[]
  carryDeviation: readonly number[]
  /** At-the-money IV of 30 days over the venue's volatility index. */
  atmOverDvol: number
}

export const SURFACE_TENORS_DAYS = [2, 7, 14, 30, 60, 90, 180, 270] as const
export const CARRY_TENORS_DAYS = [7, 30, 90, 220] as const

export const WORLD: Readonly<Record<Currency, WorldParameters>> = {
  BTC: {
    startIndexUsd: 88_000,
    atmIv: 0.439,
    atmRatio: [0.951, 1.005, 1.003, 1, 1.007, 1.025, 1.073, 1.1],
    skew25: [-0.102, -0.121, -0.128, -0.126, -0.12, -0.114, -0.1, -0.091],
    skew25Deviation: [0.062, 0.051, 0.047, 0.042, 0.036, 0.031, 0.022, 0.018],
    skew10: [-0.219, -0.258, -0.273, -0.266, -0.262, -0.251, -0.225, -0.2],
    wings25: [0.0295, 0.0259, 0.0236, 0.0222, 0.0199, 0.0176, 0.0116, 0.0079],
    wings25Deviation: [0.0132, 0.0109, 0.0096, 0.0074, 0.0051, 0.0045, 0.004, 0.0041],
    wings10: [0.116, 0.108, 0.105, 0.107, 0.105, 0.1, 0.091, 0.084],
    carry: [0.0172, 0.0229, 0.0278, 0.0372],
    carryDeviation: [0.028, 0.0152, 0.0108, 0.0083],
    atmOverDvol: 0.95,
  },
  ETH: {
    startIndexUsd: 2_950,
    atmIv: 0.619,
    atmRatio: [0.899, 0.963, 0.978, 1, 1.02, 1.033, 1.058, 1.07],
    skew25: [-0.073, -0.078, -0.076, -0.069, -0.06, -0.053, -0.037, -0.028],
    skew25Deviation: [0.064, 0.045, 0.035, 0.026, 0.019, 0.017, 0.014, 0.013],
    skew10: [-0.171, -0.175, -0.175, -0.159, -0.138, -0.124, -0.097, -0.079],
    wings25: [0.033, 0.0286, 0.0261, 0.0225, 0.0189, 0.0167, 0.0129, 0.0108],
    wings25Deviation: [0.0107, 0.0078, 0.0056, 0.0038, 0.0026, 0.0024, 0.0026, 0.0029],
    wings10: [0.131, 0.119, 0.111, 0.1, 0.091, 0.086, 0.077, 0.072],
    carry: [0.0136, 0.0159, 0.0219, 0.0301],
    carryDeviation: [0.0239, 0.0117, 0.0072, 0.005],
    atmOverDvol: 0.96,
  },
}

/**
 * The forces that each currency is under: those of volatility move together in both and against the index (see
 * `CORRELATION`); wings and carry go their own ways, skew goes with the index. Each is an Ornstein-Uhlenbeck process;
 * those of volatility act on its logarithm.
 *
 * A slow and a fast one reproduce how at-the-money IVs moved in 2026: standard deviation of ln ATM30 0.14, of
 * ln(ATM / ATM30) 0.07 at 7 days, 0.04 at 14, 0.03 at 60, 0.05 at 90 and 0.08 at 180; daily change of ATM30 3-5 %.
 */
export const FORCES = {
  slow: { halfLifeDays: 40, deviation: 0.18 },
  fast: { halfLifeDays: 3, deviation: 0.2 },
  /** What sellers of volatility ask more or less than usual: moves IVs, not the index. */
  premium: { halfLifeDays: 4, deviation: 0.04 },
  /** In standard deviations of `skew25Deviation`, `wings25Deviation`, `carryDeviation`. Daily correlation 0.85. */
  skew: { halfLifeDays: 4.3, deviation: 1 },
  wings: { halfLifeDays: 4.3, deviation: 1 },
  carry: { halfLifeDays: 4.3, deviation: 1 },
} as const

/**
 * The index's own calm volatility over at-the-money IV. With the forces' convexity and the jumps on top, IV lies some
 * ten percent above realised volatility in the median.
 */
export const CALM_VOL_OVER_ATM = 0.84

/**
 * Correlations of shocks: of the two indices, of each volatility force in both currencies, of an index with the
 * volatility forces and with the skew of its own currency. Daily changes of DVOL then correlate by −0.5 with those of
 * the index (2021 to 2026: −0.3; 2025 on: −0.5; 2026: −0.75) and by 0.75 with each other, as they did.
 */
export const CORRELATION = { indices: 0.8, volatilities: 0.85, leverage: -0.35, spotSkew: 0.4 } as const

/**
 * Jumps of both indices at once, of a log size around 0; ETH takes `ethBeta` of it. A jump wakes the fast volatility
 * by a multiple of its size, a fall more than a rise. They bring the kurtosis of daily returns to that of 2024 to 2026,
 * 6 to 8.
 */
export const JUMPS = { perYear: 8, deviation: 0.06, ethBeta: 1.3, fastPerFall: 8, fastPerRise: 2 } as const

/** Reads rows of values by tenor at one tenor: linear in the logarithm of the tenor, flat outside. */
export function atTenor(tenorsDays: readonly number[], days: number): (row: readonly number[]) => number {
  const places = tenorsDays.map(Math.log)
  const at = Math.log(days)
  return (row) => interpolate(places, row, at)
}

/** Reads a row of values over ascending places: linear between them, flat outside. */
export function interpolate(places: readonly number[], row: readonly number[], at: number): number {
  const last = places.length - 1
  let upper = 0
  while (upper < last && (places[upper] as number) < at) upper++
  const toPlace = places[upper] as number
  const toValue = row[upper] as number
  if (upper === 0 || at >= toPlace) return toValue
  const fromPlace = places[upper - 1] as number
  const fromValue = row[upper - 1] as number
  return fromValue + ((toValue - fromValue) * (at - fromPlace)) / (toPlace - fromPlace)
}
