import type { Facts, Logger } from '@cc/models'
import type { Output } from './io.js'

/** Diagnostics as plain lines: warnings and errors, with `verbose` everything. */
export function createStderrLogger(stderr: Output, { verbose }: { verbose: boolean }): Logger {
  const at = (level: string) => (message: string, facts?: Facts) => {
    stderr.write(`${level}: ${message}${facts === undefined ? '' : ` ${JSON.stringify(facts)}`}\n`)
  }
  const silent = () => {}
  return {
    debug: verbose ? at('debug') : silent,
    info: verbose ? at('info') : silent,
    warn: at('warning'),
    error: at('error'),
  }
}
