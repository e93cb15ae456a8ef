import { CcError, type Recovery, type RecoveryReport } from '@cc/models'
import { createAgent } from './agent.js'
import { createWorld, RUN_ID, START_MS } from './engine-world.fixture.js'
import type { EngineOptionsInput } from './options.js'
import type { EnginePorts } from './ports.js'

export const HOUR_MS = 3_600_000
const never = new AbortController().signal
const hourly: EngineOptionsInput = {
  ...{ runId: RUN_ID, underlyings: ['BTC'], intervalMs: HOUR_MS, runForMs: 3 * HOUR_MS, ledgerLagMs: 0 },
}
export const error = (recovery: Recovery) => new CcError('No answer.', { code: `test/${recovery}`, recovery })
export const rejects = (recovery: Recovery) => () => Promise.reject(error(recovery))
export const NOTHING_LEFT: RecoveryReport = { settled: [], unresolved: [], cancelledOrders: 0 }

export type World = ReturnType<typeof createWorld>
export type Prepare = (world: World) => Partial<EnginePorts> | undefined

/** Starts of the cycles that decide, in minutes. */
const startsOf = ({ log }: World) =>
  log.decisions.filter(({ policy }) => policy !== 'closing').map((entry) => (entry.startedMs - START_MS) / 60_000)

/** Runs an agent of doubles on BTC for three hours, an hour apart, unless options say otherwise. */
export async function run(
  { options = {}, prepare }: { options?: Partial<EngineOptionsInput>; prepare?: Prepare } = {},
  signal: AbortSignal = never,
) {
  const world = createWorld()
  const change = prepare?.(world) ?? {}
  const outcome = await createAgent({ ...world.ports, ...change }, { ...hourly, ...options }).run(signal)
  return { ...world, outcome, starts: startsOf(world) }
}

/** Fails the first `times` observations. */
export const failing = (world: World, times: number, recovery: Recovery): Partial<EnginePorts> => {
  let left = times
  return {
    observer: {
      observe: (memory) => (left-- > 0 ? Promise.reject(error(recovery)) : world.ports.observer.observe(memory)),
    },
  }
}

/** Answers the n-th recovery, counted from 0, and writes down when it was asked for, in seconds. */
export const recovering = (world: World, answer: (n: number) => RecoveryReport | Promise<RecoveryReport>) => {
  const atSec: number[] = []
  const recover = async () => {
    atSec.push((world.clock.now() - START_MS) / 1_000)
    return answer(atSec.length - 1)
  }
  return { atSec, executor: { ...world.ports.executor, recover } }
}
