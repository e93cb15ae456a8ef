import { Worker } from 'node:worker_threads'
import { addTally, type Tally } from './tally.ts'
import type { Answer, Task } from './worker.ts'

/** What came of many seeds. */
export type BatchResult = {
  seeds: number
  cycles: number
  orders: number
  tally: Tally
  /** Fewest cycles of a seed. */
  fewestCycles: number
  /** Those that violated something, in the order of their numbers. */
  failures: readonly Pick<Answer, 'seed' | 'violations'>[]
}

/** One seed in so many is lived through twice, and must write the same bytes. */
const TWICE_EVERY = 100
/** Young generation of a worker, MB: a world is garbage as soon as it is over. */
const YOUNG_MB = 64

/**
 * Lives through seeds `first` to `first + count − 1` in worker threads, each of which runs a bundle of the simulation.
 *
 * @param onProgress told after each seed
 * @param isEnough asked after each seed: whether the rest need not be lived through
 */
export async function runBatch(
  bundle: string,
  { first, count, workers }: { first: number; count: number; workers: number },
  onProgress: (done: number, failed: number) => void = () => {},
  isEnough: (failed: number) => boolean = () => false,
): Promise<BatchResult> {
  const tally: Tally = new Map()
  const failures: Pick<Answer, 'seed' | 'violations'>[] = []
  const sum = { seeds: 0, cycles: 0, orders: 0, fewestCycles: Number.POSITIVE_INFINITY }
  let next = first

  function nextTask(): Task | undefined {
    if (next >= first + count || isEnough(failures.length)) return undefined
    const seed = next
    next += 1
    return { seed, twice: seed % TWICE_EVERY === 0 }
  }

  function take({ seed, cycles, orders, violations, tally: counts }: Answer): void {
    sum.seeds += 1
    sum.cycles += cycles
    sum.orders += orders
    sum.fewestCycles = Math.min(sum.fewestCycles, cycles)
    addTally(tally, counts)
    if (violations.length > 0) failures.push({ seed, violations })
    onProgress(sum.seeds, failures.length)
  }

  await Promise.all(Array.from({ length: Math.min(workers, count) }, () => work(bundle, nextTask, take)))
  return { ...sum, tally, failures: failures.sort((a, b) => a.seed - b.seed) }
}

/** One worker, a seed after the other, until there is none left. */
function work(bundle: string, nextTask: () => Task | undefined, take: (answer: Answer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(bundle, { resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } })
    const goOn = () => {
      const task = nextTask()
      if (task === undefined) void worker.terminate().then(() => resolve(), reject)
      else worker.postMessage(task)
    }
    worker.on('error', reject)
    worker.on('message', (answer: Answer) => {
      take(answer)
      goOn()
    })
    goOn()
  })
}
