import { styleText } from 'node:util'
import { EXIT } from './exit-codes.js'
import type { Io } from './io.js'

/** The terminal, environment and signals of this process. */
export function processIo(): Io {
  return {
    stdout: tolerant(process.stdout),
    stderr: tolerant(process.stderr),
    env: process.env,
    folder: process.cwd(),
    stop: stopOnSignals(),
    paint: (style, text) => styleText(style, text, { stream: process.stdout }),
  }
}

// A reader that went away (`ccagent run | head`) is no reason to leave an order alone.
function tolerant(stream: NodeJS.WriteStream) {
  let gone = false
  stream.on('error', () => {
    gone = true
  })
  return {
    write(text: string) {
      if (!gone) stream.write(text)
    },
  }
}

function stopOnSignals(): AbortSignal {
  const controller = new AbortController()
  for (const [signal, exitCode] of [
    ['SIGINT', EXIT.interrupted],
    ['SIGTERM', EXIT.terminated],
  ] as const) {
    process.on(signal, () => {
      // The second one is from somebody who will not wait for a clean end.
      if (controller.signal.aborted) process.exit(exitCode)
      controller.abort(signal)
    })
  }
  return controller.signal
}
