/** What signals need of the process. */
type Host = {
  on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown
  exit(code: number): void
  stderr: { write(text: string): unknown }
}

/** A clean end is over in less, unless the exchange does not answer. */
const PATIENCE_MS = 3_000

/**
 * Aborted by SIGINT or SIGTERM, whose name is the reason. A person who has to wait for the clean end is told that it is
 * under way. The second one is from somebody who will not, and gets none.
 */
export function stopOnSignals(host: Host = process): AbortSignal {
  const controller = new AbortController()
  // The codes of `EXIT`, whose module cannot be loaded yet: it needs the Node that is still to be checked.
  for (const [signal, exitCode] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    host.on(signal, () => {
      if (controller.signal.aborted) return host.exit(exitCode)
      controller.abort(signal)
      setTimeout(() => host.stderr.write(STOPPING), PATIENCE_MS).unref()
    })
  }
  return controller.signal
}

const STOPPING = 'ccagent: stopping; what rests at the exchange goes first. A second signal ends it at once.\n'
