import { resolve } from 'node:path'
import type { RunOutcome } from '@cc/engine'
import { CcError, type DecisionRecord, type FailureRecord, type Logger } from '@cc/models'
import { type Composed, composeAgent } from './compose.js'
import { openControl } from './control-server.js'
import { exitCodeOfOnce, exitCodeOfRun, STOPPED, usageError } from './failure.js'
import { type Flags, settingsUnder } from './flags.js'
import { liftWords, requireNoHalt } from './halt-file.js'
import { createStderrLogger, type Io } from './io.js'
import { headingOf, type LogHeading } from './log-heading.js'
import { createJsonLines, createNarrator } from './narrator.js'
import { type OpenVenue, openVenue } from './open-venue.js'
import { accountLine, onceLines, openingLines } from './opening-lines.js'
import { policyNotes } from './policy-plan.js'
import { planRun, type RunPlan } from './run-plan.js'
import {
  enterFolder,
  enterPassingFolder,
  type LogFolder,
  openAccountSession,
  openSimulatedSession,
  type Session,
} from './session.js'
import { createRunReport, type RunReport } from './summary.js'
import { summaryLines } from './summary-lines.js'
import { writeHalt } from './write-halt.js'

/** `ccagent run`: cycle after cycle until `--for` is over, a signal, or a halt. */
export async function run(flags: Flags, io: Io): Promise<number> {
  const { plan, folder } = prepare(flags, io)
  if (plan.exchange.kind === 'simulated' && plan.exchange.world.market.frozen) {
    throw usageError(`--market ${flags.market} is one recorded moment, in which nothing goes on: use "ccagent once".`)
  }
  return onStage({ plan, enter: () => enterFolder(folder, hostOf(plan)), flags, io }, (stage) =>
    play(plan, stage, { flags, io, folder }),
  )
}

/**
 * `ccagent once`: one cycle, its decision printed. What sends orders to an account is written down. Else, in the sim and
 * in a dry run, nothing is left behind unless a folder was named.
 */
export async function once(flags: Flags, io: Io): Promise<number> {
  const { plan, folder, folderIsNamed } = prepare(flags, io)
  const passes = !folderIsNamed && (plan.exchange.kind === 'simulated' || plan.dryRun)
  const enter = () => (passes ? enterPassingFolder() : enterFolder(folder, hostOf(plan)))
  return onStage({ plan: { ...plan, exchange: atOnce(plan.exchange) }, enter, flags, io }, async (stage) => {
    // Before the cycle: while an order rests, it takes a minute.
    if (!flags.json) io.stdout.write(`${onceLines(plan, stage.exchange).join('\n')}\n`)
    const { agent, cancelOwn, close } = composeAgent(plan, stage)
    const disarm = armed(stage, { cancelOwn, io })
    const { record, failure } = await agent.once(io.stop).finally(() => {
      close()
      disarm()
    })
    if (flags.json) io.stdout.write(`${JSON.stringify(record, null, 2)}\n`)
    else tellOnce(record, { plan, io })
    if (failure !== null && !(io.stop.aborted && failure.code === STOPPED))
      io.stderr.write(`ccagent: failed: ${failureWords(failure)}\n`)
    return exitCodeOfOnce({ failure }, { stop: io.stop, halted: stage.session.halt.read().halted })
  })
}

type Prepared = { plan: RunPlan; folder: string; folderIsNamed: boolean }

/** What is to be done. */
function prepare(flags: Flags, io: Io): Prepared {
  const settings = settingsUnder(flags, io)
  const plan = planRun(flags, settings, io)
  for (const note of policyNotes(plan.policy, settings.values.LLM_MODEL_NAME, Date.now())) {
    io.stderr.write(`ccagent: ${note}\n`)
  }
  return {
    plan,
    folder: resolve(io.folder, settings.values.LOG_DIR),
    folderIsNamed: settings.origins.LOG_DIR !== 'default',
  }
}

function hostOf({ exchange }: RunPlan): { host: string | null } {
  return { host: exchange.kind === 'simulated' ? null : exchange.host }
}

/** One cycle is over before anybody could watch its pace, or hear more than it asks for. */
function atOnce(exchange: RunPlan['exchange']): RunPlan['exchange'] {
  return exchange.kind === 'simulated' ? { ...exchange, speed: 'max' } : { ...exchange, staysOn: false }
}

/** What a command plays on: an exchange that answers, and the log folder that it writes down in. */
type Stage = { folder: LogFolder; exchange: OpenVenue; session: Session; logger: Logger }

