import { CcError, type DecisionLog, type DecisionRecord, type LogEntry, type Policy } from '@cc/models'
import { describe, expect, it } from 'vitest'
import type { BookedFlow } from '../book/run-book.js'
import type { BacktestRun } from './backtest-run.js'
import type { Compose } from './compose.js'
import { composeRules } from './compose-rules.js'
import { type BacktestInput, runBacktest } from './run-backtest.js'
import { DAY_MS, HOUR_MS, START_MS, syntheticHistory } from './synthetic-history.fixture.js'

const WEEKLY = composeRules({ preset: 'always-atm' })
const run = (input: Partial<BacktestInput> = {}, deps: Parameters<typeof runBacktest>[1] = {}) =>
  runBacktest({ history: syntheticHistory(), deposits: { BTC: 2 }, compose: WEEKLY, ...input }, deps)

describe('runBacktest', () => {
  it('sells a call on the deposit, holds it to its delivery, and sells none that would end after the run', async () => {
    const { books, notes, cycles, policy } = await run()
    const flows = flowsOf({ books })
    expect(flows.map(({ kind, sizeCoin }) => [kind, sizeCoin])).toEqual([
      ['trade', -2],
      ['delivery', 2],
    ])
    expect(flows[0]).toMatchObject({ timeMs: START_MS, liquidity: 'taker', decisionId: notes[0]?.decisionId })
    expect(flows[0]?.priceCoin).toBe(flows[0]?.bidCoin)
    expect(flows[1]).toMatchObject({ timeMs: Date.UTC(2026, 0, 9, 8), decisionId: null })
    expect(notes.at(-2)?.reasoning).toContain('would expire after the end of the run')
    expect(notes).toHaveLength(cycles)
    expect(policy).toBe('rules')
  })

  it('can explain what it holds from its first sale on, and builds a ladder', async () => {
    const history = syntheticHistory({ days: 30, everyHours: 12 })
    const { notes, books } = await run({ history, compose: composeRules({ preset: 'bxmw' }) })
    expect(notes.flatMap(({ refusals }) => refusals)).toEqual([])
    const most = Math.max(...(books[0]?.rows.map(({ options }) => options.length) ?? []))
    expect(most).toBeGreaterThanOrEqual(3)
  })

  it('decides at each time of the history, again at once after a trade, and once more at the end', async () => {
    const { notes } = await run({ history: syntheticHistory({ days: 1 }) })
    const hours = notes.map(({ timeMs }) => (timeMs - START_MS) / HOUR_MS)
    expect(hours.map(Math.floor)).toEqual([0, 6, 12, 18, 24, 24])
  })

  it('gives the same records for the same options, and others for another world', async () => {
    const [first, again, other] = [await run(), await run(), await run({ history: syntheticHistory({ seed: 2 }) })]
    expect(again.recordsHash).toBe(first.recordsHash)
    expect(again.books).toEqual(first.books)
    expect(other.recordsHash).not.toBe(first.recordsHash)
    expect(other.runId).not.toBe(first.runId)
  })

  it('hands each record to the log, in order, and tells how far it is', async () => {
    const records: DecisionRecord[] = []
    const progress: number[] = []
    const { cycles } = await run(
      {},
      { log: logInto(records), onProgress: ({ timeMs, toMs }) => progress.push(timeMs / toMs) },
    )
    expect(records.map(({ cycle }) => cycle)).toEqual(Array.from({ length: cycles }, (_, i) => i))
    expect(records.every(({ dryRun, state }) => !dryRun && state?.source.kind === 'synthetic')).toBe(true)
    expect(progress).toEqual([...progress].sort())
    expect(progress.at(-1)).toBeCloseTo(1, 9)
  })

  it('waits for a slow log without letting venue time pass', async () => {
    const slow: DecisionLog = { record: () => new Promise((resolve) => setTimeout(resolve, 2)) }
    const history = syntheticHistory({ days: 2 })
    expect((await run({ history }, { log: slow })).recordsHash).toBe((await run({ history })).recordsHash)
  })

  it('trades two coins, each with its own book', async () => {
    const history = syntheticHistory({ currencies: ['BTC', 'ETH'] })
    const { books } = await run({ history, deposits: { BTC: 2, ETH: 20 } })
    expect(books.map(({ currency, depositCoin }) => [currency, depositCoin])).toEqual([
      ['BTC', 2],
      ['ETH', 20],
    ])
    expect(books.map((book) => flowsOf({ books: [book] }).map(({ sizeCoin }) => sizeCoin))).toEqual([
      [-2, 2],
      [-20, 20],
    ])
  })

  it('decides at multiples of an interval where it is told one', async () => {
    const { notes } = await run({ intervalMs: 2 * HOUR_MS, toMs: START_MS + 6 * HOUR_MS })
    expect(new Set(notes.map(({ timeMs }) => Math.floor((timeMs - START_MS) / HOUR_MS)))).toEqual(new Set([0, 2, 4, 6]))
  })

  it('begins at the first time in its window', async () => {
    const { notes, configuration } = await run({ fromMs: START_MS + 1, toMs: START_MS + 13 * HOUR_MS })
    expect(notes[0]?.timeMs).toBe(START_MS + 6 * HOUR_MS)
    expect(configuration).toMatchObject({
      run: { fromMs: START_MS + 6 * HOUR_MS, fill: 'cross' },
      preset: 'always-atm',
    })
  })

  it('keeps what is beyond the end where that is wanted, valued at its mark', async () => {
    const { books } = await run({ toMs: START_MS + 2 * DAY_MS, sellBeyondEnd: true })
    const last = books[0]?.rows.at(-1)
    expect(last?.options).toMatchObject([{ sizeCoin: -2 }])
    expect(last?.optionsCoin).toBeLessThan(0)
  })
})

