import { createInterface } from 'node:readline/promises'
import { styleText } from 'node:util'
import type { Facts, Logger } from '@cc/models'
import type { CrashGuard } from './crash-guard.js'
import { EXIT, isBug, systemCodeOf } from './failure.js'

/** All that the command touches of its process, so that tests run it in theirs. */
export type Io = {
  /** Data. */
  stdout: Output
  /** Everything else. */
  stderr: Output
  env: Readonly<Record<string, string | undefined>>
  /** Where `.env`, the config file and relative paths are looked for. */
  folder: string
  /** Aborted with the signal's name, `SIGINT` or `SIGTERM`, as reason. */
  stop: AbortSignal
  /** Colours for stdout; returns the text as it is where there are none. */
  paint(style: Parameters<typeof styleText>[0], text: string): string
  /** Asks a person and resolves to the line that was typed. Absent where there is none to ask. */
  ask?: (question: string) => Promise<string>
  /** Told what is to be done where the program breaks. Absent where that is somebody else's business. */
  crashes?: CrashGuard
}

/** The same, but that whatever is printed goes through `redact` first. */
export function redacting(io: Io, redact: (text: string) => string): Io {
  return { ...io, stdout: redactingOutput(io.stdout, redact), stderr: redactingOutput(io.stderr, redact) }
}

export type Output = {
  write(text: string): void
  /** Characters in a line of the terminal, as wide as it is now; absent where it is none. */
  readonly columns?: number | undefined
}

/** The terminal, environment and signals of this process. */
export function processIo(stop: AbortSignal): Io {
  return {
    stdout: tolerant(process.stdout),
    stderr: tolerant(process.stderr),
    env: process.env,
    folder: process.cwd(),
    stop,
    paint: (style, text) => styleText(style, text, { stream: process.stdout }),
    ...(process.stdin.isTTY && process.stderr.isTTY ? { ask } : {}),
  }
}

/** Who leaves the question with Ctrl-C or Ctrl-D typed nothing. */
async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const left = new Promise<string>((resolve) => terminal.once('close', () => resolve('')))
  terminal.once('SIGINT', () => terminal.close())
  try {
    return await Promise.race([terminal.question(question), left])
  } finally {
    terminal.close()
  }
}

/**
 * Diagnostics as plain lines: warnings and errors, with `verbose` everything. Below them stand the stacks of a bug; of
 * what is none, their first lines, where these say more than the message.
 */
export function createStderrLogger(stderr: Output, { verbose }: { verbose: boolean }): Logger {
  const at =
    (level: string) =>
    (message: string, facts: Facts = {}) => {
      const entries = Object.entries(facts)
      const short = entries.filter(([, value]) => stacksOf(value).length === 0)
      const rest = short.length === 0 ? '' : ` ${JSON.stringify(Object.fromEntries(short))}`
      stderr.write(`${level}: ${message}${rest}\n`)
      const isWhole = verbose || isBug(facts.code)
      for (const [name, value] of entries) {
        for (const stack of stacksOf(value)) {
          const [first = ''] = stack.split('\n')
          if (isWhole) stderr.write(`  ${name}: ${stack}\n`)
          else if (!first.includes(String(facts.message))) stderr.write(`  ${name}: ${first}\n`)
        }
      }
    }
  const silent = () => {}
  return {
    debug: verbose ? at('debug') : silent,
    info: verbose ? at('info') : silent,
    warn: at('warning'),
    error: at('error'),
  }
}

/** The texts of a fact that holds any of several lines; none of another. */
function stacksOf(value: unknown): string[] {
  const items = Array.isArray(value) ? value : [value]
  return items.some((item) => typeof item === 'string' && item.includes('\n')) ? items.map(String) : []
}

function redactingOutput(output: Output, redact: (text: string) => string): Output {
  return {
    write: (text) => output.write(redact(text)),
    get columns() {
      return output.columns
    },
  }
}

// A reader that went away (`ccagent run | head`) is no reason to leave an order alone.
function tolerant(stream: NodeJS.WriteStream): Output {
  let gone = false
  stream.on('error', (error) => {
    gone = true
    // On a full disk the data is lost, and a script must not take the rest for all of it.
    if (systemCodeOf(error) === 'EPIPE' || stream !== process.stdout) return
    process.stderr.write(`ccagent: the output cannot be written: ${error.message}\n`)
    process.once('exit', () => {
      process.exitCode = EXIT.record
    })
  })
  return {
    write(text) {
      if (!gone) stream.write(text)
    },
    get columns() {
      return stream.isTTY ? stream.columns : undefined
    },
  }
}
