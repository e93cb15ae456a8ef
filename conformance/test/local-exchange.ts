import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A served local exchange, and what a client needs to know of it. */
export type LocalExchange = {
  httpUrl: string
  wsUrl: string
  clientId: string
  clientSecret: string
  stop(): Promise<number | null>
}

/** Starts `ccagent sim` with a few more flags, from the built command; at a free port, if they name none. */
export async function startLocalExchange(flags: readonly string[] = []): Promise<LocalExchange> {
  const main = fileURLToPath(new URL('../../apps/agent/dist/main.js', import.meta.url))
  const port = flags.includes('--port') ? [] : ['--port', '0']
  const child = spawn(process.execPath, [main, 'sim', '--json', ...port, ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve)
    void ended.then((code) => reject(new Error(`ccagent sim ended with ${code} before it said where it listens.`)))
  })
  return {
    ...(JSON.parse(line) as Omit<LocalExchange, 'stop'>),
    async stop() {
      child.kill('SIGTERM')
      return ended
    },
  }
}