describe('the notes of a run', () => {
  it('say what was seen and sold', async () => {
    const { notes, books } = await run({ history: syntheticHistory({ days: 1 }), sellBeyondEnd: true })
    const [sale] = flowsOf({ books })
    expect(notes[0]).toMatchObject({
      ...{ action: 'OPEN_COVERED_CALL', symbol: sale?.symbol, refusals: [], failure: null, timeMs: START_MS },
      ivrv: { BTC: expect.any(Number) },
    })
    expect(notes[0]?.decisionId).toMatch(/^[0-9a-f]{64}$/)
    expect(notes[0]?.rejections['dte-too-long']).toBeGreaterThan(10)
    expect(notes[1]).toMatchObject({ action: 'DO_NOTHING', symbol: null })
  })

  it('say what risk refused', async () => {
    const compose = composeRules({ preset: 'always-atm', limits: { maxOrderCoin: { BTC: 0.5 } }, sizeCoin: { BTC: 2 } })
    const { notes, books } = await run({ history: syntheticHistory({ days: 1 }), compose, sellBeyondEnd: true })
    expect(notes[0]?.refusals).toContain('size-too-large')
    expect(flowsOf({ books })).toEqual([])
  })
})

describe('fills', () => {
  const soldAt = async (fill: BacktestInput['fill']) => flowsOf(await run({ fill }))[0] as BookedFlow

  it('at the middle are between bid and ask', async () => {
    const { bidCoin, askCoin, priceCoin, liquidity } = await soldAt('mid')
    expect(priceCoin).toBeGreaterThanOrEqual(bidCoin ?? Number.NaN)
    expect(priceCoin).toBeLessThanOrEqual(((bidCoin ?? 0) + (askCoin ?? 0)) / 2)
    expect(liquidity).toBe('taker')
  })

  it('rest above the bid and trade as maker, or cross when their time is up', async () => {
    const sales = []
    for (const seed of [1, 2, 3, 4, 5]) {
      const history = syntheticHistory({ seed, days: 1, everyHours: 1 })
      const { books, notes } = await run({ history, fill: 'passive', sellBeyondEnd: true })
      expect(notes.filter(({ failure }) => failure !== null)).toEqual([])
      sales.push({ sale: flowsOf({ books })[0] as BookedFlow, rows: books[0]?.rows ?? [] })
    }
    for (const { sale, rows } of sales) {
      const restedMs = sale.timeMs - START_MS
      if (sale.liquidity === 'maker') expect(restedMs).toBeLessThanOrEqual(6 * HOUR_MS)
      // One that risk's collar keeps from crossing then does so with the next decision.
      else expect(restedMs).toBeGreaterThanOrEqual(6 * HOUR_MS)
      expect(restedMs).toBeLessThanOrEqual(8 * HOUR_MS)
      // The book has a row of the decision, and one of the trade.
      expect(rows.map(({ timeMs }) => timeMs)).toEqual(expect.arrayContaining([START_MS, sale.timeMs]))
    }
    expect(new Set(sales.map(({ sale }) => sale.liquidity))).toEqual(new Set(['maker', 'taker']))
  })

  it.each([100, 10_000])('take the time that requests are under way: %i ms each', async (latencyMs) => {
    const { books, notes } = await run({ latencyMs })
    const [sale] = flowsOf({ books })
    expect((sale?.timeMs ?? 0) - START_MS).toBeGreaterThan(3 * latencyMs)
    expect((sale?.timeMs ?? 0) - START_MS).toBeLessThan(60_000 + 12 * latencyMs)
    expect(notes.filter(({ failure }) => failure !== null)).toEqual([])
  })
})

