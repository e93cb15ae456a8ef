/**
 * Aborted by SIGINT or SIGTERM, whose name is the reason. The second one is from somebody who will not wait for a clean
 * end, and gets none.
 */
export function stopOnSignals(): AbortSignal {
  const controller = new AbortController()
  // The codes of `EXIT`, whose module cannot be loaded yet: it needs the Node that is still to be checked.
  for (const [signal, exitCode] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(exitCode)
      controller.abort(signal)
    })
  }
  return controller.signal
}
