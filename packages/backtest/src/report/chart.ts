import type { CallStory, CoinResult, EquityCurve } from '../results/result.js'
import type { Spot } from './spot.js'
import { thinRows } from './thin-rows.js'

/** A line of a chart: values at the rows of its charts, rounded to `decimals`. */
type ChartLine = {
  label: string
  /** The column in the result. */
  path: string
  /** Colour of the theme. */
  tone: 'strategy' | 'holding'
  decimals: number
  values: readonly number[]
}

/** A short call over its life, on a chart of spot. */
export type ChartCall = { symbol: string; fromSec: number; toSec: number; strikeUsd: number; end: CallStory['end'] }

/** Lines over time, as data: drawn once without scripts, and again with them. */
export type Chart = {
  /** Of the figure that it stands in; unique on the page. */
  id: string
  title: string
  /** What is seen, for who cannot see it. */
  description: string
  unit: string
  lines: readonly ChartLine[]
  /** Whether the space between the two lines is filled: a drawdown. */
  isBand: boolean
  /** Whether a logarithmic scale can be asked for. */
  hasLog: boolean
  calls: readonly ChartCall[]
}

/** The charts of one coin over the same moments. */
export type CoinCharts = {
  /** Rows of the curve that are drawn. */
  rows: readonly number[]
  timeSec: readonly number[]
  charts: readonly Chart[]
}

/** The charts of a coin: equity against holding, the calls alone below their high, spot against strikes. */
export function coinCharts(currency: string, coin: Spot<CoinResult>): CoinCharts {
  const curve = coin.value.curve
  const rows = thinRows([curve.equityUsd, curve.indexUsd, curve.overlayCoin])
  const column = (name: keyof EquityCurve) => rows.map((row) => curve[name][row] ?? Number.NaN)
  const line = (label: string, name: keyof EquityCurve, tone: ChartLine['tone'], decimals: number): ChartLine => ({
    label,
    path: coin.at('curve').at(name).path,
    tone,
    decimals,
    values: column(name).map((value) => round(value, decimals)),
  })
  const overlay = line('Calls alone', 'overlayCoin', 'strategy', 8)
  const plain = { isBand: false, hasLog: false, calls: [] }
  const charts: readonly Chart[] = [
    {
      ...plain,
      id: `chart-${currency}-equity`,
      title: 'Equity against holding',
      description: `Value in USD of the account with calls, and of the ${currency} deposit held without them.`,
      unit: 'USD',
      hasLog: [...curve.equityUsd, ...curve.heldUsd].every((value) => value > 0),
      lines: [line('With calls', 'equityUsd', 'strategy', 2), line('Holding', 'heldUsd', 'holding', 2)],
    },
    {
      ...plain,
      id: `chart-${currency}-overlay`,
      title: 'The calls alone',
      description: `Coins above the deposit, and their highest so far. The space between the lines is the drawdown.`,
      unit: currency,
      isBand: true,
      lines: [{ ...overlay, label: 'Highest so far', tone: 'holding', values: highsOf(overlay.values) }, overlay],
    },
    {
      ...plain,
      id: `chart-${currency}-strikes`,
      title: 'Spot and strikes',
      description: 'The index, and a bar at the strike of each call from its sale to its end.',
      unit: 'USD',
      calls: coin.value.stories.map(chartCall),
      lines: [line('Index', 'indexUsd', 'strategy', 2)],
    },
  ]
  return { rows, timeSec: column('timeMs').map((timeMs) => Math.round(timeMs / 1000)), charts }
}

function chartCall(story: CallStory): ChartCall {
  return {
    symbol: story.symbol,
    fromSec: Math.round(story.soldMs / 1000),
    toSec: Math.round(story.endedMs / 1000),
    strikeUsd: story.strikeUsd,
    end: story.end,
  }
}

function highsOf(values: readonly number[]): readonly number[] {
  let high = Number.NEGATIVE_INFINITY
  return values.map((value) => {
    high = Math.max(high, value)
    return high
  })
}

/** Digits that no eye sees on a chart are most of the size of a page. */
function round(value: number, decimals: number): number {
  return Number(value.toFixed(decimals))
}
