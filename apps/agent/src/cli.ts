import { CcError } from '@cc/models'
import { Command, CommanderError, type Option } from 'commander'
import manifest from '../package.json' with { type: 'json' }
import { backtest } from './backtest-command.js'
import { type BacktestFlags, historyFlags, resultFlags, strategyFlags } from './backtest-flags.js'
import { verifyBacktest } from './causality-command.js'
import { once, run } from './commands.js'
import { printConfig } from './config-print.js'
import { type ExportFlags, exportData, exportFlags } from './data-command.js'
import { type FetchFlags, fetchData, fetchFlags } from './data-fetch-command.js'
import { type DecisionsFlags, decisions, decisionsFlags } from './decisions-command.js'
import { EXIT, exitCodeOf, exitCodeOfStop, usageError } from './failure.js'
import {
  cycleFlags,
  everyFlag,
  type Flags,
  forFlag,
  jsonFlag,
  serverFlags,
  settingFlags,
  speedFlag,
  worldFlags,
} from './flags.js'
import {
  BACKTEST_EXAMPLES,
  BACKTEST_NOTE,
  CLOSE_EXAMPLES,
  DECISIONS_EXAMPLES,
  EXIT_CODES,
  EXPORT_EXAMPLES,
  FETCH_EXAMPLES,
  FETCH_NOTE,
  KILL_EXAMPLES,
  KILL_NOTE,
  ONCE_EXAMPLES,
  PAUSE_EXAMPLES,
  REPLAY_EXAMPLES,
  REPLAY_NOTE,
  REPORT_EXAMPLES,
  RESUME_EXAMPLES,
  ROOT_EXAMPLES,
  RUN_EXAMPLES,
  SIM_EXAMPLES,
  SIM_START,
  SWEEP_EXAMPLES,
  SWEEP_NOTE,
  TESTNET_NOTE,
} from './help-texts.js'
import { type Io, redacting } from './io.js'
import { kill } from './kill-command.js'
import { redactorOf } from './known-secrets.js'
import { type LogsFlags, recoverLogs, verifyLogs } from './logs-command.js'
import { closeCalls, pause, resume } from './operator-commands.js'
import { type OperatorFlags, operatorFlags } from './operator-flags.js'
import { type ReplayFlags, replay, replayFlags } from './replay-command.js'
import { type ReportFlags, report, reportFlags } from './report-command.js'
import { sim } from './sim-command.js'
import { sweep } from './sweep-command.js'
import { type SweepFlags, sweepFlags } from './sweep-flags.js'
import { readCall } from './why-call.js'

/**
 * Runs the command line `ccagent <args>` and resolves to its exit code. Throws nothing: what goes wrong is said
 * on stderr.
 */
export async function main(args: readonly string[], terminal: Io): Promise<number> {
  const io = redacting(terminal, redactorOf(terminal))
  let exitCode: number = EXIT.done
  const ending =
    <Given>(command: (flags: Given, io: Io) => Promise<number>) =>
    async (flags: Given) => {
      exitCode = await command(flags, io)
    }
  const endingOn =
    <Given>(command: (named: string, flags: Given, io: Io) => Promise<number>) =>
    async (named: string, flags: Given) => {
      exitCode = await command(named, flags, io)
    }
  const program = createProgram({
    version: manifest.version,
    commands: {
      run: ending(run),
      once: ending(once),
      sim: ending(sim),
      printConfig: ending(printConfig),
      pause: ending(pause),
      resume: ending(resume),
      kill: ending(kill),
      closeCalls: endingOn(closeCalls),
      verifyLogs: endingOn(verifyLogs),
      recoverLogs: endingOn(recoverLogs),
      decisions: endingOn(decisions),
      replay: endingOn(replay),
      exportData: endingOn(exportData),
      fetchData: ending(fetchData),
      backtest: ending((flags: BacktestFlags, io) => (flags.verifyCausality ? verifyBacktest : backtest)(flags, io)),
      sweep: ending(sweep),
      report: endingOn(report),
    },
    output: { writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) },
  })
  try {
    refuseRepeats(args)
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    return explain(error, io)
  }
}

