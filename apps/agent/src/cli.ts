import { CcError } from '@cc/models'
import { Command, CommanderError, type Option } from 'commander'
import manifest from '../package.json' with { type: 'json' }
import { once, run } from './commands.js'
import { printConfig } from './config-print.js'
import { type ExportFlags, exportData, exportFlags } from './data-command.js'
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
import type { Io } from './io.js'
import { type LogsFlags, recoverLogs, verifyLogs } from './logs-command.js'
import { type ReplayFlags, replay, replayFlags } from './replay-command.js'
import { sim } from './sim-command.js'

/**
 * Runs the command line `ccagent <args>` and resolves to its exit code. Throws nothing: what goes wrong is said
 * on stderr.
 */
export async function main(args: readonly string[], io: Io): Promise<number> {
  let exitCode: number = EXIT.done
  const ending = (command: (flags: Flags, io: Io) => Promise<number>) => async (flags: Flags) => {
    exitCode = await command(flags, io)
  }
  const onFolder =
    <Given>(command: (folder: string, flags: Given, io: Io) => Promise<number>) =>
    async (folder: string, flags: Given) => {
      exitCode = await command(folder, flags, io)
    }
  const program = createProgram({
    version: manifest.version,
    commands: {
      run: ending(run),
      once: ending(once),
      sim: ending(sim),
      printConfig: ending(printConfig),
      verifyLogs: onFolder(verifyLogs),
      recoverLogs: onFolder(recoverLogs),
      decisions: onFolder(decisions),
      replay: onFolder(replay),
      exportData: onFolder(exportData),
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
    if (seen.has(name)) throw usageError(`--${name} is given twice.`)
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
    Record<'verifyLogs' | 'recoverLogs', (folder: string, flags: LogsFlags) => Promise<void>> &
    Record<'decisions', (log: string, flags: DecisionsFlags) => Promise<void>> &
    Record<'replay', (log: string, flags: ReplayFlags) => Promise<void>> &
    Record<'exportData', (folder: string, flags: ExportFlags) => Promise<void>>
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

  const data = root.command('data').description('take the data of a log elsewhere')
  withFlags(data.command('export').argument('<folder>', 'log folder'), exportFlags())
    .description('the decisions of a log as a table for pandas, polars or DuckDB, or as episodes for a training job')
    .addHelpText('before', examples(EXPORT_EXAMPLES))
    .action(commands.exportData)

  return root
}

const SIM_START = '2026-01-02T00:00Z'
const TESTNET_NOTE = `
On the testnet (--venue testnet) no order leaves without --no-dry-run. The key comes from DERIBIT_CLIENT_ID and
DERIBIT_CLIENT_SECRET. The flags that shape a simulated world are refused there, and a log folder is continued.`

const ROOT_EXAMPLES = [
  ['ccagent run --for 30d --every 1h --fresh', '30 simulated days for BTC and ETH, deciding hourly'],
  ['ccagent once --market chain.json --json', 'one decision on a recorded chain of the real exchange'],
  ['ccagent once --venue testnet', "one decision on Deribit's testnet; no order leaves"],
  ['ccagent sim', "a local exchange that speaks Deribit's protocol"],
  ['ccagent config print', 'the settings in force and where each came from'],
  ['ccagent decisions logs --action OPEN', 'what was decided, allowed and done'],
  ['ccagent replay logs', 'whether each decision comes to the same again'],
  ['ccagent logs verify logs', 'whether the log of a run is what was written'],
]
const RUN_EXAMPLES = [
  ['ccagent run --for 30d --every 1h --fresh', '30 simulated days, deciding hourly, as fast as it goes'],
  ['ccagent run --underlying BTC --seed 7 --speed 3600', 'an hour a second, until Ctrl-C'],
  ['ccagent run --for 7d --log-dir runs/a --json', 'one decision record as JSON per line'],
  ['ccagent run --venue testnet --log-dir testnet', "on Deribit's testnet, as a dry run"],
]
const ONCE_EXAMPLES = [
  ['ccagent once', 'one cycle in the synthetic market'],
  ['ccagent once --market chain.json --json', 'one decision on a recorded chain, as JSON'],
  ['ccagent once --market BTC.csv.gz,ETH.csv.gz --start 2026-02-01', 'on recorded chains of two coins'],
  ['ccagent once --venue testnet', "on Deribit's testnet, as a dry run"],
]
const SIM_EXAMPLES = [
  ['ccagent sim', 'the synthetic market at the present time, on a free port'],
  ['ccagent sim --port 8080 --market BTC.json', 'a recorded chain of the real exchange, time frozen'],
  ['ccagent sim --virtual-time --json', 'for programs: time moves only by sim/advance_time'],
  ['ccagent sim --faults faults.json', 'it drops, delays, refuses and breaks what the file says'],
]
const DECISIONS_EXAMPLES = [
  ['ccagent decisions logs --action OPEN', 'every sale, with its verdict and what was filled'],
  ['ccagent decisions logs --vetoed', 'what the risk engine refused, and by which numbers'],
  ['ccagent decisions logs --why BTC-16JAN26-100000-C', 'what became of this call at each decision'],
]
const REPLAY_EXAMPLES = [
  ['ccagent replay logs', 'whether each decision comes to the same again'],
  ['DELTA_MAX=0.25 ccagent replay logs', 'which would not have, with another threshold'],
  ['ccagent replay logs --size BTC=0.5', 'the same with another largest sale'],
]
const REPLAY_NOTE = `
The settings are those of the log, but for what flags and the environment say otherwise; .env and the settings file
have no say. Without such a change, a decision that comes to something else ends it with 6.`
const EXPORT_EXAMPLES = [
  ['ccagent data export logs', 'logs/export/flat.parquet: a row per decision and coin'],
  ['ccagent data export logs --table trajectory --to data', 'a row per decision: observation, action, mask, reward'],
  ['ccagent data export logs --format csv', 'the same for a spreadsheet'],
]
const EXIT_CODES = `
Settings come from flags, the environment, .env and ccagent.config.json, in this order.

Exit codes: 0 done (a DO_NOTHING is done), 1 a bug, 2 usage or settings, 3 another agent holds the lock,
4 halted, 5 credentials, 6 log or disk, 7 exchange unreachable, 130 SIGINT, 143 SIGTERM.`

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
