import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { main } from '../src/cli.js'
import { tempFolder } from './temp-folder.js'

/** What is to come has not come by then: processes share a busy machine with whatever else is tested. */
export const HANGS_MS = 60_000

/** What a person is told who has to wait. Whether anybody has is the machine's affair. */
export const ASKS_PATIENCE =
  /^ccagent: (?:waiting for the agent …|stopping; .*|.*: at \d.* %|benchmarks: \d+ of \d+)\n/gm

export type CliResult = { exitCode: number; stdout: string; stderr: string; folder: string }

/** Runs the command line in this process, in a folder of its own. */
export async function runCli(
  args: readonly string[],
  given: {
    env?: Record<string, string>
    files?: Record<string, string>
    folder?: string
    stop?: AbortSignal
    /** What a person types who is asked; without it there is nobody to ask. */
    answer?: string
    onOutput?: (text: string) => void
    onDiagnostics?: (text: string) => void
  } = {},
): Promise<CliResult> {
  const folder = given.folder ?? tempFolder(given.files)
  const { answer } = given
  let stdout = ''
  let stderr = ''
  const exitCode = await main(args, {
    stdout: {
      write(text) {
        stdout += text
        given.onOutput?.(text)
      },
    },
    stderr: {
      write(text) {
        stderr += text
        given.onDiagnostics?.(text)
      },
    },
    env: given.env ?? {},
    folder,
    stop: given.stop ?? new AbortController().signal,
    paint: (_, text) => text,
    ...(answer === undefined ? {} : { ask: async () => answer }),
  })
  return { exitCode, stdout, stderr: stderr.replaceAll(ASKS_PATIENCE, ''), folder }
}

export function readLines(folder: string, name: string): string[] {
  return readFileSync(join(folder, name), 'utf8').trimEnd().split('\n')
}
