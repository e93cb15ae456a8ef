import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { BacktestResult } from '@cc/backtest'
import { type CliResult, runCli } from './run-cli.js'

/** A fortnight of one coin in the synthetic market. */
export const FORTNIGHT = ['--underlying', 'BTC', '--from', '2026-01-02', '--to', '2026-01-16', '--every', '8h'] as const
export const ALONE = ['--benchmarks', 'none'] as const
export const WEEKLY = ['--preset', 'weekly-25-delta'] as const

/** Runs `ccagent backtest` in this process. */
export function backtest(args: readonly string[], given: Parameters<typeof runCli>[1] = {}): Promise<CliResult> {
  return runCli(['backtest', ...args], given)
}

/** Every file of a folder by its path in it. */
export function tree(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  const files = names.filter((name) => statSync(join(folder, name)).isFile())
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name), 'latin1')]))
}

export const resultIn = (folder: string): BacktestResult =>
  JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8'))
