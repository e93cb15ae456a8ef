import { describe, expect, it } from 'vitest'
import type { BacktestResult, CallStory } from '../results/result.js'
import { reportCsv } from './report-csv.js'
import { resultForTest } from './result.fixture.js'

const result = resultForTest({ days: 20, stepHours: 6 })

describe('reportCsv', () => {
  it('has a line for each moment, call and month of each coin, below a head', () => {
    const { equity, calls, months } = reportCsv(result)
    const coins = Object.values(result.underlyings)
    const count = (of: (coin: (typeof coins)[number]) => number) => coins.reduce((sum, coin) => sum + of(coin), 1)
    expect(equity.split('\r\n').length - 1).toBe(count(({ curve }) => curve.timeMs.length))
    expect(calls.split('\r\n').length - 1).toBe(count(({ stories }) => stories.length))
    expect(months.split('\r\n').length - 1).toBe(count((coin) => coin.months.length))
    expect(equity.split('\r\n')[0]).toBe('currency,time,timeMs,indexUsd,equityCoin,equityUsd,heldUsd,overlayCoin')
  })

  it('gives every digit of a figure', () => {
    const row = reportCsv(result).equity.split('\r\n')[5]?.split(',')
    const curve = result.underlyings.BTC?.curve
    expect(row).toEqual([
      'BTC',
      '2026-01-03T00:00:00.000Z',
      String(curve?.timeMs[4]),
      ...(['indexUsd', 'equityCoin', 'equityUsd', 'heldUsd', 'overlayCoin'] as const).map((name) =>
        String(curve?.[name][4]),
      ),
    ])
  })

  it.each([
    { reasoning: 'a "b", c\nd', cell: '"a ""b"", c\nd"', why: 'quotes, commas and lines are quoted' },
    { reasoning: '=HYPERLINK("x")', cell: '"\'=HYPERLINK(""x"")"', why: 'a formula is text' },
    { reasoning: '@SUM(A1)', cell: "'@SUM(A1)", why: 'another way to begin one' },
    { reasoning: '', cell: '', why: 'no words are no words' },
  ])('writes words so that no reader takes them for more: $why', ({ reasoning, cell }) => {
    expect(reportCsv(withStory({ reasoning })).calls).toMatch(new RegExp(`,${quote(cell)}\r\n$`))
  })

  it('leaves empty what is missing', () => {
    expect(reportCsv(withStory({ iv: null, dte: 7, premiumCoin: 0.5 })).calls).toContain(',7,,0.5,')
  })
})

function withStory(story: Partial<CallStory>): BacktestResult {
  const coin = result.underlyings.BTC
  const first = coin?.stories[0]
  if (coin === undefined || first === undefined) throw new Error('The fixture has no call.')
  return { ...result, underlyings: { BTC: { ...coin, stories: [{ ...first, ...story }] } } }
}

function quote(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
