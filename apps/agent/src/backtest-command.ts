import { join, resolve } from 'node:path'
import {
  type BacktestDeps,
  type BacktestRun,
  type Compose,
  type History,
  type RunOptionsInput,
  reportJson,
  runBacktest,
  summarise,
} from '@cc/backtest'
import manifest from '../package.json' with { type: 'json' }
import type { BacktestFlags } from './backtest-flags.js'
import { type BacktestFolder, openBacktestFolder, writeResult } from './backtest-folder.js'
import { openBacktestHistory } from './backtest-history.js'
import { backtestLines } from './backtest-lines.js'
import {
  backtestHeading,
  backtestSettings,
  composeOf,
  inForce,
  reproduceLine,
  runOptionsOf,
  strategyName,
} from './backtest-plan.js'
import { createProgress } from './backtest-progress.js'
import { isPublished } from './benchmark-plan.js'
import { runBenchmarks } from './benchmark-runs.js'
import { EXIT, type ExitCode } from './failure.js'
import { createStderrLogger, type Io } from './io.js'
import { widthOf } from './terminal-width.js'

/** `ccagent backtest`: the agent through history, what came of it, and what simple strategies would have brought. */
export async function backtest(flags: BacktestFlags, io: Io): Promise<ExitCode> {
  const logger = createStderrLogger(io.stderr, { verbose: flags.verbose === true })
  const settings = backtestSettings(flags, io)
  const history = await openBacktestHistory(flags, settings, { io, logger })
  const name = strategyName(settings.values)
  const options = runOptionsOf(flags, settings, history)
  const { values, sizeCoin } = inForce(settings, { size: flags.size, deposits: options.deposits })
  const { runId, configuration } = backtestHeading(flags, { values, sizeCoin, options, card: history.card })
  const path = resolve(io.folder, flags.out ?? join('backtests', `${name}-${runId}`))
  const folder = await openBacktestFolder(path, {
    ...{ runId, configuration, replaces: flags.fresh === true || flags.out === undefined },
  })
  const progress = createProgress(io)
  const run = await play(folder, options, {
    ...{ history, compose: composeOf({ values, sizeCoin }), runId },
    deps: { logger, onProgress: progress.run(name), signal: io.stop },
  })
  const published = values.PRESET !== undefined && isPublished(settings) ? values.PRESET : undefined
  const benchmarks = await runBenchmarks(
    flags.benchmarks.filter((benchmark) => benchmark !== published),
    { options, size: flags.size },
    {
      ...{ history, signal: io.stop, onDone: progress.benchmarks },
      own: published === undefined ? undefined : { name: published, run },
    },
  )
  const result = summarise(run, {
    ...{ codeVersion: manifest.version, preset: values.PRESET ?? null, seed: flags.seed, fill: flags.fill },
    ...{ objective: values.OBJECTIVE, benchmarks },
    reproduce: reproduceLine(flags, settings, options),
  })
  const written = writeResult(path, result)
  io.stdout.write(
    flags.json ? reportJson(result) : `${backtestLines(name, result, { width: widthOf(io.stdout) }).join('\n')}\n`,
  )
  io.stderr.write(`ccagent: log, ${written.join(', ')} are in ${path}\n`)
  return EXIT.done
}

/** Runs the strategy at hand, with its log. */
async function play(
  { log, close }: BacktestFolder,
  options: RunOptionsInput,
  { deps, ...input }: { history: History; compose: Compose; runId: string; deps: BacktestDeps },
): Promise<BacktestRun> {
  try {
    return await runBacktest({ ...options, ...input }, { ...deps, log })
  } finally {
    await close()
  }
}
