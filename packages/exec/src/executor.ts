import type { Executor } from '@cc/models'
import { executeParsed } from './execute-action.js'
import { type ExecOptionsInput, execOptionsSchema } from './options.js'
import type { ExecPorts } from './ports.js'
import { recover } from './recover.js'
import { cancelOwn } from './sweep.js'

/**
 * The executor of the agent: carries approved actions out, settles what an earlier life left and sweeps its own
 * resting orders. In dry-run it changes nothing at the venue and in the journal.
 */
export function createExecutor(ports: ExecPorts, input: ExecOptionsInput): Executor {
  const options = execOptionsSchema.parse(input)
  return {
    execute: (approved, signal) => executeParsed(ports, approved, { options, signal }),
    recover: (signal) => recover(ports, options, signal),
    cancelOwn: (signal) => cancelOwn(ports, options, signal),
  }
}
