import type { styleText } from 'node:util'

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
}

export type Output = { write(text: string): void }