// Commander lets the last of two win, and takes --dry-run with --no-dry-run.
function refuseRepeats(args: readonly string[]): void {
  const seen = new Set<string>()
  for (const arg of args) {
    if (arg === '--') return
    const name = /^--(?:no-)?([^=]+)/.exec(arg)?.[1]
    if (name === undefined) continue
    if (seen.has(name) && name !== 'grid') throw usageError(`--${name} is given twice.`)
    seen.add(name)
  }
}

function explain(error: unknown, io: Io): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage
  if (io.stop.aborted && error === io.stop.reason) return exitCodeOfStop(io.stop)
  const text = CcError.isInstance(error) ? error.message : `a bug: ${(error as Error).stack ?? String(error)}`
  io.stderr.write(`ccagent: ${text}\n`)
  return exitCodeOf(error)
}

/** What each command does with its flags. */
type Commands = Readonly<
  Record<'run' | 'once' | 'sim' | 'printConfig', (flags: Flags) => Promise<void>> &
    Record<'pause' | 'resume' | 'kill', (flags: OperatorFlags) => Promise<void>> &
    Record<'closeCalls', (symbol: string, flags: OperatorFlags) => Promise<void>> &
    Record<'verifyLogs' | 'recoverLogs', (folder: string, flags: LogsFlags) => Promise<void>> &
    Record<'decisions', (log: string, flags: DecisionsFlags) => Promise<void>> &
    Record<'replay', (log: string, flags: ReplayFlags) => Promise<void>> &
    Record<'exportData', (folder: string, flags: ExportFlags) => Promise<void>> &
    Record<'fetchData', (flags: FetchFlags) => Promise<void>> &
    Record<'backtest', (flags: BacktestFlags) => Promise<void>> &
    Record<'sweep', (flags: SweepFlags) => Promise<void>> &
    Record<'report', (folder: string, flags: ReportFlags) => Promise<void>>
>

type Output = { writeOut(text: string): void; writeErr(text: string): void }

