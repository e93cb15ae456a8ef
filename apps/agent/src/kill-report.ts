import { CcError } from '@cc/models'
import { EXIT, type ExitCode, exitCodeOf } from './failure.js'
import { liftWords } from './halt-file.js'
import type { Io } from './io.js'
import type { HaltWritten } from './write-halt.js'

/** What a kill came to, step by step. */
export type Killed = {
  halt: HaltWritten
  /** `ended`: gone by now. `halted`: it knows, and is still there. `silent`: something holds the lock and did not answer. */
  agent: 'none' | 'ended' | 'halted' | 'silent'
  /** Of the exchange outside of the agent; `null` where there is none. */
  sweep: { cancelled: number; resting: readonly string[]; problem: unknown } | null
}

/** Says what a kill came to, and what that is worth to a script. */
export function reportKill(
  { halt, agent, sweep }: Killed,
  { folder, json, io }: { folder: string; json: boolean; io: Io },
): ExitCode {
  const problem = sweep?.problem
  if (json) {
    const exchange = sweep && {
      cancelled: sweep.cancelled,
      resting: sweep.resting,
      problem: problem === undefined ? null : wordsOf(problem),
    }
    io.stdout.write(
      `${JSON.stringify({ schemaVersion: 1, folder, latched: halt.latched, agent, exchange }, null, 2)}\n`,
    )
  } else {
    io.stdout.write(`${[...haltLines(halt, folder), AGENT_WORDS[agent], ...sweepLines(sweep)].join('\n')}\n`)
  }
  const stands = halt.latched ? 'HALT stands. ' : ''
  if (problem !== undefined) io.stderr.write(`ccagent: ${stands}Orders may still rest: ${wordsOf(problem)}\n`)
  if (sweep !== null && sweep.resting.length > 0)
    io.stderr.write(`ccagent: ${stands}Orders still rest: ${sweep.resting.join(', ')}\n`)
  if (!halt.latched) return EXIT.record
  if (problem !== undefined)
    return exitCodeOf(problem) === EXIT.credentials ? EXIT.credentials : EXIT.exchangeUnreachable
  const mayRest = sweep === null ? agent === 'halted' || agent === 'silent' : sweep.resting.length > 0
  return mayRest ? EXIT.exchangeUnreachable : EXIT.done
}

const AGENT_WORDS: Readonly<Record<Killed['agent'], string>> = {
  none: 'No agent runs there.',
  ended: 'The agent has ended.',
  halted: 'The agent is halted and is still leaving: it sends nothing but cancels.',
  silent:
    'Something holds the lock of the folder and did not answer. An agent that sees HALT sends nothing but cancels.',
}

function haltLines(halt: HaltWritten, folder: string): string[] {
  if (!halt.latched) return []
  const what = halt.wasThere ? 'Halted already' : 'Halted'
  return [`${what}: nothing is decided in ${folder}. ${liftWords(folder)}`]
}

function sweepLines(sweep: Killed['sweep']): string[] {
  if (sweep === null || sweep.problem !== undefined || sweep.resting.length > 0) return []
  return [
    `At the exchange nothing of ours rests; cancelled: ${sweep.cancelled}. Calls that were sold stay as they are.`,
  ]
}

function wordsOf(problem: unknown): string {
  return CcError.isInstance(problem) ? `${problem.code}: ${problem.message}` : String(problem)
}
