import type { BookRow, RunBook } from '../book/run-book.js'
import type { Attribution } from './result.js'
import { createSum } from './statistics.js'

/**
 * Where the result of a run comes from, in coin and in USD, after Israelov and Nielsen (Covered Calls Uncovered, FAJ 71(6),
 * 2015), carried over to an account of coins and inverse options. Of each step from one row to the next, with n the cash
 * coins, q the calls short and Δ their delta at its start, S the index, C the mark:
 *
 * - USD: passive (n − q·Δ̄)·ΔS, timing q·(Δ̄ − Δ)·ΔS, short volatility −q·(Δ(C·S) − Δ·ΔS);
 * - coin: with x = 1 − S/S′, the coin return of the inverse perpetual that could hedge it, and the premium-adjusted delta
 *   π = Δ − C: passive −q·π̄·x, timing q·(π̄ − π)·x, short volatility −q·(ΔC − π·x);
 * - trading, in both: what was booked less what it changed the marks by.
 *
 * They add up to the change of the equity, for any Δ̄. Δ̄ is the mean delta of the calls over the run, weighted by size and
 * time: it is known only afterwards, so that nothing may trade on it.
 */
export function attributionOf(book: RunBook): { coin: Attribution; usd: Attribution } {
  const steps = stepsOf(book)
  const mean = meanDeltas(steps)
  const { delta: meanDelta, adjusted: meanAdjusted } = mean ?? { delta: 0, adjusted: 0 }
  const sums = { coin: createParts(), usd: createParts() }
  for (const { from, to, moves, cashCoin, boughtCoin } of steps) {
    const rise = to.indexUsd - from.indexUsd
    const x = 1 - from.indexUsd / to.indexUsd
    sums.usd.passive.add(from.cashCoin * rise)
    for (const { sizeCoin, delta, fromMark, toMark } of moves) {
      const adjusted = delta - fromMark
      sums.coin.passive.add(sizeCoin * meanAdjusted * x)
      sums.coin.timing.add(sizeCoin * (adjusted - meanAdjusted) * x)
      sums.coin.shortVol.add(sizeCoin * (toMark - fromMark - adjusted * x))
      const gainUsd = toMark * to.indexUsd - fromMark * from.indexUsd
      sums.usd.passive.add(sizeCoin * meanDelta * rise)
      sums.usd.timing.add(sizeCoin * (delta - meanDelta) * rise)
      sums.usd.shortVol.add(sizeCoin * (gainUsd - delta * rise))
    }
    sums.coin.trading.add(cashCoin + boughtCoin)
    sums.usd.trading.add((cashCoin + boughtCoin) * to.indexUsd)
  }
  const first = book.rows[0]
  const last = book.rows.at(-1)
  const changeOf = (value: (row: BookRow) => number) =>
    first === undefined || last === undefined ? 0 : value(last) - value(first)
  return {
    coin: { ...sums.coin.totals(), total: changeOf(equityOf), meanDelta: mean?.adjusted ?? null },
    usd: {
      ...sums.usd.totals(),
      total: changeOf((row) => equityOf(row) * row.indexUsd),
      meanDelta: mean?.delta ?? null,
    },
  }
}

/** Everything that was booked, without signs: what the accuracy of a sum of it is measured by. */
export function grossFlowCoin(book: RunBook): number {
  const sum = createSum()
  sum.add(book.depositCoin)
  for (const row of book.rows) {
    for (const flow of row.flows) sum.add(Math.abs(flow.sizeCoin * flow.priceCoin) + flow.feeCoin)
  }
  return sum.total()
}

/** Coins of the account: cash and what the options are worth. */
export function equityOf(row: BookRow): number {
  return row.cashCoin + row.optionsCoin
}

/** A position over a step: sizes signed, as a book has them, so that short is negative. */
type Move = { sizeCoin: number; delta: number; fromMark: number; toMark: number }

/** Between two rows: what was held at its start, and what was booked at its end with the marks that it added. */
type Step = { from: BookRow; to: BookRow; moves: readonly Move[]; cashCoin: number; boughtCoin: number }

function stepsOf({ rows }: RunBook): Step[] {
  const steps: Step[] = []
  for (let i = 1; i < rows.length; i++) {
    const from = rows[i - 1] as BookRow
    const to = rows[i] as BookRow
    const marks = new Map<string, number>()
    for (const { symbol, markCoin } of to.flows) marks.set(symbol, markCoin)
    for (const { symbol, markCoin } of to.options) marks.set(symbol, markCoin)
    const moves = from.options.map(({ symbol, sizeCoin, delta, markCoin }) => {
      const toMark = marks.get(symbol)
      if (toMark === undefined) {
        throw new RangeError(
          `attributionOf: ${symbol} must be in the row of ${to.timeMs} or booked out of it, got neither`,
        )
      }
      return { sizeCoin, delta, fromMark: markCoin, toMark }
    })
    let cashCoin = 0
    let boughtCoin = 0
    for (const flow of to.flows) {
      cashCoin += flow.cashCoin
      boughtCoin += flow.sizeCoin * (marks.get(flow.symbol) as number)
    }
    steps.push({ from, to, moves, cashCoin, boughtCoin })
  }
  return steps
}

/** Deltas of a coin of the options held, plain and premium-adjusted, weighted by size and time; `undefined` where none was held. */
function meanDeltas(steps: readonly Step[]): { delta: number; adjusted: number } | undefined {
  let weights = 0
  let delta = 0
  let adjusted = 0
  for (const { from, to, moves } of steps) {
    for (const move of moves) {
      const weight = Math.abs(move.sizeCoin) * (to.timeMs - from.timeMs)
      weights += weight
      delta += weight * move.delta
      adjusted += weight * (move.delta - move.fromMark)
    }
  }
  return weights > 0 ? { delta: delta / weights, adjusted: adjusted / weights } : undefined
}

function createParts() {
  const parts = { passive: createSum(), timing: createSum(), shortVol: createSum(), trading: createSum() }
  return {
    ...parts,
    totals: () => ({
      passive: parts.passive.total(),
      timing: parts.timing.total(),
      shortVol: parts.shortVol.total(),
      trading: parts.trading.total(),
    }),
  }
}
