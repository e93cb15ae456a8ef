import type { AgentState, DecisionRecord, Policy, ProposedAction } from '@cc/models'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { RunBook } from '../src/book/run-book.js'
import { createRandom, type Random } from '../src/env/seeding.js'
import { attributionOf, equityOf, grossFlowCoin } from '../src/results/attribution.js'
import { checkBook } from '../src/results/check-book.js'
import type { Attribution } from '../src/results/result.js'
import { callStories } from '../src/results/stories.js'
import type { Compose } from '../src/run/compose.js'
import { type BacktestInput, runBacktest } from '../src/run/run-backtest.js'
import { syntheticHistory } from '../src/run/synthetic-history.fixture.js'
import { ANY_CALL, logInto, WIDEST_LIMITS } from './any-call.js'
import { recomputeAccount } from './recomputed-account.js'

/*
 * The identities of an account under policies that sell, roll and buy back at random: partial fills where the quoted size
 * runs out, several expiries at once, deliveries in and out of the money, resting orders and latency.
 */

type Given = {
  world: number
  policy: number
  fill: 'cross' | 'mid' | 'passive'
  queueShare: 0 | 0.3 | 1
  latencyMs: 0 | 40 | 5_000
  depositCoin: 0.1 | 3.7 | 40
}

const runs: fc.Arbitrary<Given> = fc.record({
  world: fc.integer({ min: 1, max: 12 }),
  policy: fc.integer({ min: 0, max: 2 ** 31 }),
  fill: fc.constantFrom('cross', 'mid', 'passive'),
  queueShare: fc.constantFrom(0, 0.3, 1),
  latencyMs: fc.constantFrom(0, 0, 40, 5_000),
  depositCoin: fc.constantFrom(0.1, 3.7, 40),
})

const CASES: [Given][] = [
  [{ world: 1, policy: 1, fill: 'cross', queueShare: 1, latencyMs: 0, depositCoin: 40 }],
  [{ world: 2, policy: 2, fill: 'passive', queueShare: 0.3, latencyMs: 40, depositCoin: 40 }],
  [{ world: 3, policy: 3, fill: 'mid', queueShare: 1, latencyMs: 0, depositCoin: 3.7 }],
]

it('keeps every identity, whatever is sold, rolled and bought back', async () => {
  const seen = { partial: 0, rolls: 0, purchases: 0, delivered: 0, expiries: 0, makers: 0, refused: 0 }
  await fc.assert(
    fc.asyncProperty(runs, async ({ world, policy, fill, queueShare, latencyMs, depositCoin }) => {
      const history = syntheticHistory({ seed: world, days: 12, everyHours: 6 })
      const records: DecisionRecord[] = []
      const input: BacktestInput = {
        ...{ history, fill, latencyMs, sellBeyondEnd: true, passive: { queueShare, restMs: 3_600_000 } },
        ...{ deposits: { BTC: depositCoin }, compose: atRandom(createRandom(policy)) },
      }
      const { books, notes } = await runBacktest(input, { log: logInto(records) })
      const book = books[0] as RunBook
      const last = book.rows.at(-1)
      if (last === undefined) throw new Error('the book has no rows')

      expect(checkBook(book)).toEqual([])
      const own = recomputeAccount(records, 'BTC', (expiryMs) => history.market.deliveryUsd('BTC', expiryMs, expiryMs))
      expect(own.findings).toEqual([])
      const gross = grossFlowCoin(book)
      expect(Math.abs(own.cashCoin - last.cashCoin)).toBeLessThanOrEqual(1e-12 * gross)
      expect(new Map(last.options.map(({ symbol, sizeCoin }) => [symbol, sizeCoin]))).toEqual(own.held)

      const { coin, usd } = attributionOf(book)
      const highestUsd = Math.max(...book.rows.map(({ indexUsd }) => indexUsd))
      expect(Math.abs(residualOf(coin))).toBeLessThanOrEqual(1e-12 * gross)
      expect(Math.abs(residualOf(usd))).toBeLessThanOrEqual(1e-12 * gross * highestUsd)
      const told = callStories(book, notes).reduce((sum, { pnlCoin }) => sum + pnlCoin, 0)
      expect(Math.abs(told - (equityOf(last) - depositCoin))).toBeLessThanOrEqual(1e-12 * gross)

      // Never naked: what is short is never more than the coins that are there.
      for (const { options, cashCoin } of book.rows) {
        expect(-options.reduce((sum, { sizeCoin }) => sum + sizeCoin, 0)).toBeLessThanOrEqual(cashCoin + 1e-9)
      }
      count(seen, { book, records })
    }),
    { numRuns: 12, examples: CASES },
  )
  // A property that never met its cases would hold of nothing: the examples meet each.
  expect(Object.entries(seen).filter(([, times]) => times === 0)).toEqual([])
})

