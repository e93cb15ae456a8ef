import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RunBook } from '../book/run-book.js'
import { equityOf } from './attribution.js'
import { checkBook } from './check-book.js'
import { dailyOverlay, dailySeries } from './daily.js'
import { dayMs, handBook, handNote, shortCall } from './hand-book.fixture.js'
import { randomBook, runOf } from './random-book.fixture.js'
import { summarise } from './summarise.js'
import type { SummaryContext } from './summary-context.js'
import { hedgeTiming } from './timing-hedge.js'

const CONTEXT: SummaryContext = {
  ...{ objective: 'coin', codeVersion: '1.0.0', preset: null, seed: 1, fill: 'cross', reproduce: null, resamples: 60 },
}
const world = randomBook({ seed: 5, days: 100 })
const run = runOf(world)

describe('summarise', () => {
  it('writes no number that is none, whatever the run, and reads back as it was written', () => {
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.integer({ min: 0, max: 2 ** 31 }),
          days: fc.constantFrom(0, 0.2, 1, 3, 29, 45),
          sellChance: fc.constantFrom(0, 0.1, 1),
          objective: fc.constantFrom<'coin' | 'usd'>('coin', 'usd'),
        }),
        ({ objective, ...options }) => {
          const result = summarise(runOf(randomBook(options)), { ...CONTEXT, objective })
          expect(badNumbers(result)).toEqual([])
          expect(JSON.parse(JSON.stringify(result))).toEqual(result)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('gives equal bytes for equal runs, and other intervals for another seed', () => {
    const once = JSON.stringify(summarise(run, CONTEXT))
    expect(JSON.stringify(summarise(runOf(randomBook({ seed: 5, days: 100 })), { ...CONTEXT }))).toBe(once)
    const other = summarise(run, { ...CONTEXT, seed: 2 })
    expect(other.underlyings.BTC!.coin.sharpe).not.toEqual(summarise(run, CONTEXT).underlyings.BTC!.coin.sharpe)
  })

  it('ends where the book ends', () => {
    const result = summarise(run, CONTEXT).underlyings.BTC!
    const last = world.book.rows.at(-1)!
    const equity = last.cashCoin + last.optionsCoin
    expect(result.finalEquityCoin).toBe(equity)
    expect(result.finalEquityUsd).toBe(equity * last.indexUsd)
    expect(result.overlayCoin).toBe(equity - 10)
    expect(result.heldUsd).toBe(10 * last.indexUsd)
    expect(result.coin.totalReturn).toBeCloseTo(equity / 10 - 1, 12)
    expect(result.curve.overlayCoin.at(-1)).toBe(result.overlayCoin)
    expect(result.attribution.coin.total).toBeCloseTo(result.overlayCoin, 12)
    expect([result.fromMs, result.toMs]).toEqual([world.book.rows[0]!.timeMs, last.timeMs])
  })

  it('draws a curve of one point for each moment', () => {
    const { timeMs, ...columns } = summarise(run, CONTEXT).underlyings.BTC!.curve
    expect(timeMs).toEqual([...new Set(world.book.rows.map((row) => row.timeMs))])
    for (const column of Object.values(columns)) expect(column).toHaveLength(timeMs.length)
  })

  it('puts holding first among the benchmarks, and the others under their own books', () => {
    const other = runOf(randomBook({ seed: 6, days: 100 }))
    const { benchmarks, usd, held } = summarise(run, {
      ...CONTEXT,
      benchmarks: [{ name: 'bxm', run: other }],
    }).underlyings.BTC!
    expect(benchmarks.map(({ name }) => name)).toEqual(['hold', 'bxm'])
    expect(benchmarks[0]).toMatchObject({ finalEquityCoin: 10, usd: { totalReturn: held.totalReturn } })
    expect(benchmarks[0]!.coin.sharpe.value).toBeNull()
    const own = summarise(other, CONTEXT).underlyings.BTC!
    expect(benchmarks[1]).toMatchObject({ finalEquityCoin: own.finalEquityCoin, coin: own.coin, usd: own.usd })
    expect(usd.beta).not.toBeNull()
  })

  it('shows a benchmark in its risk-managed form, under the costs of its hedge', () => {
    const other = runOf(randomBook({ seed: 6, days: 100 }))
    const benchmarks = [{ name: 'bxm, timing hedged', run: other, timingHedge: { feeRate: 0.001 } }]
    const shown = summarise(run, { ...CONTEXT, benchmarks }).underlyings.BTC!.benchmarks[1]!
    const { book, feesCoin } = hedgeTiming(other.books[0]!, { feeRate: 0.001 })
    expect(feesCoin).toBeGreaterThan(0)
    expect(shown.finalEquityCoin).toBe(equityOf(book.rows.at(-1)!))
    expect(shown.finalEquityCoin).not.toBe(equityOf(other.books[0]!.rows.at(-1)!))
  })

  it('refuses a benchmark that began with other coins', () => {
    const benchmarks = [{ name: 'bxm', run: runOf(randomBook({ seed: 6, depositCoin: 5 })) }]
    expect(() => summarise(run, { ...CONTEXT, benchmarks })).toThrow('depositCoin of bxm must be 10 BTC, got 5')
  })

  it('judges by all that was tried', () => {
    const overlays = [5, 6, 7, 8].map((seed) => dailyOverlay(randomBook({ seed, days: 100 }).book, 'coin'))
    const days = Math.min(...overlays.map((row) => row.length))
    const trials = { BTC: overlays.map((row) => row.slice(0, days)) }
    const alone = summarise(run, CONTEXT).underlyings.BTC!.overfit
    const among = summarise(run, { ...CONTEXT, trials }).underlyings.BTC!.overfit
    expect(alone).toMatchObject({ trials: 1, pbo: null })
    expect(alone.dsr).toBe(alone.psr)
    expect(among.trials).toBe(4)
    expect(among.dsr!).toBeLessThan(alone.dsr!)
    expect(among.pbo).not.toBeNull()
  })

  it('counts what the decisions came to', () => {
    const notes = [
      handNote('a', { rejections: { 'no-bid': 3 } }),
      handNote('b', {
        action: 'DO_NOTHING',
        refusals: ['crash-regime', 'spread-too-wide'],
        rejections: { 'no-bid': 1 },
      }),
      handNote('c', { action: null, failure: 'state/market-missing: no quotes of BTC' }),
    ]
    expect(summarise(runOf({ book: world.book, notes }), CONTEXT).decisions).toEqual({
      decisions: 2,
      actions: { DO_NOTHING: 1, OPEN_COVERED_CALL: 1 },
      refusals: { 'crash-regime': 1, 'spread-too-wide': 1 },
      failures: { 'state/market-missing': 1 },
      rejections: { 'no-bid': 4 },
    })
  })

  it('refuses an account without coins', () => {
    const none = runOf({ book: { ...world.book, depositCoin: 0 }, notes: [] })
    expect(() => summarise(none, CONTEXT)).toThrow('depositCoin of BTC must be above 0, got 0')
  })

  it('refuses a book without rows', () => {
    const empty = runOf({ book: { ...world.book, rows: [] }, notes: [] })
    expect(() => summarise(empty, CONTEXT)).toThrow('rows of BTC must be at least one, got 0')
  })
})

describe('the run card', () => {
  const hashOf = (context: Partial<SummaryContext>, of = run) => summarise(of, { ...CONTEXT, ...context }).run.runHash

  it('hashes all that decides the run and nothing else', () => {
    const hash = hashOf({})
    expect(hash).toMatch(/^[0-9a-f]{64}$/)
    expect(hashOf({ reproduce: 'ccagent backtest', resamples: 70 })).toBe(hash)
    const reordered = { ...run, configuration: { b: 1, a: { d: 2, c: 3 } } }
    expect(hashOf({}, { ...run, configuration: { a: { c: 3, d: 2 }, b: 1 } })).toBe(hashOf({}, reordered))
    const card = { ...run.history.card, assumptions: ['Every quote trades a million coins.'] }
    expect(hashOf({}, { ...run, history: { ...run.history, card } })).not.toBe(hash)
    const others = [hashOf({ seed: 2 }), hashOf({ fill: 'mid' }), hashOf({ codeVersion: '2' }), hashOf({}, reordered)]
    expect(new Set([hash, ...others]).size).toBe(5)
  })

  it('warns of what a reader must know', () => {
    const book = handBook(10, [
      { day: 0 },
      {
        ...{ day: 1, options: [shortCall('BTC-27FEB26-110000-C', 1, 0.01)] },
        flows: [{ symbol: 'BTC-27FEB26-110000-C', sizeCoin: -1, priceCoin: 0.01, decisionId: 'a' }],
      },
      { day: 6, options: [shortCall('BTC-27FEB26-110000-C', 1, 0.01)] },
    ])
    const broken: RunBook = { ...book, rows: book.rows.map((row, i) => (i >= 1 ? { ...row, cashCoin: 9 } : row)) }
    const notes = [
      handNote('a', { refusals: ['state-stale', 'state-stale'] }),
      handNote('b', { action: null, failure: 'x/y' }),
    ]
    const base = runOf({ book: broken, notes })
    const gaps = [
      { currency: 'BTC' as const, fromMs: dayMs(0), toMs: dayMs(1) },
      { currency: 'BTC' as const, fromMs: dayMs(2), toMs: dayMs(4) },
      { currency: 'BTC' as const, fromMs: dayMs(7), toMs: dayMs(20) },
      { currency: 'ETH' as const, fromMs: dayMs(2), toMs: dayMs(9) },
    ]
    const card = { ...base.history.card, kind: 'synthetic' as const, gaps, badRows: { count: 1, first: [] } }
    const { warnings } = summarise({ ...base, history: { ...base.history, card } }, CONTEXT).run
    expect(warnings).toEqual([
      'Nobody quoted these prices: the history is synthetic.',
      'BTC: 2 gaps in the history, the longest of 48 hours.',
      '1 bad row of the history left out.',
      '1 cycle failed.',
      '1 proposal was refused: the quotes were too old to trade on, as between two snapshots.',
      'BTC: 1 call sold; figures of fewer than 20 say little.',
      'BTC: 6 days long; figures of fewer than 90 say little.',
      'BTC: 1 call open at the end, counted at the mark.',
      expect.stringMatching(/^BTC: the account breaks 2 identities: cash is 9, expected 10\.0097/),
    ])
    expect(checkBook(broken).map(({ code }) => code)).toEqual(['cash', 'equity-change'])
  })

  it('names the one gap in its time, and quotes that end before the run', () => {
    const base = runOf({ book: handBook(10, [{ day: 0 }, { day: 3 }]), notes: [] })
    const gaps = [{ currency: 'BTC' as const, fromMs: dayMs(0), toMs: dayMs(1) }]
    const warningsOf = (lastQuoteMs: number) => {
      const chains = new Map([['BTC', { timeMs: Float64Array.of(dayMs(0), lastQuoteMs) }]]) as never
      const history = { ...base.history, chains, card: { ...base.history.card, gaps } }
      return summarise({ ...base, history }, CONTEXT).run.warnings
    }
    expect(warningsOf(dayMs(2))).toContain('BTC: a gap of 24 hours in the history.')
    expect(warningsOf(dayMs(2)).filter((text) => text.includes('no quotes'))).toEqual([])
    expect(warningsOf(dayMs(2) - 60_000)).toContain(
      'BTC: no quotes after 2026-01-02 23:59 UTC; index and marks at the end of the run are of then.',
    )
  })
})

describe('dailySeries', () => {
  it('ends days at 00:00 UTC with the last row carried forward, and begins and ends with the book', () => {
    const book = handBook(10, [
      { day: 0.4, indexUsd: 100 },
      { day: 0.9, indexUsd: 110 },
      { day: 2, indexUsd: 120 },
      { day: 3.5, indexUsd: 130 },
    ])
    const { timeMs, indexUsd } = dailySeries(book)
    expect(timeMs).toEqual([0.4, 1, 2, 3, 3.5].map(dayMs))
    expect(indexUsd).toEqual([100, 110, 120, 120, 130])
  })

  it('gives less than an hour at either end to the day beside it', () => {
    const hour = 1 / 24
    const book = handBook(10, [{ day: 1 - hour / 2 }, { day: 1.5 }, { day: 4 + hour / 2, indexUsd: 7 }])
    const { timeMs, indexUsd } = dailySeries(book)
    expect(timeMs).toEqual([1 - hour / 2, 2, 3, 4 + hour / 2].map(dayMs))
    expect(indexUsd.at(-1)).toBe(7)
    const whole = handBook(10, [{ day: 1 - hour }, { day: 4 + hour }])
    expect(dailySeries(whole).timeMs).toEqual([1 - hour, 1, 2, 3, 4, 4 + hour].map(dayMs))
  })

  it('has one point where no time passes', () => {
    const book = handBook(10, [{ day: 1 }, { day: 1, indexUsd: 5 }])
    expect(dailySeries(book)).toEqual({ timeMs: [dayMs(1)], equityCoin: [10], indexUsd: [5] })
  })
})

describe('dailyOverlay', () => {
  it('adds up to the overlay in coin, and weighs each day in USD by the deposit at its start', () => {
    const book = { ...world.book }
    const { equityCoin, indexUsd } = dailySeries(book)
    const coin = dailyOverlay(book, 'coin').reduce((sum, value) => sum + value, 0)
    expect(coin).toBeCloseTo((equityCoin.at(-1)! - 10) / 10, 12)
    const [first] = dailyOverlay(book, 'usd')
    const [usd0, usd1] = [indexUsd[0]!, indexUsd[1]!]
    const above = (equityCoin[1]! - 10) * usd1 - (equityCoin[0]! - 10) * usd0
    expect(first).toBeCloseTo(above / (10 * usd0), 14)
  })
})

function badNumbers(value: unknown, path = ''): string[] {
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0) ? [] : [`${path} ${value}`]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, each]) => badNumbers(each, `${path}.${key}`))
}
