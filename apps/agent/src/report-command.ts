import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type BacktestResult, reportJson } from '@cc/backtest'
import { RESULT_FILE, writeResult } from './backtest-folder.js'
import { backtestLines } from './backtest-lines.js'
import { EXIT, type ExitCode, usageError } from './failure.js'
import { jsonFlag } from './flags.js'
import type { Io } from './io.js'
import { widthOf } from './terminal-width.js'

export type ReportFlags = { json?: true }

export const reportFlags = () => [jsonFlag('the result as one JSON document')]

/** `ccagent report`: the report and the tables of a backtest, written anew from its result. */
export async function report(named: string, flags: ReportFlags, io: Io): Promise<ExitCode> {
  const path = resolve(io.folder, named)
  const result = readResult(path, named)
  const written = writeResult(path, result)
  const name = result.run.preset ?? result.run.policy
  io.stdout.write(
    flags.json ? reportJson(result) : `${backtestLines(name, result, { width: widthOf(io.stdout) }).join('\n')}\n`,
  )
  io.stderr.write(`ccagent: ${written.join(', ')} are in ${path}\n`)
  return EXIT.done
}

function readResult(path: string, named: string): BacktestResult {
  const file = join(path, RESULT_FILE)
  let read: unknown
  try {
    read = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw usageError(`${named} is no folder of a backtest: ${file} cannot be read: ${(error as Error).message}.`)
  }
  const version = typeof read === 'object' && read !== null && 'schemaVersion' in read ? read.schemaVersion : undefined
  if (version !== 1) throw usageError(`${file}: expected a result of schema version 1, got ${String(version)}.`)
  return read as BacktestResult
}