/** The command line: names, flags and help. Parsing throws a `CommanderError` after it said what is wrong. */
function createProgram({ version, commands, output }: { version: string; commands: Commands; output: Output }) {
  const root = new Command('ccagent')
    .description('A covered-call agent for BTC and ETH options on Deribit. Testnet and research only.')
    .version(version, '-V, --version')
    .exitOverride()
    .configureOutput(output)
    .showHelpAfterError('(--help shows the flags)')
    .addHelpText('before', examples(ROOT_EXAMPLES))
    .addHelpText('after', EXIT_CODES)

  withFlags(root.command('run'), [...settingFlags(), everyFlag(), ...worldFlags(SIM_START), ...cycleFlags()])
    .description('run cycle after cycle, until --for is over or Ctrl-C')
    .addOption(forFlag())
    .addOption(speedFlag())
    .addOption(jsonFlag('one decision record as JSON per line'))
    .addHelpText('before', examples(RUN_EXAMPLES))
    .addHelpText('after', TESTNET_NOTE)
    .action(commands.run)

  withFlags(root.command('once'), [...settingFlags(), ...worldFlags(SIM_START), ...cycleFlags()])
    .description('run one cycle and print its decision')
    .addOption(jsonFlag('the decision record as one JSON document'))
    .addHelpText('before', examples(ONCE_EXAMPLES))
    .addHelpText(
      'after',
      `${TESTNET_NOTE}\nIn the sim and in a dry run, files are written only where --log-dir or LOG_DIR names a folder.`,
    )
    .action(commands.once)

  withFlags(root.command('sim'), [...worldFlags("this machine's time"), ...serverFlags()])
    .description("serve a local exchange in Deribit's protocol, until Ctrl-C")
    .addOption(jsonFlag('addresses and key as one line of JSON'))
    .addHelpText('before', examples(SIM_EXAMPLES))
    .action(commands.sim)

  withFlags(root.command('backtest'), [...historyFlags(), ...strategyFlags(), ...resultFlags()])
    .description('run the agent through history, and say what came of it')
    .addHelpText('before', examples(BACKTEST_EXAMPLES))
    .addHelpText('after', BACKTEST_NOTE)
    .action(commands.backtest)

  withFlags(root.command('sweep'), [...historyFlags(), ...strategyFlags(), ...sweepFlags()])
    .description('the same history under every combination of a grid, and how much of the best is luck')
    .addHelpText('before', examples(SWEEP_EXAMPLES))
    .addHelpText('after', SWEEP_NOTE)
    .action(commands.sweep)

  withFlags(root.command('report').argument('<folder>', 'folder of a backtest'), reportFlags())
    .description('write report and tables of a backtest anew, from its result')
    .addHelpText('before', examples(REPORT_EXAMPLES))
    .action(commands.report)

  withFlags(root.command('pause'), operatorFlags({ yes: false, reason: 'required' }))
    .description('sell nothing more, and go on managing what is open; also for the next agent, where none runs')
    .addHelpText('before', examples(PAUSE_EXAMPLES))
    .action(commands.pause)

  withFlags(root.command('resume'), operatorFlags({ yes: false, reason: 'required' }))
    .description('end a pause, and with no agent running a halt')
    .addHelpText('before', examples(RESUME_EXAMPLES))
    .action(commands.resume)

  withFlags(
    root.command('close').argument('<symbol>', 'a call such as BTC-27MAR26-100000-C, or all', readWhatToClose),
    operatorFlags({ yes: true, reason: 'required' }),
  )
    .description('pause the running agent, and let it buy back a call, or all')
    .addHelpText('before', examples(CLOSE_EXAMPLES))
    .action(commands.closeCalls)

  withFlags(root.command('kill'), operatorFlags({ yes: true, reason: 'optional' }))
    .description('halt at once and cancel what rests; works without an agent, and whatever else is broken')
    .addHelpText('before', examples(KILL_EXAMPLES))
    .addHelpText('after', KILL_NOTE)
    .action(commands.kill)

  withFlags(root.command('config').description('show the settings').command('print'), [...settingFlags(), everyFlag()])
    .description('the settings in force and where each came from; secrets are not shown')
    .addOption(jsonFlag('as one JSON document'))
    .action(commands.printConfig)

  withFlags(root.command('decisions').argument('<log>', 'log folder, or one of its files'), decisionsFlags())
    .description('a line per decision of a log: what was decided, allowed and done')
    .addHelpText('before', examples(DECISIONS_EXAMPLES))
    .action(commands.decisions)

  withFlags(root.command('replay').argument('<log>', 'log folder, or one of its files'), replayFlags())
    .description('make every decision of a log again from what was seen then, and show those that differ')
    .addHelpText('before', examples(REPLAY_EXAMPLES))
    .addHelpText('after', REPLAY_NOTE)
    .action(commands.replay)

  const logs = root.command('logs').description('prove a log, or make a broken one fit to go on')
  logs
    .command('verify')
    .argument('<folder>', 'log folder')
    .description('whether every line is what was written; names the first that is not')
    .addOption(jsonFlag('as one JSON document'))
    .action(commands.verifyLogs)
  logs
    .command('recover')
    .argument('<folder>', 'log folder')
    .description('put aside what a crash left unfinished; nothing is deleted')
    .option('--quarantine', 'put aside all from the first bad line on, too')
    .addOption(jsonFlag('as one JSON document'))
    .action(commands.recoverLogs)

  const data = root.command('data').description('take the data of a log elsewhere, or fetch market data')
  withFlags(data.command('export').argument('<folder>', 'log folder'), exportFlags())
    .description('the decisions of a log as a table for pandas, polars or DuckDB, or as episodes for a training job')
    .addHelpText('before', examples(EXPORT_EXAMPLES))
    .action(commands.exportData)
  withFlags(data.command('fetch'), fetchFlags())
    .description("Deribit's public candles, DVOL, delivery prices and chains, in the plain format of a backtest")
    .addHelpText('before', examples(FETCH_EXAMPLES))
    .addHelpText('after', FETCH_NOTE)
    .action(commands.fetchData)

  return root
}

function readWhatToClose(text: string): string {
  return text === 'all' ? text : readCall(text)
}

function withFlags(command: Command, flags: readonly Option[]): Command {
  for (const flag of flags) command.addOption(flag)
  return command
}

function examples(lines: readonly (readonly string[])[]): string {
  const width = Math.max(...lines.map(([command = '']) => command.length))
  return ['Examples:', ...lines.map(([command = '', what = '']) => `  ${command.padEnd(width)}  ${what}`), ''].join(
    '\n',
  )
}
