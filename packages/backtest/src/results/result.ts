import type { Currency } from '@cc/models'
import type { HistoryCard } from '../history/history.js'

/*
 * What a backtest says, as JSON. Every number of a report is one of these. A figure that cannot be stated is `null`, never 0.
 * Returns, volatilities and shares are ratios (0.05 is 5 %), coin figures in coin, USD figures in USD, times UTC epoch ms.
 */

/** A figure with the interval that a stationary block bootstrap gives it; `low` and `high` are `null` where it cannot. */
export type Estimate = { value: number | null; low: number | null; high: number | null }

/**
 * One book in one unit, net of all costs, from returns by UTC day; the first day begins with the run and the last ends with
 * it. Of fewer than 30 days only the return and the falls are stated.
 */
export type Metrics = {
  totalReturn: number
  /** Annualised over 365 days, as all that has a year in it. */
  cagr: number | null
  volatility: number | null
  sharpe: Estimate
  sortino: number | null
  calmar: number | null
  /** 0 or below: −0.1 is 10 % under the high. */
  maxDrawdown: number
  /** From the high before the deepest drawdown to the first day that is back at it; `null`: not back yet. */
  drawdownFromMs: number | null
  drawdownLowMs: number | null
  drawdownToMs: number | null
  /** Root of the mean squared fall from the high; `upi` is the yearly return over it. */
  ulcer: number
  upi: number | null
  /** Of daily returns, at 95 %: negative is a loss. */
  var95: number | null
  cvar95: number | null
  /** By the moments of the sample: a normal distribution has 0 and 3. */
  skew: number | null
  kurtosis: number | null
  tailRatio: number | null
  /** Against holding the coins; `null` in coin, where holding does not move. */
  beta: number | null
  downsideBeta: number | null
  upCapture: number | null
  downCapture: number | null
}

/** A curve in columns of one length: of the strategy and of holding the deposit, in coin and in USD. */
export type EquityCurve = {
  timeMs: readonly number[]
  indexUsd: readonly number[]
  equityCoin: readonly number[]
  equityUsd: readonly number[]
  heldUsd: readonly number[]
  /** Equity in coin less the deposit: the book of the calls alone. */
  overlayCoin: readonly number[]
}

/** Sums of one run in one unit. `passive + timing + shortVol + trading` is `total`, exactly. */
export type Attribution = {
  passive: number
  timing: number
  shortVol: number
  /** Premium less mark less fees at each fill and delivery. */
  trading: number
  total: number
  /**
   * The mean delta of a call, in coin premium-adjusted, that splits passive from timing; over the whole run, so it is known
   * only afterwards. `null` where no call was held.
   */
  meanDelta: number | null
}

/** One call from its first sale to its end: what one decision sold of one symbol. */
export type CallStory = {
  symbol: string
  soldMs: number
  endedMs: number
  end: 'expired' | 'delivered' | 'bought-back' | 'rolled' | 'open'
  sizeCoin: number
  strikeUsd: number
  /** At the first sale. */
  indexUsd: number
  delta: number
  dte: number
  iv: number | null
  premiumCoin: number
  feesCoin: number
  buybackCoin: number
  payoutCoin: number
  /** An open call counts at its last mark. */
  pnlCoin: number
  /** Each coin at the index at which it was booked. */
  pnlUsd: number
  /** Why it was sold, in the policy's words. Text from outside: never markup. */
  reasoning: string
}

/** What covered calls are judged by beside their curve. */
export type CallFigures = {
  /** One for each decision and symbol, in however many fills; the new call of a roll is one, its old call's end is none. */
  sales: number
  premiumCoin: number
  premiumUsd: number
  feesCoin: number
  buybackCoin: number
  payoutCoin: number
  /** (premium − buyback − payout − fees) / premium. */
  premiumKept: number | null
  /** Premium over the coins that were short and for how long, a year. */
  grossYield: number | null
  /** Share of the ended calls that earned coin after all costs. */
  winRate: number | null
  /** Share of the expired that were delivered in the money, and what their N(d2) at the sale had led to expect. */
  assignmentRate: number | null
  expectedAssignmentRate: number | null
  /** Σ max(0, delivery − strike) / delivery × size: what the coins would have gained above the strikes. */
  upsideForgoneCoin: number
  /** Share of the time in which nothing was short. */
  timeUncovered: number
  /** At the sales, weighted by size. */
  averageDelta: number | null
  averageDte: number | null
  averageIvrv: number | null
  /** Sold and bought coins over the deposit, a year. */
  turnover: number
  /** Decisions that bought one call and sold another, and what both legs brought, fees paid. */
  rolls: number
  rollCreditCoin: number
  marginUsedP95Pct: number | null
  /** Premium at the fill less that at the middle, and less that at the mark, basis points of the premium; sales only. */
  fillAgainstMidBps: number | null
  /** The first of the two in implied volatility, a ratio: −0.012 is 1.2 points under the middle. By size. */
  fillAgainstMidIv: number | null
  fillAgainstMarkBps: number | null
}

