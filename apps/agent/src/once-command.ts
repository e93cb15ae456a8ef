import { resolve } from 'node:path'
import { createVirtualClock } from '@cc/models/clock'
import { composeSim } from './compose.js'
import type { Settings } from './config.js'
import { EXIT, exitCodeOfFailure, exitCodeOfStop } from './exit-codes.js'
import { type Flags, settingsUnder } from './flags.js'
import type { Io } from './io.js'
import { openWorld } from './market-source.js'
import { createNarrator } from './narrator.js'
import { worldLine } from './opening-lines.js'
import { planRun, requireThisVersion } from './run-plan.js'
import { openSession, type Session, unrecordedSession } from './session.js'
import { createStderrLogger } from './stderr-logger.js'

/** `ccagent once`: one cycle, its decision printed. */
export async function once(flags: Flags, io: Io): Promise<number> {
  const settings = settingsUnder(flags, io)
  requireThisVersion(settings)
  const plan = planRun(flags, settings, openWorld(flags, settings, io.folder))
  const session = await sessionOf(flags, settings, io)
  try {
    const { agent } = composeSim(plan, {
      clock: createVirtualClock({ startMs: plan.world.market.startMs }),
      session,
      logger: createStderrLogger(io.stderr, { verbose: flags.verbose === true }),
      onRecord() {},
    })
    const record = await agent.once(io.stop)
    if (flags.json) io.stdout.write(`${JSON.stringify(record, null, 2)}\n`)
    else {
      io.stdout.write(`${worldLine(plan)}\n\n`)
      const narrator = createNarrator(io)
      narrator.tell(record)
      narrator.end()
    }
    if (io.stop.aborted) return exitCodeOfStop(io.stop)
    return record.failure === null ? EXIT.done : exitCodeOfFailure(record.failure.code)
  } finally {
    await session.close()
  }
}

/** A look at a simulated world leaves nothing behind, unless a folder was named. */
async function sessionOf(flags: Flags, { values, origins }: Settings, io: Io): Promise<Session> {
  if (origins.LOG_DIR === 'default') return unrecordedSession()
  return openSession(resolve(io.folder, values.LOG_DIR), { fresh: flags.fresh === true })
}
