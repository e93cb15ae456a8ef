import { parentPort } from 'node:worker_threads'
import type { Violation } from '../simulation/invariants/violation.ts'
import { calmRunOf, crashPoints, failurePoints, recoveryPoints } from './points.ts'
import { runScript } from './run-script.ts'
import { type Script, scriptOf } from './script.ts'
import type { Strike } from './strike.ts'

export { calmRunOf, crashPoints, failurePoints, recoveryPoints, runScript }

/** What a worker is told: a script, all that goes wrong in it, and whether it is to be lived through twice. */
export type Task = { script: string; strikes: readonly Strike[]; twice: boolean }
/** What it answers. */
export type Answer = {
  violations: readonly Violation[]
  /** Calls of the life that recovered, before its first decision. */
  recovery: readonly string[]
  halted: boolean
}

// A turn of the event loop for each story: what was rejected and not heard is then known before the next begins.
const port = parentPort
let unheard: unknown[] = []
if (port !== null) {
  process.on('unhandledRejection', (reason) => unheard.push(reason))
  port.on('message', (task: Task) => void answer(task).then((found) => port.postMessage(found)))
}

async function answer({ script: name, strikes, twice }: Task): Promise<Answer> {
  const script: Script = scriptOf(name)
  const { violations, calls, recoveryCalls, halts, digest } = await runScript(script, strikes)
  const found = [...violations]
  const timeMs = found.at(-1)?.timeMs ?? script.startMs
  if (twice && (await runScript(script, strikes)).digest !== digest) {
    found.push({ invariant: 'I12', timeMs, message: 'the same point wrote another log' })
  }
  for (const reason of unheard)
    found.push({ invariant: 'I11', timeMs, message: `rejected and not heard: ${String(reason)}` })
  unheard = []
  return { violations: found, recovery: calls[1].slice(0, recoveryCalls), halted: halts.length > 0 }
}
