import type { Currency } from '@cc/models'
import { createAgent } from './agent.js'
import { HOUR_MS } from './engine-run.fixture.js'
import { type createWorld, RUN_ID, START_MS } from './engine-world.fixture.js'
import type { OperatorCommand } from './operator.js'
import type { EngineOptionsInput } from './options.js'
import type { EnginePorts } from './ports.js'

/** Three hours on BTC, an hour apart. */
export const options: EngineOptionsInput = {
  ...{ runId: RUN_ID, underlyings: ['BTC'] as Currency[], intervalMs: HOUR_MS, runForMs: 3 * HOUR_MS, ledgerLagMs: 0 },
  ...{ retryMs: 6_000, maxRetries: 2 },
}
export const PAUSE: OperatorCommand = { command: 'pause', reason: 'going on holiday' }
export const RESUME: OperatorCommand = { command: 'resume', reason: 'back again' }
export const CLOSE = { command: 'close', symbol: 'all', reason: 'enough' } as const satisfies OperatorCommand

type World = ReturnType<typeof createWorld>

/** An agent under way on this world; `change` is of its ports, `at` does something at a time. */
export function running(
  world: World,
  { change = {}, ...more }: { change?: Partial<EnginePorts> } & Partial<EngineOptionsInput> = {},
) {
  const controller = new AbortController()
  const agent = createAgent({ ...world.ports, ...change }, { ...options, ...more })
  const outcome = agent.run(controller.signal)
  const at = async (afterMs: number, command: OperatorCommand) => {
    await world.clock.sleep(afterMs)
    const answer = await agent.command(command)
    return { answer, atMs: world.clock.now() - START_MS }
  }
  return { agent, outcome, at, stop: () => controller.abort() }
}

export const operated = ({ log }: World) => log.entries.filter(({ kind }) => kind === 'operator')
