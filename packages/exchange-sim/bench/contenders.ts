import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Medians over all rounds. */
export type Compared = {
  /** Of what a contender printed. */
  of(name: string): number
  /** Of how many times as much the one printed as the other in the same round. */
  ratio(one: string, other: string): number
}

/**
 * Runs a benchmark's contenders, each in a process of its own and interleaved, so that none runs on what another has
 * compiled and all see the same machine. Started with its name, the file at `url` prints one number for a contender.
 */
export function compareContenders(url: string, names: readonly string[], rounds: number): Compared {
  const run = (name: string) => Number(execFileSync(process.execPath, [fileURLToPath(url), name]))
  const results = Array.from({ length: rounds }, () => Object.fromEntries(names.map((name) => [name, run(name)])))
  const medianOf = (value: (result: Record<string, number>) => number) =>
    results.map(value).toSorted((a, b) => a - b)[rounds >> 1] ?? Number.NaN
  return {
    of: (name) => medianOf((result) => result[name] ?? Number.NaN),
    ratio: (one, other) => medianOf((result) => (result[one] ?? Number.NaN) / (result[other] ?? Number.NaN)),
  }
}