/** Sets the stage for `work`, and clears it whatever comes: first the folder, as its lock and its halt forbid the rest. */
async function onStage(
  { plan, enter, flags, io }: { plan: RunPlan; enter: () => Promise<LogFolder>; flags: Flags; io: Io },
  work: (stage: Stage) => Promise<number>,
): Promise<number> {
  const logger = createStderrLogger(io.stderr, { verbose: flags.verbose === true })
  const folder = await enter()
  try {
    const stop = AbortSignal.any([io.stop, folder.halt.signal])
    const exchange = await openVenue(plan, { logger, stop })
    try {
      const heading = headingOf(plan, exchange.runId)
      const session = await openSession({ folder, heading }, exchange, { fresh: flags.fresh === true })
      try {
        return await work({ folder, exchange, session, logger })
      } finally {
        await session.close()
      }
    } finally {
      await exchange.close()
    }
  } catch (error) {
    // It says how to lift it.
    if (CcError.isInstance(error) && error.code === 'agent/halted') requireNoHalt(folder.path)
    throw error
  } finally {
    folder.leave()
  }
}

/** What is to be done where the program breaks while this agent runs. */
function armed({ folder }: Stage, { cancelOwn, io }: Pick<Composed, 'cancelOwn'> & { io: Io }): () => void {
  const disarm = io.crashes?.arm({
    halt(reason) {
      const { latched } = writeHalt(folder.path, reason)
      // In this life it holds even if the disk refuses the file, of which is told by what is returned.
      folder.halt.latch(reason).catch(() => {})
      return latched
    },
    cancelOwn,
  })
  return disarm ?? (() => {})
}

async function openSession(
  { folder, heading }: { folder: LogFolder; heading: LogHeading },
  { owner }: OpenVenue,
  { fresh }: { fresh: boolean },
): Promise<Session> {
  if (owner === null) return openSimulatedSession(folder, heading, { fresh })
  return openAccountSession(folder, heading, owner)
}

async function play(
  plan: RunPlan,
  stage: Stage,
  { flags, io, folder }: { flags: Flags; io: Io; folder: string },
): Promise<number> {
  const { exchange } = stage
  const isLive = plan.exchange.kind === 'deribit' || plan.exchange.speed !== 'max'
  const say = (lines: readonly string[]) => io.stdout.write(`${lines.join('\n')}\n`)
  let report: RunReport | undefined
  if (!flags.json) {
    report = await createRunReport(exchange, {
      underlyings: exchange.underlyings,
      objective: plan.settings.OBJECTIVE,
    })
    say(openingLines(plan, exchange, { coins: report.coins, folder }))
  }
  const narrator = flags.json ? createJsonLines(io) : createNarrator(io, { live: isLive })

  let succeeded = false
  const { agent, cancelOwn, close } = composeAgent(plan, {
    ...stage,
    onCommand: (record) => narrator.tellCommand(record),
    onRecord(record) {
      narrator.tell(record)
      report?.see(record)
      // The closing record of a run decides nothing.
      succeeded ||= record.failure === null && record.policy !== 'closing'
    },
  })
  const disarm = armed(stage, { cancelOwn, io })
  const closeControl = await openControl(folder, { agent, halt: stage.session.halt, logger: stage.logger })
  const outcome = await agent.run(io.stop).finally(async () => {
    await closeControl()
    close()
    disarm()
  })
  narrator.end()
  for (const line of troubleLines(outcome, folder)) io.stderr.write(`ccagent: ${line}\n`)
  if (report !== undefined) {
    const decisions = `${outcome.cycles} ${outcome.cycles === 1 ? 'decision' : 'decisions'}`
    say(['', ...(await endLines(report, io)), `Log: ${folder}, ${decisions}.`])
  }
  return exitCodeOfRun(outcome, { stop: io.stop, succeeded })
}

/** How the run ended is known by now, whether or not the exchange still says what came of it. */
async function endLines(report: RunReport, io: Io): Promise<string[]> {
  try {
    return summaryLines(await report.finish())
  } catch (error) {
    if (!CcError.isInstance(error)) throw error
    io.stderr.write(`ccagent: what came of the run cannot be told: ${failureWords(error)}\n`)
    return []
  }
}

function tellOnce(record: DecisionRecord, { plan, io }: { plan: RunPlan; io: Io }): void {
  const seen = record.state?.underlyings ?? []
  const coins = seen.map(({ currency, portfolio: { balanceCoin } }) => ({ currency, balanceCoin }))
  const account = accountLine(plan, coins)
  io.stdout.write(account === undefined ? '\n' : `${account}\n\n`)
  const narrator = createNarrator(io)
  narrator.tell(record)
  narrator.end()
}

/** Why a run ended that was to go on: what the halt switch says, what failed last. */
function troubleLines({ reason, haltReason, lastFailure }: RunOutcome, folder: string): string[] {
  const halted = haltReason === undefined ? [] : [`halted: ${haltReason.replace(/[.\s]*$/, '.')} ${liftWords(folder)}`]
  const failed = reason === 'failed' && lastFailure !== undefined ? [`failed: ${failureWords(lastFailure)}`] : []
  return [...failed, ...halted]
}

function failureWords({ code, message }: Pick<FailureRecord, 'code' | 'message'>): string {
  return `${code}: ${message}`
}
