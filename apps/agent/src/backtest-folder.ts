import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BacktestResult, renderReport, reportCsv, reportJson } from '@cc/backtest'
import { openRecord } from '@cc/logging'
import type { DecisionLog } from '@cc/models'
import manifest from '../package.json' with { type: 'json' }
import { logFolderError } from './failure.js'

/** The folder of one backtest: its log, and what came of it. */
export type BacktestFolder = {
  readonly path: string
  readonly log: DecisionLog
  close(): Promise<void>
}

/** What a backtest leaves behind. */
const OWN_FILES = /^(log|result\.json|report\.html|[a-z]+\.csv)$/
const LOG_FOLDER = 'log'
export const RESULT_FILE = 'result.json'
const REPORT_FILE = 'report.html'

/**
 * Opens the folder of a run, made where it is missing. What an earlier backtest left there is deleted where `fresh` says
 * so, or where nobody chose the folder: its name is that of the run then.
 *
 * @throws CcError `agent/log-folder` for a folder of something else, or one that cannot be used.
 */
export async function openBacktestFolder(
  path: string,
  run: { runId: string; configuration: Readonly<Record<string, unknown>>; replaces: boolean },
): Promise<BacktestFolder> {
  makeRoom(path, run)
  const { decisions, close } = await openRecord({
    ...{ folder: join(path, LOG_FOLDER), synced: false, gathered: true },
    ...{ runId: run.runId, codeVersion: manifest.version },
    configuration: JSON.parse(JSON.stringify(run.configuration)),
  })
  return { path, log: decisions, close }
}

/** Writes result, report and tables beside each other; the names of the files. */
export function writeResult(path: string, result: BacktestResult): readonly string[] {
  const json = reportJson(result)
  // As it is read back: its keys have another order there, and the report is the same whenever it is made.
  const told = JSON.parse(json) as BacktestResult
  const tables = Object.entries(reportCsv(told)).map(([table, text]) => [`${table}.csv`, text])
  const files: Record<string, string> = {
    [RESULT_FILE]: json,
    [REPORT_FILE]: renderReport(told),
    ...Object.fromEntries(tables),
  }
  for (const [name, text] of Object.entries(files)) {
    try {
      writeFileSync(join(path, name), text)
    } catch (error) {
      throw logFolderError(`${join(path, name)} cannot be written: ${(error as Error).message}.`, path, error)
    }
  }
  return Object.keys(files)
}

function makeRoom(path: string, { replaces }: { replaces: boolean }): void {
  let names: string[]
  try {
    mkdirSync(path, { recursive: true })
    names = readdirSync(path)
      .filter((name) => !name.startsWith('.'))
      .sort()
  } catch (error) {
    throw logFolderError(`The folder ${path} cannot be used: ${(error as Error).message}.`, path, error)
  }
  const foreign = names.find((name) => !OWN_FILES.test(name))
  if (foreign !== undefined) {
    throw logFolderError(`${path} is no folder of a backtest: it holds ${foreign}. Use an empty one.`, path)
  }
  if (names.length > 0 && !replaces) {
    throw logFolderError(`${path} holds another backtest. Use --fresh to delete it, or another --out.`, path)
  }
  for (const name of names) rmSync(join(path, name), { recursive: true })
}
