import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { CoveredCallEnv, createSyntheticWorld, createVectorEnv, type World } from '@cc/backtest'
import { black76 } from '@cc/pricing'

/**
 * Steps a second of the environment, with full accounting, attribution, masks and observations, on one core: one account
 * at a time, and 256 as a vector. The reference is the bare loop: a Black-76 of `@cc/pricing` for each step, and an
 * account of two numbers. A world is quoted once and shared by all episodes, so the environment itself prices nothing: the time
 * that a world of a year takes is printed beside.
 *
 * `usual` draws an action in one step of ten and holds in the others; `busy` draws one in every step, of which half trade. Times are of the processor, collecting
 * garbage included. Contenders run in processes of their own, interleaved; ratios are medians of those within a round.
 */
const rounds = 7
const steps = 1_000_000
const numEnvs = 256
const days = 365
/** Actions are drawn beforehand, and taken round and round. */
const MASK = 65_535

type Contender = { unit: 'M steps/s' | 'ms'; run: () => number }
const contenders: Record<string, Contender> = {
  bare: { unit: 'M steps/s', run: () => millionSteps(bareLoop) },
  'scalar-usual': { unit: 'M steps/s', run: () => millionSteps((world) => scalarLoop(world, usualActions(world))) },
  'scalar-busy': { unit: 'M steps/s', run: () => millionSteps((world) => scalarLoop(world, busyActions(world))) },
  'vector-usual': { unit: 'M steps/s', run: () => millionSteps((world) => vectorLoop(world, usualActions(world))) },
  'vector-busy': { unit: 'M steps/s', run: () => millionSteps((world) => vectorLoop(world, busyActions(world))) },
  'world-of-a-year': { unit: 'ms', run: worldMilliseconds },
}

const contender = process.argv[2]
if (contender === undefined) compare()
else console.log((contenders[contender] as Contender).run())

function compare(): void {
  const names = Object.keys(contenders)
  const run = (name: string) => Number(execFileSync(process.execPath, [fileURLToPath(import.meta.url), name]))
  const results = Array.from({ length: rounds }, () => new Map(names.map((name) => [name, run(name)])))
  const medianOf = (value: (round: ReadonlyMap<string, number>) => number) =>
    results.map(value).toSorted((a, b) => a - b)[rounds >> 1] as number
  for (const name of names) {
    const median = medianOf((round) => round.get(name) as number)
    console.log(`env-${name} ${median.toFixed(2)} ${(contenders[name] as Contender).unit}`)
  }
  for (const name of names.filter((each) => /^(scalar|vector)/.test(each))) {
    const ratio = medianOf((round) => (round.get(name) as number) / (round.get('bare') as number))
    console.log(`env-${name}-over-bare ${ratio.toFixed(2)} ratio`)
  }
  const world = createSyntheticWorld({ days })
  console.log(`env-world ${world.timeMs.length} times`)
  console.log(`env-world-quotes ${world.quotes.length / 8} quotes`)
}

/** Once it is warm. */
function millionSteps(prepare: (world: World) => () => number): number {
  const loop = prepare(createSyntheticWorld({ seed: 1, days }))
  const pass = () => {
    if (!Number.isFinite(loop())) throw new Error('a contender returned NaN')
  }
  pass()
  pass()
  const times = Array.from({ length: 3 }, () => {
    const start = process.cpuUsage()
    pass()
    const { user, system } = process.cpuUsage(start)
    return user + system
  })
  return steps / (times.toSorted((a, b) => a - b)[1] as number)
}

/** The position is priced in each step and its change is booked: nothing is observed, traded, delivered or split. */
function bareLoop({ indexUsd }: World): () => number {
  return () => {
    let cashCoin = 10
    let markCoin = 0
    for (let step = 0; step < steps; step++) {
      const forwardUsd = indexUsd[step % indexUsd.length] as number
      const expiryYears = (30 - (step % 30)) / 365
      const { priceCoin } = black76({ forwardUsd, strikeUsd: 60_000, expiryYears, iv: 0.5, kind: 'call' })
      cashCoin -= priceCoin - markCoin
      markCoin = priceCoin
    }
    return cashCoin
  }
}

function scalarLoop(world: World, actions: Uint8Array): () => number {
  const env = new CoveredCallEnv(world)
  return () => {
    let sum = 0
    env.reset({ seed: 1 })
    for (let step = 0; step < steps; step++) {
      const { obs, reward, terminated, truncated, info } = env.step(actions[step & MASK] as number)
      sum += reward + (obs[9] as number) + info.feeCoin
      if (terminated || truncated) env.reset()
    }
    return sum
  }
}

function vectorLoop(world: World, actions: Uint8Array): () => number {
  const env = createVectorEnv(world, { numEnvs })
  const chosen = new Uint8Array(numEnvs)
  return () => {
    let sum = 0
    env.reset({ seed: 1 })
    for (let step = 0; step < steps / numEnvs; step++) {
      for (let i = 0; i < numEnvs; i++) chosen[i] = actions[(step * numEnvs + i * 7) & MASK] as number
      const { obs, rewards, infos } = env.step(chosen)
      for (let i = 0; i < numEnvs; i++) sum += rewards[i] as number
      sum += (obs[9] as number) + (infos.action_mask[1] as number)
    }
    return sum
  }
}

/** Sells, rolls and buys back now and then. */
function usualActions(world: World): Uint8Array {
  const random = createNoise()
  const last = 2 * world.menu.slots + 1
  return Uint8Array.from({ length: MASK + 1 }, () => (random() < 0.1 ? Math.floor(random() * (last + 1)) : 0))
}

function busyActions(world: World): Uint8Array {
  const random = createNoise()
  return Uint8Array.from({ length: MASK + 1 }, () => Math.floor(random() * (2 * world.menu.slots + 2)))
}

/** A linear congruential generator: the same actions in every run. */
function createNoise(): () => number {
  let state = 12_345
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

function worldMilliseconds(): number {
  const times = Array.from({ length: 5 }, (_, seed) => {
    const start = process.cpuUsage()
    createSyntheticWorld({ seed, days })
    const { user, system } = process.cpuUsage(start)
    return (user + system) / 1000
  })
  return times.toSorted((a, b) => a - b)[2] as number
}
