import { CcError } from '@cc/models'
import type { BacktestResult } from '../results/result.js'

/**
 * Writes a result as JSON for a file: the keys of every object in alphabetical order, two spaces a level, a list of plain
 * values on one line, each number in the fewest digits that give it back, zero without a sign. Equal results are equal bytes.
 *
 * @throws CcError `backtest/result-not-json` at the first value that JSON has no word for (NaN, an infinity, a function);
 * it names the path. What is undefined is left out.
 */
export function reportJson(result: BacktestResult): string {
  return `${write(result, '', '')}\n`
}

function write(value: unknown, path: string, indent: string): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  if (Array.isArray(value)) return writeList(value, path, indent)
  if (typeof value === 'object') return writeRecord(value, path, indent)
  throw new CcError(`The result cannot be written: "${path}" is ${String(value)}, expected a value that JSON knows.`, {
    code: 'backtest/result-not-json',
    recovery: 'skip',
    facts: { path, value: String(value) },
  })
}

function writeList(list: readonly unknown[], path: string, indent: string): string {
  const deeper = `${indent}  `
  const isPlain = list.every((item) => typeof item !== 'object' || item === null)
  const items = list.map((item, at) => write(item, `${path}.${at}`, deeper))
  return isPlain ? `[${items.join(',')}]` : `[\n${deeper}${items.join(`,\n${deeper}`)}\n${indent}]`
}

function writeRecord(record: object, path: string, indent: string): string {
  const deeper = `${indent}  `
  const entries = Object.entries(record)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${JSON.stringify(key)}: ${write(value, path === '' ? key : `${path}.${key}`, deeper)}`)
  return entries.length === 0 ? '{}' : `{\n${deeper}${entries.join(`,\n${deeper}`)}\n${indent}}`
}
