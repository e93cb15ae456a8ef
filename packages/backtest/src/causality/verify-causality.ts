import { CcError, type Clock, type DecisionRecord } from '@cc/models'
import { z } from 'zod'
import { createRandom } from '../env/seeding.js'
import type { History, HistoryRecipe } from '../history/history.js'
import { historyOf } from '../modelled/history-of.js'
import type { Compose } from '../run/compose.js'
import { nextChangeMs } from '../run/fill-parts.js'
import { runBacktest } from '../run/run-backtest.js'
import { type RunOptionsInput, runOptionsSchema } from '../run/run-options.js'
import { coinsOf, windowOf } from '../run/run-window.js'
import { type Difference, firstDifference } from './first-difference.js'
import { otherFuture } from './other-future.js'

/** At which moments a strategy is looked at. */
export const causalityOptionsSchema = z.strictObject({
  /** Moments, UTC epoch ms. Default: `count` decision times, one drawn from each equal part of the run. */
  atMs: z.array(z.int()).min(1).readonly().optional(),
  /** 1..1000. Default 3. */
  count: z.int().min(1).max(1000).default(3),
  /** Of the moments and of the futures. Default 1. */
  seed: z.int().nonnegative().default(1),
})
export type CausalityOptions = z.input<typeof causalityOptionsSchema>

/** What is looked at. */
export type CausalityInput = {
  /** One that has a recipe. */
  history: History
  /**
   * Makes the strategy. Asked anew for each history, so that what it knows of one is of the one that it runs on: a strategy
   * that is made of another history looks into that one's future unseen.
   */
  compose: (history: History) => Compose
  run: RunOptionsInput
  /** Makes a history of changed data. Default {@link historyOf}. */
  open?: (recipe: HistoryRecipe) => History
}

/** How a decision up to a moment came to differ when only the future did. */
export type CausalityFinding = Difference & {
  /** Which cycle of the run; of two runs of different length the first that one of them lacks. */
  cycle: number
  /** When it began; of the true history where it is there. */
  timeMs: number
}

/** What came of each moment, in order of time. */
export type CausalityReport = {
  passed: boolean
  moments: readonly {
    atMs: number
    /** Decisions of the true history up to it. */
    decisions: number
    /** `null`: each of them is the same to the byte whatever comes after. */
    finding: CausalityFinding | null
  }[]
}

/**
 * Verifies that no decision knows what comes after it. For each moment the run is made again on a history whose future is
 * another one ({@link otherFuture}), and every decision record up to it must be the same to the byte. Of an order that
 * was still working when quotes changed next, what became of it is not compared.
 *
 * All runs have one run id, and none goes further than its moment.
 *
 * @throws CcError `backtest/no-recipe` (recovery `halt`) for a history that cannot be made again; what `runBacktest` throws.
 * @throws ZodError naming the option that is out of range.
 */
export async function verifyCausality(
  input: CausalityInput,
  options: CausalityOptions = {},
  deps: { onMoment?: (moment: CausalityReport['moments'][number]) => void; signal?: AbortSignal } = {},
): Promise<CausalityReport> {
  const { history, open = historyOf } = input
  const { seed, count, atMs: given } = causalityOptionsSchema.parse(options)
  const recipe = recipeOf(history)
  const moments = (given ?? drawMoments(input, { seed, count })).toSorted((a, b) => a - b)
  const truth = await recordsUntil(moments.at(-1) ?? 0, input, history, deps.signal)
  const done: CausalityReport['moments'][number][] = []
  for (const [i, atMs] of moments.entries()) {
    const other = open(otherFuture(recipe, { atMs, seed: seed + i }))
    const changed = await recordsUntil(atMs, input, other, deps.signal)
    const known = truth.filter(({ startedMs }) => startedMs <= atMs)
    const finding = compare(known, changed, nextChangeMs(history, atMs))
    const moment = { atMs, decisions: known.length, finding }
    done.push(moment)
    deps.onMoment?.(moment)
  }
  return { passed: done.every(({ finding }) => finding === null), moments: done }
}

/** What a history is made of. @throws CcError `backtest/no-recipe` (recovery `halt`) where nobody knows. */
export function recipeOf({ recipe, card }: History): HistoryRecipe {
  if (recipe !== undefined) return recipe
  throw new CcError('This history has no recipe: it cannot be made again with another future.', {
    code: 'backtest/no-recipe',
    recovery: 'halt',
    facts: { history: card.description },
  })
}

/** A record as it would be written, and what must be known of it to compare it. */
type Kept = { startedMs: number; endedMs: number; text: string }

/** The records of a run that began by a moment, in order. The run goes no further. */
async function recordsUntil(
  atMs: number,
  { compose, run }: CausalityInput,
  history: History,
  signal: AbortSignal | undefined,
): Promise<readonly Kept[]> {
  const kept: Kept[] = []
  const enough = new AbortController()
  const reached = new Error('The moment has passed.')
  let clock: Clock | undefined
  const strategy = compose(history)
  try {
    await runBacktest(
      {
        ...{ ...run, history, runId: RUN_ID },
        compose(world) {
          clock = world.clock
          return strategy(world)
        },
      },
      {
        log: {
          async record(entry) {
            if (entry.kind !== 'decision') return
            if (entry.startedMs <= atMs) kept.push(keep(entry))
            else enough.abort(reached)
          },
        },
        signal: signal === undefined ? enough.signal : AbortSignal.any([signal, enough.signal]),
      },
    )
  } catch (error) {
    // After the moment anything may happen in a future that was made up.
    const isOver = error === reached || (clock !== undefined && clock.now() > atMs && !signal?.aborted)
    if (!isOver) throw error
  }
  return kept
}

function keep(record: DecisionRecord): Kept {
  return { startedMs: record.startedMs, endedMs: record.endedMs, text: JSON.stringify(record) }
}

function compare(truth: readonly Kept[], changed: readonly Kept[], untilMs: number): CausalityFinding | null {
  const cycles = Math.max(truth.length, changed.length)
  for (let cycle = 0; cycle < cycles; cycle++) {
    const [before, after] = [truth[cycle], changed[cycle]]
    if (before !== undefined && before.text === after?.text) continue
    const readBefore = before && recordOf(before, untilMs)
    const difference = firstDifference(readBefore, after && recordOf(after, untilMs))
    if (difference !== undefined) return { ...difference, cycle, timeMs: (before ?? after)?.startedMs ?? 0 }
  }
  return null
}

/** What of a record was known before quotes changed next. */
function recordOf({ text, endedMs }: Kept, untilMs: number): unknown {
  // Last what is made of the rest: a finding names the cause.
  const { decisionId, ...record } = JSON.parse(text) as DecisionRecord
  if (endedMs < untilMs) return { ...record, decisionId }
  return { ...record, endedMs: null, execution: null, failure: null, decisionId }
}

/** Decision times of the run, one from each of so many equal parts. */
function drawMoments({ history, run }: CausalityInput, { seed, count }: { seed: number; count: number }): number[] {
  const parsed = runOptionsSchema.parse(run)
  const { startMs, toMs } = windowOf(parsed, history, coinsOf(parsed, history))
  const random = createRandom(seed)
  const times = history.timesMs.filter((timeMs) => timeMs >= startMs && timeMs < toMs)
  const drawn = Array.from({ length: Math.min(count, times.length) }, (_, part) => {
    const from = Math.floor((part * times.length) / count)
    const to = Math.max(from + 1, Math.floor(((part + 1) * times.length) / count))
    return times[from + random.integer(to - from)] as number
  })
  return [...new Set(drawn)]
}

const RUN_ID = 'ca05a1000000'
