import { parentPort } from 'node:worker_threads'
import type { Violation } from './invariants/violation.ts'
import { liveThrough } from './world.ts'

export { liveThrough }

/** What a worker is told: one seed, and whether it is to be lived through twice. */
export type Task = { seed: number; twice: boolean }
/** What it answers. */
export type Answer = {
  seed: number
  cycles: number
  orders: number
  violations: readonly Violation[]
  tally: readonly (readonly [string, number])[]
}

// A turn of the event loop for each seed: what was rejected and not heard is then known before the next begins.
const port = parentPort
let unheard: unknown[] = []
if (port !== null) {
  // Most errors of a world are meant, and nobody reads where they came from; a replay has it.
  Error.stackTraceLimit = 0
  process.on('unhandledRejection', (reason) => unheard.push(reason))
  port.on('message', (task: Task) => void answer(task).then((found) => port.postMessage(found)))
}

async function answer({ seed, twice }: Task): Promise<Answer> {
  const { cycles, orders, violations, tally, digest } = await liveThrough(seed)
  const found = [...violations]
  const timeMs = found.at(-1)?.timeMs ?? 0
  if (twice) {
    const again = await liveThrough(seed)
    if (again.digest !== digest) found.push({ invariant: 'I12', timeMs, message: 'the same seed wrote another log' })
  }
  for (const reason of unheard)
    found.push({ invariant: 'I11', timeMs, message: `rejected and not heard: ${String(reason)}` })
  unheard = []
  return { seed, cycles, orders, violations: found, tally: [...tally] }
}