describe('what goes wrong in a run', () => {
  it('is part of the result where a cycle fails', async () => {
    const { notes, cycles } = await run({
      compose: failingOnce(new CcError('No.', { code: 'test/no', recovery: 'skip' })),
    })
    expect(notes[2]).toMatchObject({ action: null, failure: 'test/no: No.', decisionId: null })
    expect(cycles).toBeGreaterThan(10)
  })

  it('ends it where it is a bug', async () => {
    const ended = run({ compose: failingOnce(new TypeError('x is undefined')) })
    await expect(ended).rejects.toMatchObject({
      code: 'backtest/run-ended',
      message: expect.stringContaining('x is undefined'),
    })
  })

  it('is the failure of the log', async () => {
    const log = { record: () => Promise.reject(new Error('disk full')) }
    await expect(run({}, { log })).rejects.toThrow('disk full')
  })

  it('is the reason of a signal', async () => {
    const controller = new AbortController()
    const stopped = run(
      {},
      { signal: controller.signal, onProgress: ({ cycles }) => cycles === 3 && controller.abort(new Error('enough')) },
    )
    await expect(stopped).rejects.toThrow('enough')
  })

  it.each([
    ['a coin without a deposit', { underlyings: ['ETH'] }, 'backtest/no-such-coin'],
    ['a deposit of a coin without history', { deposits: { ETH: 1 } }, 'backtest/no-such-coin'],
    ['a window after the history', { fromMs: START_MS + 100 * DAY_MS }, 'backtest/empty-window'],
    ['a window that ends before it begins', { toMs: START_MS - 1 }, 'backtest/empty-window'],
  ] as const)('refuses %s', async (_why, changes, code) => {
    await expect(run(changes as Partial<BacktestInput>)).rejects.toMatchObject({ code, recovery: 'halt' })
  })

  it.each([
    ['no deposit', { deposits: {} }],
    ['a deposit of nothing', { deposits: { BTC: 0 } }],
    ['a rest that no approval lives through', { passive: { restMs: 12 * HOUR_MS } }],
    ['a word that is no option', { speed: 'max' }],
  ])('names %s', async (_why, changes) => {
    await expect(run(changes as Partial<BacktestInput>)).rejects.toMatchObject({ name: 'ZodError' })
  })
})

function flowsOf({ books }: Pick<BacktestRun, 'books'>): BookedFlow[] {
  return books.flatMap(({ rows }) => rows.flatMap(({ flows }) => flows))
}

function logInto(records: DecisionRecord[]): DecisionLog {
  return {
    async record(entry: LogEntry) {
      if (entry.kind === 'decision') records.push(entry)
    },
  }
}

/** The third decision throws. */
function failingOnce(error: Error): Compose {
  return (world) => {
    const parts = WEEKLY(world)
    let decisions = 0
    const policy: Policy = {
      name: 'failing',
      async decide(state, signal) {
        decisions += 1
        if (decisions === 3) throw error
        return parts.policy.decide(state, signal)
      },
    }
    return { ...parts, policy }
  }
}
