import { fork } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { HaltSwitch } from '@cc/models'
import { BUNDLE_FOLDER, bundleSimulation } from '../simulation/bundle.ts'
import { repositoryRoot } from '../workspace.ts'
import type { Answer, Task } from './worker.ts'

type Overlay = ReadonlyMap<string, string>

/** The sources with a bug in them, bundled and running in a process. */
export type PatchedCopy = {
  /** What is wrong, if anything. Rejects where the copy itself breaks down, or does not answer in time. */
  ask(task: Task): Promise<string | undefined>
  close(): Promise<void>
}

const ENTRY = fileURLToPath(new URL('worker.ts', import.meta.url))
const HALT_FILE = join(repositoryRoot, 'apps/agent/src/halt-file.ts')
/** A bug may keep a world from ever ending. */
export const LONGEST_MS = 240_000
/** Room for what is young, MB: a world is garbage as soon as it is over. */
const FLAGS = ['--max-semi-space-size=32']

let copies = 0

/**
 * Bundles patched texts with all that they are part of, and starts the copy. The checkout stays as it is.
 *
 * @param longestMs after which it is killed; 0 for never
 */
export async function startCopy(overlay: Overlay, longestMs: number): Promise<PatchedCopy> {
  const bundle = await bundleCopy(ENTRY, overlay)
  const copy = fork(bundle, { execArgv: FLAGS, stdio: ['ignore', 'ignore', 'ignore', 'ipc'], timeout: longestMs })
  const ended = new Promise<string>((resolve) => {
    copy.once('error', (error) => resolve(String(error)))
    copy.once('exit', (code, signal) => resolve(`the copy ended with ${signal ?? code}`))
  })
  return {
    async ask(task) {
      const answered = new Promise<Answer>((resolve) => copy.once('message', (said) => resolve(said as Answer)))
      copy.send(task)
      const answer = await Promise.race([answered, ended])
      if (typeof answer === 'string') throw new Error(answer)
      if ('broken' in answer) throw new Error(answer.broken)
      return answer.complaint
    },
    async close() {
      copy.kill('SIGKILL')
      await ended
      await rm(bundle, { force: true })
    },
  }
}

/** The kill switch of the agent out of a patched copy. */
export async function loadHaltFile(overlay: Overlay): Promise<(folder: string) => HaltSwitch> {
  const bundle = await bundleCopy(HALT_FILE, overlay)
  try {
    const { createHaltFile } = (await import(bundle)) as { createHaltFile: (folder: string) => HaltSwitch }
    return createHaltFile
  } finally {
    await rm(bundle, { force: true })
  }
}

async function bundleCopy(entry: string, overlay: Overlay): Promise<string> {
  copies += 1
  const bundle = join(BUNDLE_FOLDER, `planted-${process.pid}-${copies}.mjs`)
  await bundleSimulation(bundle, overlay, entry)
  return bundle
}
