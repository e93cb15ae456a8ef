import { describe, expect, it } from 'vitest'
import { CoveredCallEnv } from '../src/env/covered-call-env.js'
import { ACCOUNT_FEATURES } from '../src/env/observation.js'
import { createRandom } from '../src/env/seeding.js'
import { createSyntheticWorld } from '../src/env/synthetic-world.js'
import { MARKET_FEATURES } from '../src/env/world.js'
import {
  type Actor,
  crossEntropy,
  episodeReward,
  linearActor,
  randomActor,
  WEIGHTS_PER_ACTION,
} from './cross-entropy.js'

/** Implied volatility over what is to come: what there is to learn. */
const PLANTED = { rich: 1.6, cheap: 0.6 } as const
const STEPS = 40
const FEATURES: readonly string[] = [...MARKET_FEATURES, ...ACCOUNT_FEATURES]

/** Decides once a day, among a weekly call of two deltas. */
function envOf(volPremium: number, seed: number): CoveredCallEnv {
  const menu = { tenorsDays: [7], deltas: [0.2, 0.4] }
  const world = createSyntheticWorld({ seed, days: 150, everyHours: 24, volPremium, volOfVol: 0.5, ...menu })
  return new CoveredCallEnv(world, { steps: STEPS, depositCoin: 10 })
}

const ACTIONS = 6

function meanReward(envs: readonly CoveredCallEnv[], actor: Actor, seeds: readonly number[]): number {
  const rewards = envs.flatMap((env) => seeds.map((seed) => episodeReward(env, { actor, seed })))
  return rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length
}

/** Learns in some worlds and is judged in others, beside chance. */
function learn(volPremium: number, seed: number) {
  const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i)
  // Few worlds would be learnt by heart.
  const training = range(0, 12).map((world) => envOf(volPremium, 1_000 * (seed + 1) + world))
  const unseen = range(0, 12).map((world) => envOf(volPremium, 1_000_000 + 1_000 * seed + world))
  const actorOf = (weights: Float64Array) => linearActor(weights, (feature) => FEATURES.indexOf(feature))
  const weights = crossEntropy((drawn) => meanReward(training, actorOf(drawn), range(0, 2)), {
    ...{ seed, size: ACTIONS * WEIGHTS_PER_ACTION, rounds: 8, population: 48 },
  })
  return {
    weights,
    learned: meanReward(unseen, actorOf(weights), range(0, 4)),
    random: meanReward(unseen, randomActor(ACTIONS, createRandom(seed)), range(0, 4)),
  }
}

describe('a cross-entropy learner', () => {
  it.each([0, 1, 2])('finds out that calls are rich, and beats chance and doing nothing (seed %d)', (seed) => {
    const { learned, random } = learn(PLANTED.rich, seed)
    expect(learned).toBeGreaterThan(random + 0.3)
    expect(learned).toBeGreaterThan(0.3)
  })

  it.each([0, 1, 2])('finds out that calls are cheap, and leaves them alone (seed %d)', (seed) => {
    const { learned, random } = learn(PLANTED.cheap, seed)
    expect(learned).toBeGreaterThan(random + 0.3)
    // Of ten coins it gives next to nothing away.
    expect(learned).toBeGreaterThan(-0.02)
  })

  it('learns the same from the same seed', () => {
    expect(learn(PLANTED.rich, 7)).toEqual(learn(PLANTED.rich, 7))
  })
})
