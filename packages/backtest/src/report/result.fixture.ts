import type { Currency } from '@cc/models'
import type { BacktestResult, Benchmark, CoinResult, EquityCurve, Metrics } from '../results/result.js'
import { curveForTest, DAY_MS, START_MS, seededRandom, storiesForTest } from './curve.fixture.js'

/** A result as a run of some months leaves it: random walks and weekly calls, the same for the same seed. */
export function resultForTest(
  options: { currencies?: readonly Currency[]; days?: number; stepHours?: number; seed?: number } = {},
): BacktestResult {
  const { currencies = ['BTC', 'ETH'], days = 150, stepHours = 1, seed = 7 } = options
  const coins = currencies.map((currency, at) => [currency, coinForTest(currency, days, stepHours, seed + at)] as const)
  const toMs = START_MS + days * DAY_MS
  return {
    schemaVersion: 1,
    run: {
      runHash: 'a3'.repeat(32),
      codeVersion: '0.1.0',
      policy: 'rules',
      preset: 'weekly-25-delta',
      seed,
      fill: 'cross',
      history: {
        kind: 'recorded',
        description: 'Hourly option chains of one exchange, six months',
        currencies,
        fromMs: START_MS,
        toMs,
        coins: currencies.map((currency) => ({ currency, snapshots: days * 24, rows: days * 24 * 612 })),
        gaps: currencies.map((currency) => ({
          currency,
          fromMs: START_MS + 9 * DAY_MS,
          toMs: START_MS + 9.5 * DAY_MS,
        })),
        checksum: '5c'.repeat(32),
        badRows: {
          count: 3,
          first: [{ file: 'btc.csv', row: 1_204, field: 'bid', value: 'NaN', expected: 'a price in coin, or empty' }],
        },
        assumptions: [
          'Sizes at the top of the book are assumed: 10 coins.',
          'Deliveries settle on the spot price at 08:00 UTC.',
        ],
      },
      configuration: {
        policy: { deltaMin: 0.19, deltaMax: 0.31, dteMin: 5, dteMax: 9 },
        risk: { maxCoverage: 1, maxMarginUsedPct: 60 },
        exchange: { latencyMs: 250, seed },
      },
      reproduce: `ccagent backtest --data data --underlying ${currencies.join(',')} --preset weekly-25-delta --fill cross`,
      warnings: ['21 sales are few: intervals are wide.', 'A gap of 12 hours in each coin.'],
    },
    underlyings: Object.fromEntries(coins),
    decisions: {
      decisions: days * 24,
      actions: { DO_NOTHING: days * 24 - 48, OPEN_COVERED_CALL: 40, ROLL_COVERED_CALL: 5, CLOSE_COVERED_CALL: 3 },
      refusals: { 'coverage-exceeded': 4, 'stale-market': 11 },
      failures: { 'deribit/outcome-unknown': 1 },
      rejections: { 'delta-too-high': 51_230, 'dte-too-far': 80_112, 'premium-below-min': 902 },
    },
  }
}

/** The same with no figure where a figure may be missing, and nothing sold. */
export function blankResultForTest(): BacktestResult {
  const full = resultForTest({ currencies: ['BTC'], days: 10 })
  const coin = full.underlyings.BTC
  if (coin === undefined) throw new Error('The fixture has no BTC.')
  const kept = new Set(['totalReturn', 'maxDrawdown', 'ulcer', 'premiumKept'])
  const blank = <T extends object>(record: T): T =>
    Object.fromEntries(
      Object.entries(record).map(([key, value]) => {
        if (key === 'sharpe') return [key, { value: null, low: null, high: null }]
        return [key, typeof value === 'number' && !kept.has(key) ? null : value]
      }),
    ) as T
  return {
    ...full,
    run: { ...full.run, preset: null, reproduce: null, warnings: [] },
    underlyings: {
      BTC: {
        ...coin,
        coin: blank(coin.coin),
        usd: blank(coin.usd),
        held: blank(coin.held),
        calls: {
          ...blank(coin.calls),
          sales: 0,
          rolls: 0,
          premiumCoin: 0,
          premiumUsd: 0,
          timeUncovered: 1,
          premiumKept: null,
        },
        stories: [],
        months: [],
        benchmarks: [],
        sensitivity: [],
        overfit: { trials: 1, psr: null, dsr: null, pbo: null },
        overlayFall: {
          ...coin.overlayFall,
          worstDayMs: null,
          drawdownFromMs: null,
          drawdownLowMs: null,
          drawdownToMs: null,
        },
        verdict: {
          evidence: 'none',
          sentence: 'No evidence that selling calls helped here.',
          reasons: [],
          objective: 'coin',
          edge: { value: null, low: null, high: null },
        },
      },
    },
    decisions: { decisions: 0, actions: {}, refusals: {}, failures: {}, rejections: {} },
  }
}

