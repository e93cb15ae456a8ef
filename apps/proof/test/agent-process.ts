import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { repositoryRoot } from '../src/workspace.js'

/*
 * The agent as a process of its own, started as something that signals or times it must: pnpm, npx and the
 * shim in `.bin` keep signals to themselves.
 */

const node = join(repositoryRoot, 'node_modules/node/bin/node')
const main = join(repositoryRoot, 'apps/agent/dist/main.js')

export type AgentProcess = {
  process: ChildProcess
  /** Its first bytes on stdout or stderr. */
  spoke: Promise<void>
  ended: Promise<{ code: number | null; stdout: string; stderr: string }>
}

/** In `folder`, where no settings of this repository reach it. */
export function startAgent(folder: string, parameters: readonly string[]): AgentProcess {
  const child = spawn(node, [main, ...parameters], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const texts = { stdout: '', stderr: '' }
  const spoke = new Promise<void>((resolve, reject) => {
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        texts[stream] += text
        resolve()
      })
    }
    child.once('close', (code) => reject(new Error(`The agent ended with ${code} before it said a word.`)))
  })
  spoke.catch(() => undefined)
  return { process: child, spoke, ended: once(child, 'close').then(([code]) => ({ code, ...texts })) }
}
