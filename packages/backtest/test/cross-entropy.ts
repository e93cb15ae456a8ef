import type { CoveredCallEnv } from '../src/env/covered-call-env.js'
import { createRandom, type Random } from '../src/env/seeding.js'
import { createDiscrete } from '../src/env/space.js'

/** Chooses one of the actions that a mask allows. */
export type Actor = (obs: readonly number[], mask: Uint8Array) => number

/** What an episode pays in all, in the env's objective. */
export function episodeReward(env: CoveredCallEnv, { actor, seed }: { actor: Actor; seed: number }): number {
  let { obs, info } = env.reset({ seed })
  let sum = 0
  for (;;) {
    const step = env.step(actor(obs, info.action_mask))
    sum += step.reward
    if (step.terminated || step.truncated) return sum
    obs = step.obs
    info = step.info
  }
}

/** Chooses among the allowed actions with equal chance. */
export function randomActor(actions: number, random: Random): Actor {
  const space = createDiscrete(actions)
  return (_, mask) => space.sampleMasked(mask, random)
}

/**
 * The allowed action whose score is highest, where each action has a weight for whether a call is open, one for the share
 * of the premium that is earned, one for the log of implied over realised volatility, and one of its own.
 */
export function linearActor(weights: Float64Array, indexOf: (feature: string) => number): Actor {
  const [open, captured, ivrv] = ['is-open', 'captured', 'log-ivrv'].map(indexOf) as [number, number, number]
  return (obs, mask) => {
    const seen = [1, obs[open] as number, obs[captured] as number, obs[ivrv] as number]
    let best = 0
    let bestScore = -Infinity
    for (let action = 0; action < mask.length; action++) {
      if (mask[action] === 0) continue
      const score = seen.reduce((sum, x, i) => sum + x * (weights[action * WEIGHTS_PER_ACTION + i] as number), 0)
      if (score <= bestScore) continue
      best = action
      bestScore = score
    }
    return best
  }
}

export const WEIGHTS_PER_ACTION = 4

/**
 * The cross-entropy method (Rubinstein, 1999): draws weights around a mean, keeps the best eighth, and draws the next ones
 * from where those lie. Returns the last mean.
 */
export function crossEntropy(
  score: (weights: Float64Array) => number,
  { size, seed, rounds, population }: { size: number; seed: number; rounds: number; population: number },
): Float64Array {
  const random = createRandom(seed)
  const mean = new Float64Array(size)
  const deviation = new Float64Array(size).fill(1)
  for (let round = 0; round < rounds; round++) {
    const drawn = Array.from({ length: population }, () => {
      const weights = mean.map((centre, i) => centre + (deviation[i] as number) * random.normal())
      return { weights, score: score(weights) }
    })
    const elite = drawn.sort((a, b) => b.score - a.score).slice(0, Math.ceil(population / 8))
    for (let i = 0; i < size; i++) {
      const values = elite.map(({ weights }) => weights[i] as number)
      const centre = values.reduce((sum, value) => sum + value, 0) / elite.length
      const spread = values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / elite.length
      mean[i] = centre
      // A floor, so that the search does not stop at the first hill.
      deviation[i] = Math.max(Math.sqrt(spread), LEAST_DEVIATION)
    }
  }
  return mean
}

const LEAST_DEVIATION = 0.05