/** Proposes what comes to its mind, of what is there. */
function atRandom(random: Random): Compose {
  const policy: Policy = {
    name: 'random',
    async decide(state) {
      return { proposal: proposalOf(state, random) }
    },
  }
  return () => ({ policy, limits: WIDEST_LIMITS, screening: ANY_CALL })
}

function proposalOf(state: AgentState, random: Random): ProposedAction {
  const reasoning = 'By chance.'
  const [underlying] = state.underlyings
  if (underlying === undefined) return { action: 'DO_NOTHING', params: {}, reasoning }
  const { portfolio, candidates } = underlying
  const calls = portfolio.positions.filter(({ sizeCoin }) => sizeCoin < 0)
  const held = pick(calls, random)
  const candidate = pick(candidates, random)
  const dice = random.uniform()
  if (held !== undefined && dice < 0.25) {
    const size = tenths(-held.sizeCoin * (random.uniform() < 0.5 ? 1 : random.uniform()))
    return { action: 'CLOSE_COVERED_CALL', params: { symbol: held.instrument.symbol, size }, reasoning }
  }
  if (held !== undefined && candidate !== undefined && dice < 0.5) {
    const size = tenths(-held.sizeCoin * (random.uniform() < 0.5 ? 1 : random.uniform()))
    const params = { fromSymbol: held.instrument.symbol, toSymbol: candidate.instrument.symbol, size }
    return { action: 'ROLL_COVERED_CALL', params, reasoning }
  }
  if (candidate !== undefined && dice < 0.9) {
    const size = tenths(portfolio.balanceCoin * random.uniform())
    return { action: 'OPEN_COVERED_CALL', params: { symbol: candidate.instrument.symbol, size }, reasoning }
  }
  return { action: 'DO_NOTHING', params: {}, reasoning }
}

function pick<T>(items: readonly T[], random: Random): T | undefined {
  return items[Math.floor(random.uniform() * items.length)]
}

function tenths(sizeCoin: number): number {
  return Math.max(1, Math.floor(sizeCoin * 10)) / 10
}

function residualOf({ passive, timing, shortVol, trading, total }: Attribution): number {
  return passive + timing + shortVol + trading - total
}

function count(
  seen: Record<'partial' | 'rolls' | 'purchases' | 'delivered' | 'expiries' | 'makers' | 'refused', number>,
  { book, records }: { book: RunBook; records: readonly DecisionRecord[] },
): void {
  const flows = book.rows.flatMap((row) => row.flows)
  const legs = records.flatMap(({ execution }) => execution?.legs ?? [])
  seen.partial += legs.filter(({ filledCoin, requestedCoin }) => filledCoin > 0 && filledCoin < requestedCoin).length
  seen.rolls += records.filter(
    ({ execution }) => (execution?.legs ?? []).every((leg) => leg.filledCoin > 0) && execution?.legs.length === 2,
  ).length
  seen.purchases += flows.filter(({ kind, sizeCoin }) => kind === 'trade' && sizeCoin > 0).length
  seen.delivered += flows.filter(({ kind, priceCoin }) => kind === 'delivery' && priceCoin > 0).length
  seen.expiries += book.rows.filter(
    ({ options }) => new Set(options.map(({ symbol }) => symbol.split('-')[1])).size > 1,
  ).length
  seen.makers += flows.filter(({ liquidity }) => liquidity === 'maker').length
  seen.refused += records.filter(({ verdict }) => verdict?.allowed === false).length
}