/** A benchmark under the same fills, costs and capital. */
export type Benchmark = {
  name: string
  finalEquityCoin: number
  finalEquityUsd: number
  coin: Metrics
  usd: Metrics
}

/** How far the calls' own book fell, in coin and as a share of the deposit: what a stop is judged by. 0 or below. */
export type OverlayFall = {
  worstDayCoin: number
  worstDayShare: number
  /** When that day began; `null`: no day had a loss. */
  worstDayMs: number | null
  maxDrawdownCoin: number
  maxDrawdownShare: number
  drawdownFromMs: number | null
  drawdownLowMs: number | null
  drawdownToMs: number | null
}

/** Whether the run stands out of all that were tried. */
export type Overfit = {
  trials: number
  /** Probabilistic and deflated Sharpe ratio, 0..1. */
  psr: number | null
  dsr: number | null
  /** Probability of backtest overfitting by CSCV over the runs tried; `null` for one run. */
  pbo: number | null
}

/**
 * What the costs decide: the same decisions filled at the middle less `spreadFactor` half-spreads (1: at the touch) and
 * charged `feeFactor` times the fees. A fill without a touch keeps its price.
 */
export type Sensitivity = { spreadFactor: number; feeFactor: number; overlayCoin: number; overlayUsd: number }

/** A sentence one may rely on, and what it stands on. `for`: helped; `against`: harmed; `none`: no evidence either way. */
export type Verdict = {
  evidence: 'for' | 'against' | 'none'
  sentence: string
  reasons: readonly string[]
  objective: 'coin' | 'usd'
  /** Of the overlay's mean daily result in the objective's unit, annualised, over the deposit. */
  edge: Estimate
}

/** Decisions of the run. */
export type DecisionFigures = {
  decisions: number
  /** By action, then those that were refused by code of breach, then failures by code. */
  actions: Readonly<Record<string, number>>
  refusals: Readonly<Record<string, number>>
  failures: Readonly<Record<string, number>>
  /** Why calls were no candidates, in total. */
  rejections: Readonly<Record<string, number>>
}

/** One coin of a run. */
export type CoinResult = {
  depositCoin: number
  finalEquityCoin: number
  finalEquityUsd: number
  /** Holding the deposit, at the end. */
  heldUsd: number
  overlayCoin: number
  /** The same at the last index. */
  overlayUsd: number
  overlayFall: OverlayFall
  fromMs: number
  toMs: number
  curve: EquityCurve
  coin: Metrics
  usd: Metrics
  held: Metrics
  attribution: { coin: Attribution; usd: Attribution }
  calls: CallFigures
  stories: readonly CallStory[]
  /** By UTC month, in order: `2026-01`. */
  months: readonly {
    month: string
    overlayCoin: number
    /** `null` where nothing was left to return on. */
    returnUsd: number | null
    heldReturnUsd: number
    premiumCoin: number
  }[]
  benchmarks: readonly Benchmark[]
  sensitivity: readonly Sensitivity[]
  overfit: Overfit
  verdict: Verdict
}

/** How the run was made, so that it can be made again. */
export type RunCard = {
  /** Hash of all that decides what is traded and booked: equal hashes are equal books. */
  runHash: string
  codeVersion: string
  policy: string
  preset: string | null
  seed: number
  fill: 'cross' | 'mid' | 'passive'
  history: HistoryCard
  /** Options of every part in force, by name. */
  configuration: Readonly<Record<string, unknown>>
  /** A command line that gives the same; `null` where there is none. */
  reproduce: string | null
  /** What a reader must know: gaps, few trades, assumptions that matter. */
  warnings: readonly string[]
}

/** The whole of a backtest. */
export type BacktestResult = {
  schemaVersion: 1
  run: RunCard
  underlyings: Readonly<Partial<Record<Currency, CoinResult>>>
  decisions: DecisionFigures
}
