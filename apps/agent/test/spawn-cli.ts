import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { ASKS_PATIENCE } from './run-cli.js'
import { tempFolder } from './temp-folder.js'

const node = fileURLToPath(new URL('../../../node_modules/node/bin/node', import.meta.url))
const loader = new URL('source-loader.mjs', import.meta.url).href
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
/** Where Node keeps what it made of the sources: a start takes a third of the time. */
const compiled = fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url))

/** The command line in a process of its own, of the Node that the project brings. */
export type Running = {
  child: ChildProcess
  stdout(): string
  /** Without what a person is told who has to wait. */
  stderr(): string
  /** The first line of stdout. Rejects with what went wrong where the process ends before. */
  firstLine(): Promise<string>
  /** Resolves when it has ended. */
  exitCode(): Promise<number | null>
}

/**
 * Starts `ccagent <args>` in a folder and an environment of its own, from the sources or from `bundle`. It does not outlive
 * the test.
 */
export function spawnCli(
  args: readonly string[],
  { env = {}, folder = tempFolder(), bundle }: { env?: Record<string, string>; folder?: string; bundle?: string } = {},
): Running {
  const program = bundle === undefined ? ['--conditions=@cc/source', '--import', loader, main] : [bundle]
  const child = spawn(node, [...program, ...args], {
    cwd: folder,
    env: { PATH: '/usr/bin:/bin', NODE_COMPILE_CACHE: compiled, ...env },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const closed = once(child, 'close') as Promise<[number | null]>
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr.replaceAll(ASKS_PATIENCE, ''),
    async firstLine() {
      while (!stdout.includes('\n')) {
        const ended = await Promise.race([once(child.stdout, 'data').then(() => false), closed.then(() => true)])
        if (ended && !stdout.includes('\n')) throw new Error(`ended with ${child.exitCode}: ${stderr}`)
      }
      return stdout.slice(0, stdout.indexOf('\n'))
    },
    exitCode: async () => (await closed)[0],
  }
}
