import { EXIT } from './failure.js'

/** What there is to do where the program breaks while an agent runs. */
export type Emergency = {
  /** Latches the halt, on the disk and in this life. Whether it holds on the disk. */
  halt(reason: string): boolean
  /** Cancels own resting orders; the number of them. */
  cancelOwn(signal: AbortSignal): Promise<number>
}

/** Ends the process when something breaks that nobody catches. */
export type CrashGuard = {
  /** Says what is to be done then, until the returned function is called. */
  arm(emergency: Emergency): () => void
}

/** What a crash needs of the process. */
type Host = {
  on(event: 'uncaughtException' | 'unhandledRejection', listener: (error: unknown) => void): unknown
  exit(code: number): void
  stderr: { write(text: string): unknown }
}

/** What cancelling may take. The next start settles what is left. */
const SWEEP_MS = 5_000

/**
 * After an error that nobody caught nobody knows what state the program is in: it never goes on. The halt is written, own
 * resting orders are cancelled for up to 5 s, and the process ends: with 4 where the halt holds, else with 1.
 */
export function endOnCrash(redact: (text: string) => string, host: Host = process): CrashGuard {
  let emergency: Emergency | undefined
  let ending = false
  const say = (text: string) => host.stderr.write(redact(`ccagent: ${text}\n`))

  async function end(error: unknown): Promise<void> {
    say(`a bug: ${stackOf(error)}`)
    // What breaks on the way out is told, and changes nothing more: the way out has its limit of time.
    if (ending) return
    ending = true
    const halted = emergency !== undefined && halt(emergency, error)
    if (emergency !== undefined) say(await swept(emergency))
    host.exit(halted ? EXIT.halted : EXIT.bug)
  }

  function halt(by: Emergency, error: unknown): boolean {
    try {
      const holds = by.halt(
        redact(`a bug: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`),
      )
      say(
        holds ? 'halted: nothing is decided in this log folder until "ccagent resume".' : 'HALT could not be written.',
      )
      return holds
    } catch (problem) {
      say(`HALT could not be written: ${String(problem)}`)
      return false
    }
  }

  for (const event of ['uncaughtException', 'unhandledRejection'] as const) host.on(event, (error) => void end(error))
  return {
    arm(next) {
      emergency = next
      return () => {
        if (emergency === next) emergency = undefined
      }
    },
  }
}

async function swept(emergency: Emergency): Promise<string> {
  const late = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<string>((resolve) => {
    timer = setTimeout(() => {
      late.abort(new Error('too late'))
      resolve(`orders may be left at the exchange: it took over ${SWEEP_MS / 1_000} s to cancel them.`)
    }, SWEEP_MS)
  })
  try {
    return await Promise.race([tooLate, cancelled(emergency, late.signal)])
  } finally {
    clearTimeout(timer)
  }
}

async function cancelled(emergency: Emergency, signal: AbortSignal): Promise<string> {
  try {
    const count = await emergency.cancelOwn(signal)
    return `own resting orders cancelled: ${count}.`
  } catch (error) {
    return `orders may be left at the exchange: ${error instanceof Error ? error.message : String(error)}`
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
