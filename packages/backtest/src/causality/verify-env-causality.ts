import type { CoveredCallEnvOptions } from '../env/covered-call-env.js'
import { CoveredCallEnv } from '../env/covered-call-env.js'
import { type HistoryWorldOptions, worldOf } from '../env/history-world.js'
import { createRandom } from '../env/seeding.js'
import type { World } from '../env/world.js'
import type { History, HistoryRecipe } from '../history/history.js'
import { historyOf } from '../modelled/history-of.js'
import { firstDifference } from './first-difference.js'
import { otherFuture } from './other-future.js'
import { type CausalityOptions, type CausalityReport, causalityOptionsSchema, recipeOf } from './verify-causality.js'

/** The environment that is looked at: one in the world of a history. */
export type EnvCausalityInput = {
  /** One that has a recipe. */
  history: History
  world: HistoryWorldOptions
  env?: CoveredCallEnvOptions
  /** Makes a history of changed data. Default `historyOf`. */
  open?: (recipe: HistoryRecipe) => History
}

/**
 * Verifies that no observation of `CoveredCallEnv` knows what comes after it: the same actions, drawn from those that the mask
 * allows, are played from the first decision time to each moment, in the world of the history and in that of one whose
 * future is another. Observations, masks and all else of the info up to the moment must be the same. A finding's `cycle` is
 * the step.
 *
 * @throws CcError `backtest/no-recipe` (recovery `halt`) for a history that cannot be made again, `backtest/bad-world`.
 * @throws ZodError naming the option that is out of range.
 */
export function verifyEnvCausality(input: EnvCausalityInput, options: CausalityOptions = {}): CausalityReport {
  const { history, world: wanted, open = historyOf } = input
  const { seed, count, atMs: given } = causalityOptionsSchema.parse(options)
  const recipe = recipeOf(history)
  const world = worldOf(history, wanted)
  const moments = (given ?? drawMoments(world, { seed, count })).toSorted((a, b) => a - b)
  const done = moments.map((atMs, i): CausalityReport['moments'][number] => {
    const other = worldOf(open(otherFuture(recipe, { atMs, seed: seed + i })), wanted)
    const told = play(world, input, { atMs, seed })
    const toldThen = play(other, input, { atMs, seed })
    for (let step = 0; step < Math.max(told.length, toldThen.length); step++) {
      const difference = firstDifference(told[step], toldThen[step])
      const timeMs = world.timeMs[step] ?? atMs
      if (difference !== undefined)
        return { atMs, decisions: told.length, finding: { ...difference, cycle: step, timeMs } }
    }
    return { atMs, decisions: told.length, finding: null }
  })
  return { passed: done.every(({ finding }) => finding === null), moments: done }
}

/** What is told at every step up to a moment. */
function play(world: World, { env: options }: EnvCausalityInput, { atMs, seed }: { atMs: number; seed: number }) {
  const env = new CoveredCallEnv(world, options)
  const random = createRandom(seed)
  const [firstMs] = world.timeMs
  const told: unknown[] = []
  let { obs, info } = env.reset({ seed, options: { startMs: firstMs } })
  for (;;) {
    if (info.timeMs > atMs) return told
    const { action_mask: mask, ...rest } = info
    told.push({ obs: [...obs], mask: [...mask], ...rest })
    const allowed = [...mask].flatMap((bit, action) => (bit === 1 ? [action] : []))
    const step = env.step(allowed[random.integer(allowed.length)] ?? 0)
    if (step.terminated || step.truncated) return told
    ;({ obs, info } = step)
  }
}

/** Decision times, one from each of so many equal parts of the world, and none so late that an episode may be over. */
function drawMoments({ timeMs, lastSettlement }: World, { seed, count }: { seed: number; count: number }): number[] {
  const random = createRandom(seed)
  const drawn = Array.from({ length: count }, (_, part) => {
    const from = Math.floor((part * lastSettlement) / count)
    const to = Math.max(from + 1, Math.floor(((part + 1) * lastSettlement) / count))
    return timeMs[from + random.integer(to - from)] as number
  })
  return [...new Set(drawn)]
}
