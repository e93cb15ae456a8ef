import { type CausalityReport, verifyCausality } from '@cc/backtest'
import type { BacktestFlags } from './backtest-flags.js'
import { openBacktestHistory } from './backtest-history.js'
import { backtestSettings, composeOf, inForce, runOptionsOf, strategyName } from './backtest-plan.js'
import { EXIT, type ExitCode } from './failure.js'
import { createStderrLogger, type Io } from './io.js'
import { minute } from './number-format.js'

/**
 * `ccagent backtest --verify-causality`: whether any decision knows what comes after it. Ends with 6 where one does, as a
 * replay does whose decisions come to something else.
 */
export async function verifyBacktest(flags: BacktestFlags, io: Io): Promise<ExitCode> {
  const logger = createStderrLogger(io.stderr, { verbose: flags.verbose === true })
  const settings = backtestSettings(flags, io)
  const history = await openBacktestHistory(flags, settings, { io, logger })
  const run = runOptionsOf(flags, settings, history)
  const inUse = inForce(settings, { size: flags.size, deposits: run.deposits })
  const tell = (moment: Moment) => {
    if (!flags.json) io.stdout.write(`${lineOf(moment)}\n`)
  }
  const report = await verifyCausality(
    { history, compose: () => composeOf(inUse), run },
    { seed: flags.seed },
    { onMoment: tell, signal: io.stop },
  )
  const name = strategyName(settings.values)
  if (flags.json) io.stdout.write(`${JSON.stringify({ schemaVersion: 1, strategy: name, ...report })}\n`)
  else io.stdout.write(`${name}: ${report.passed ? 'no decision knows' : 'a decision knows'} what comes after it.\n`)
  return report.passed ? EXIT.done : EXIT.record
}

type Moment = CausalityReport['moments'][number]

function lineOf({ atMs, decisions, finding }: Moment): string {
  const until = `${minute(atMs)}: ${decisions} decision${decisions === 1 ? '' : 's'}`
  if (finding === null) return `${until}, the same whatever comes after`
  const { cycle, timeMs, path, before, after } = finding
  return `${until}; cycle ${cycle} at ${minute(timeMs)} knows more: ${path || 'the record'} is ${shown(before)}, and ${shown(after)} with another future`
}

const MOST_SHOWN = 60

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'missing'
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text
}
