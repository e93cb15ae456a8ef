import { CcError } from '@cc/models'
import { CommanderError } from 'commander'
import manifest from '../package.json' with { type: 'json' }
import { printConfig } from './config-command.js'
import { EXIT, exitCodeOf } from './exit-codes.js'
import { usageError } from './failure.js'
import type { Flags } from './flags.js'
import type { Io } from './io.js'
import { once } from './once-command.js'
import { createProgram } from './program.js'
import { run } from './run-command.js'

/**
 * Runs the command line `ccagent <args>` and resolves to its exit code. Throws nothing: what goes wrong is said
 * on stderr.
 */
export async function main(args: readonly string[], io: Io): Promise<number> {
  let exitCode: number = EXIT.done
  const ending = (command: (flags: Flags, io: Io) => Promise<number>) => async (flags: Flags) => {
    exitCode = await command(flags, io)
  }
  const program = createProgram({
    version: manifest.version,
    commands: { run: ending(run), once: ending(once), printConfig: ending(printConfig) },
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
  const text = CcError.isInstance(error) ? error.message : `a bug: ${(error as Error).stack ?? String(error)}`
  io.stderr.write(`ccagent: ${text}\n`)
  return exitCodeOf(error)
}
