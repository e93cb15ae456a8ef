import { parseArgs } from 'node:util'

/** What `pnpm oracle` is asked for. */
export type OracleFlags = { states: number; seed: number; workers: number }

const MOST_STATES = 1_000_000_000

/** Reads `--states N [--seed S] [--workers W]`. @throws RangeError, TypeError with a sentence for whoever typed it. */
export function readFlags(words: readonly string[]): OracleFlags {
  const { values } = parseArgs({
    args: [...words],
    options: {
      states: { type: 'string', default: '1000000' },
      seed: { type: 'string', default: '1' },
      workers: { type: 'string', default: '2' },
    },
  })
  return {
    states: whole('states', values.states, MOST_STATES),
    seed: whole('seed', values.seed, 2 ** 31 - 1),
    workers: whole('workers', values.workers, 64),
  }
}

function whole(name: string, text: string, most: number): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < 1 || value > most) {
    throw new RangeError(`--${name} takes a whole number from 1 to ${most}, got ${JSON.stringify(text)}.`)
  }
  return value
}
