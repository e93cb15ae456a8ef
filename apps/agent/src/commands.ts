import { resolve } from 'node:path'
import type { RunOutcome } from '@cc/engine'
import type { Clock, FailureRecord } from '@cc/models'
import { createPacedClock, createVirtualClock } from '@cc/models/clock'
import { composeAgent, openVenue } from './compose.js'
import { isDryRun, type Settings } from './config.js'
import { EXIT, exitCodeOfOnce, exitCodeOfRun, usageError } from './failure.js'
import { type Flags, settingsUnder } from './flags.js'
import { createStderrLogger, type Io } from './io.js'
import { openWorld } from './market-source.js'
import { createJsonLines, createNarrator } from './narrator.js'
import { openingLines, planRun, type RunPlan, requireThisVersion, worldLine } from './run-plan.js'
import { openPassingSession, openSession, type Session } from './session.js'
import { SETTING_KEYS, SETTINGS, type SettingKey } from './settings-schema.js'
import { createRunReport } from './summary.js'
import { summaryLines } from './summary-lines.js'

/** `ccagent run`: cycle after cycle until `--for` is over, a signal, or a halt. */
export async function run(flags: Flags, io: Io): Promise<number> {
  const { plan, folder } = prepare(flags, io)
  if (plan.world.market.frozen) {
    throw usageError(`--market ${flags.market} is one recorded moment, in which nothing goes on: use "ccagent once".`)
  }
  const session = await openSession(folder, { fresh: flags.fresh === true })
  try {
    return await play(plan, session, { flags, io, folder })
  } finally {
    await session.close()
  }
}

/** `ccagent once`: one cycle, its decision printed. In the sim it leaves nothing behind unless a folder was named. */
export async function once(flags: Flags, io: Io): Promise<number> {
  const { plan, folder, folderIsNamed } = prepare(flags, io)
  const session = folderIsNamed
    ? await openSession(folder, { fresh: flags.fresh === true })
    : await openPassingSession()
  try {
    const venue = openVenue(plan, createVirtualClock({ startMs: plan.world.market.startMs }))
    const { record, failure } = await composeAgent(plan, { venue, session, logger: loggerOf(flags, io) }).once(io.stop)
    if (flags.json) {
      io.stdout.write(`${JSON.stringify(record, null, 2)}\n`)
    } else {
      io.stdout.write(`${worldLine(plan)}\n\n`)
      const narrator = createNarrator(io)
      narrator.tell(record)
      narrator.end()
    }
    if (failure !== null) io.stderr.write(`ccagent: failed: ${failureWords(failure)}\n`)
    return exitCodeOfOnce({ failure }, { stop: io.stop, halted: session.halt.read().halted })
  } finally {
    await session.close()
  }
}

/** `ccagent config print`: every setting in force with where it came from. Of secrets, whether they are set. */
export async function printConfig(flags: Flags, io: Io): Promise<number> {
  const settings = settingsUnder(flags, io)
  const rows = SETTING_KEYS.map((key) => ({ key, value: shown(key, settings), origin: settings.origins[key] }))
  io.stdout.write(flags.json ? asJson(rows) : asTable(rows))
  return EXIT.done
}

/** Everything that can be wrong with flags, settings and market files is found here, before anything is opened. */
function prepare(flags: Flags, io: Io): { plan: RunPlan; folder: string; folderIsNamed: boolean } {
  const settings = settingsUnder(flags, io)
  requireThisVersion(settings)
  return {
    plan: planRun(flags, settings, openWorld(flags, settings, io.folder)),
    folder: resolve(io.folder, settings.values.LOG_DIR),
    folderIsNamed: settings.origins.LOG_DIR !== 'default',
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

  const venue = openVenue(plan, clockOf(plan, speed))
  const report = await createRunReport(venue, {
    underlyings: plan.world.underlyings,
    objective: plan.settings.OBJECTIVE,
  })
  let succeeded = false
  const agent = composeAgent(plan, {
    venue,
    session,
    logger: loggerOf(flags, io),
    onRecord(record) {
      narrator.tell(record)
      report.see(record)
      // The closing record of a run decides nothing.
      succeeded ||= record.failure === null && record.policy !== 'closing'
    },
  })
  const outcome = await agent.run(io.stop)
  narrator.end()
  for (const line of troubleLines(outcome)) io.stderr.write(`ccagent: ${line}\n`)
  say([
    '',
    ...summaryLines(await report.finish()),
    `Log: ${folder}, ${outcome.cycles} ${outcome.cycles === 1 ? 'decision' : 'decisions'}.`,
  ])
  return exitCodeOfRun(outcome, { stop: io.stop, succeeded })
}

/** Why a run ended that was to go on: what the halt switch says, what failed last. */
function troubleLines({ reason, haltReason, lastFailure }: RunOutcome): string[] {
  const halted = haltReason === undefined ? [] : [`halted: ${haltReason}`]
  const failed = reason === 'failed' && lastFailure !== undefined ? [`failed: ${failureWords(lastFailure)}`] : []
  return [...failed, ...halted]
}

function failureWords({ code, message }: FailureRecord): string {
  return `${code}: ${message}`
}

function clockOf({ world }: RunPlan, speed: number | 'max'): Clock {
  const { startMs } = world.market
  return speed === 'max' ? createVirtualClock({ startMs }) : createPacedClock({ startMs, speed })
}

function loggerOf(flags: Flags, io: Io) {
  return createStderrLogger(io.stderr, { verbose: flags.verbose === true })
}

type Row = { key: SettingKey; value: unknown; origin: string }

function shown(key: SettingKey, { values }: Settings): unknown {
  if (key === 'DRY_RUN') return isDryRun(values)
  const value = values[key]
  if (SETTINGS[key].secret) return value === undefined ? 'unset' : 'set'
  return value ?? null
}

function asJson(rows: readonly Row[]): string {
  const settings = Object.fromEntries(rows.map(({ key, value, origin }) => [key, { value, origin }]))
  return `${JSON.stringify({ schemaVersion: 1, settings }, null, 2)}\n`
}

function asTable(rows: readonly Row[]): string {
  const texts = rows.map(({ key, value, origin }) => [key, textOf(value), origin] as const)
  const widths = [0, 1].map((column) => Math.max(...texts.map((row) => row[column]?.length ?? 0)))
  const lines = texts.map(([key, value, origin]) => {
    const note = SETTINGS[key].notYetUsed ? `${origin}, not used by this version` : origin
    return `${key.padEnd(widths[0] ?? 0)}  ${value.padEnd(widths[1] ?? 0)}  ${note}`
  })
  return `${lines.join('\n')}\n`
}

function textOf(value: unknown): string {
  if (value === null) return 'unset'
  return Array.isArray(value) ? value.join(',') : String(value)
}
