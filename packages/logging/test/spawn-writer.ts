import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const loader = new URL('source-loader.mjs', import.meta.url).href
const writer = fileURLToPath(new URL('writer-process.ts', import.meta.url))
/** Where Node keeps what it made of the sources: a start takes a third of the time. */
const compiled = fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url))

export type Writer = {
  child: ChildProcess
  /** Resolves at its first word. */
  spoke: Promise<unknown>
  /** Whole lines of stdout, once it has ended. */
  lines: Promise<readonly string[]>
}

/**
 * Starts `writer-process.ts` in a process of its own. It does not outlive the test.
 *
 * @param fileBlocks how long a file may get at most, in blocks of 1,024 bytes; any length where it is left out
 */
export function spawnWriter(
  folder: string,
  { first, last }: { first: number; last: number },
  fileBlocks?: number,
): Writer {
  const run = ['--conditions=@cc/source', '--import', loader, writer, folder, `${first}`, `${last}`]
  // The shell becomes the writer: what is killed is no parent of it.
  const limited = ['-c', `ulimit -f ${fileBlocks} && exec "$0" "$@"`, process.execPath, ...run]
  const [command, parameters] = fileBlocks === undefined ? [process.execPath, run] : ['bash', limited]
  const child = spawn(command, parameters, {
    env: { PATH: '/usr/bin:/bin', NODE_COMPILE_CACHE: compiled },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece
  })
  const closed = once(child, 'close')
  return {
    child,
    spoke: Promise.race([once(child.stdout, 'data'), closed]),
    lines: closed.then(() => text.split('\n').slice(0, -1)),
  }
}