function coinForTest(currency: Currency, days: number, stepHours: number, seed: number): CoinResult {
  const random = seededRandom(seed)
  const depositCoin = currency === 'BTC' ? 10 : 100
  const curve = curveForTest(random, depositCoin, { days, stepHours, startUsd: currency === 'BTC' ? 93_000 : 3_100 })
  const last = curve.timeMs.length - 1
  const stories = storiesForTest(random, curve, currency, depositCoin)
  const [coin, usd, held] = [metricsForTest(random), metricsForTest(random), metricsForTest(random)]
  const overlayCoin = curve.overlayCoin[last] ?? 0
  const indexUsd = curve.indexUsd[last] ?? 0
  const overlayUsd = overlayCoin * indexUsd
  return {
    depositCoin,
    finalEquityCoin: depositCoin + overlayCoin,
    finalEquityUsd: curve.equityUsd[last] ?? 0,
    heldUsd: curve.heldUsd[last] ?? 0,
    overlayCoin,
    overlayUsd,
    overlayFall: {
      worstDayCoin: -0.0412,
      worstDayShare: -0.0412 / depositCoin,
      worstDayMs: START_MS + 3 * DAY_MS,
      maxDrawdownCoin: -0.0913,
      maxDrawdownShare: -0.0913 / depositCoin,
      drawdownFromMs: START_MS + 2 * DAY_MS,
      drawdownLowMs: START_MS + 4 * DAY_MS,
      drawdownToMs: START_MS + 6 * DAY_MS,
    },
    fromMs: curve.timeMs[0] ?? 0,
    toMs: curve.timeMs[last] ?? 0,
    curve,
    coin: { ...coin, beta: null, downsideBeta: null, upCapture: null, downCapture: null },
    usd,
    held,
    attribution: {
      coin: parts(random, overlayCoin),
      usd: parts(random, overlayUsd),
    },
    calls: {
      sales: stories.length,
      premiumCoin: 0.9123,
      premiumUsd: 82_345.6,
      feesCoin: 0.0121,
      buybackCoin: 0.2011,
      payoutCoin: 0.1502,
      premiumKept: 0.6018,
      grossYield: 0.2214,
      winRate: 0.8095,
      assignmentRate: 0.1429,
      expectedAssignmentRate: 0.2211,
      upsideForgoneCoin: 0.1502,
      timeUncovered: 0.0312,
      averageDelta: 0.2487,
      averageDte: 7.02,
      averageIvrv: 1.184,
      turnover: 104.3,
      rolls: 5,
      rollCreditCoin: -0.0213,
      marginUsedP95Pct: 31.42,
      fillAgainstMidBps: -212.4,
      fillAgainstMidIv: -0.0118,
      fillAgainstMarkBps: -187.1,
    },
    stories,
    months: monthsForTest(random, curve),
    benchmarks: ['hold', 'bxm', 'weekly-10-delta', 'always-atm'].map((name) =>
      benchmarkForTest(random, name, depositCoin),
    ),
    sensitivity: [0.5, 1, 2].flatMap((spreadFactor) =>
      [0.5, 1, 2].map((feeFactor) => {
        const left = overlayCoin - 0.08 * (spreadFactor - 1) - 0.02 * (feeFactor - 1)
        return { spreadFactor, feeFactor, overlayCoin: left, overlayUsd: left * indexUsd }
      }),
    ),
    overfit: { trials: 8, psr: 0.913, dsr: 0.611, pbo: 0.28 },
    verdict: {
      evidence: currency === 'BTC' ? 'for' : 'none',
      sentence:
        currency === 'BTC'
          ? `Selling calls added ${overlayCoin.toFixed(4)} BTC here, more than chance would.`
          : 'No evidence that selling calls helped here: the interval of the edge holds zero.',
      reasons: ['The interval of the yearly edge is wide.', 'The result stands at double the spread.'],
      objective: 'coin',
      edge: { value: 0.132, low: currency === 'BTC' ? 0.021 : -0.061, high: 0.243 },
    },
  }
}

function monthsForTest(random: () => number, curve: EquityCurve): CoinResult['months'] {
  const months = new Set(curve.timeMs.map((timeMs) => new Date(timeMs).toISOString().slice(0, 7)))
  return [...months].map((month) => ({
    month,
    overlayCoin: 0.3 * (random() - 0.4),
    returnUsd: 0.3 * (random() - 0.5),
    heldReturnUsd: 0.3 * (random() - 0.5),
    premiumCoin: 0.1 + 0.2 * random(),
  }))
}

function benchmarkForTest(random: () => number, name: string, depositCoin: number): Benchmark {
  const finalEquityCoin = depositCoin * (1 + 0.1 * (random() - 0.5))
  return {
    name,
    finalEquityCoin,
    finalEquityUsd: finalEquityCoin * 91_000,
    coin: metricsForTest(random),
    usd: metricsForTest(random),
  }
}

function metricsForTest(random: () => number): Metrics {
  const sharpe = 2 * (random() - 0.3)
  return {
    totalReturn: 0.4 * (random() - 0.4),
    cagr: 0.8 * (random() - 0.4),
    volatility: 0.3 + 0.2 * random(),
    sharpe: { value: sharpe, low: sharpe - 1.4, high: sharpe + 1.3 },
    sortino: sharpe * 1.4,
    calmar: sharpe * 0.8,
    maxDrawdown: -0.05 - 0.2 * random(),
    drawdownFromMs: START_MS + 20 * DAY_MS,
    drawdownLowMs: START_MS + 41 * DAY_MS,
    drawdownToMs: random() < 0.5 ? null : START_MS + 77 * DAY_MS,
    ulcer: 0.06 * random(),
    upi: sharpe * 2,
    var95: -0.04 * random(),
    cvar95: -0.06 * random(),
    skew: random() - 0.7,
    kurtosis: 3 + 2 * random(),
    tailRatio: 0.8 + 0.3 * random(),
    beta: 0.7 + 0.3 * random(),
    downsideBeta: 0.7 + 0.3 * random(),
    upCapture: 0.7 + 0.3 * random(),
    downCapture: 0.7 + 0.3 * random(),
  }
}

function parts(random: () => number, total: number) {
  const [passive, timing, trading] = [total * 0.4, total * 0.1 * random(), -Math.abs(total) * 0.2]
  return { passive, timing, trading, shortVol: total - passive - timing - trading, total, meanDelta: -0.24 }
}
