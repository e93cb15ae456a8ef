import { resolve } from 'node:path'
import type { Clock } from '@cc/models'
import { createPacedClock, createVirtualClock } from '@cc/models/clock'
import { composeSim } from './compose.js'
import { exitCodeOfRun } from './exit-codes.js'
import { usageError } from './failure.js'
import { type Flags, settingsUnder } from './flags.js'
import type { Io } from './io.js'
import { openWorld } from './market-source.js'
import { createJsonLines, createNarrator } from './narrator.js'
import { openingLines } from './opening-lines.js'
import { planRun, type RunPlan, requireThisVersion } from './run-plan.js'
import { createRunReport } from './run-report.js'
import { openSession, type Session } from './session.js'
import { createStderrLogger } from './stderr-logger.js'
import { summaryLines } from './summary-lines.js'

/** `ccagent run`: cycle after cycle until `--for` is over, a signal, or a halt. */
export async function run(flags: Flags, io: Io): Promise<number> {
  const settings = settingsUnder(flags, io)
  requireThisVersion(settings)
  const world = openWorld(flags, settings, io.folder)
  if (world.market.frozen) {
    throw usageError(`--market ${flags.market} is one recorded moment, in which nothing goes on: use "ccagent once".`)
  }
  const plan = planRun(flags, settings, world)
  const folder = resolve(io.folder, settings.values.LOG_DIR)
  const session = await openSession(folder, { fresh: flags.fresh === true })
  try {
    return await play(plan, session, { flags, io, folder })
  } finally {
    await session.close()
  }
}

async function play(
  plan: RunPlan,
  session: Session,
  { flags, io, folder }: { flags: Flags; io: Io; folder: string },
): Promise<number> {
  const speed = flags.speed ?? (flags.for === undefined ? 1 : 'max')
  const say = (lines: readonly string[]) => {
    if (!flags.json) io.stdout.write(`${lines.join('\n')}\n`)
  }
  say(openingLines(plan, { speed, folder }))
  const narrator = flags.json ? createJsonLines(io) : createNarrator(io, { live: speed !== 'max' })
  const logger = createStderrLogger(io.stderr, { verbose: flags.verbose === true })

  const { agent, venue } = composeSim(plan, {
    clock: clockOf(plan, speed),
    session,
    logger,
    onRecord(record) {
      narrator.tell(record)
      report.see(record)
    },
  })
  const report = await createRunReport(venue, {
    underlyings: plan.world.underlyings,
    objective: plan.settings.OBJECTIVE,
  })
  const outcome = await agent.run(io.stop)
  narrator.end()
  say([
    '',
    ...summaryLines(await report.finish()),
    `Log: ${folder}, ${outcome.cycles} ${outcome.cycles === 1 ? 'decision' : 'decisions'}.`,
  ])
  if (outcome.reason === 'halted' || outcome.reason === 'failed') {
    io.stderr.write(`ccagent: ${outcome.reason}: ${outcome.lastFailure?.message ?? 'the halt switch was set'}\n`)
  }
  return exitCodeOfRun(outcome, io.stop)
}

function clockOf({ world }: RunPlan, speed: number | 'max'): Clock {
  const { startMs } = world.market
  return speed === 'max' ? createVirtualClock({ startMs }) : createPacedClock({ startMs, speed })
}
