import { haltComplaint } from './checks/halt-check.ts'
import { loadHaltFile, type PatchedCopy, startCopy } from './patched-copy.ts'
import type { Task } from './worker.ts'

/** The sources as they are: what complains of them, too, has caught no bug. */
export type Control = {
  /** Whether they pass what a patched copy failed. */
  passes(task: Task | 'halt-file'): Promise<boolean>
  /** How many seeds, shares of states and checks they were asked. */
  readonly asked: number
  readonly complaints: readonly string[]
  close(): Promise<void>
}

const UNPATCHED: ReadonlyMap<string, string> = new Map()

/** Bundles the sources as they are. Each question is asked once, one after the other. */
export async function startControl(): Promise<Control> {
  const copy = await startCopy(UNPATCHED, 0)
  const answers = new Map<string, Promise<boolean>>()
  const complaints: string[] = []
  let last: Promise<unknown> = Promise.resolve()

  async function ask(name: string, task: Task | 'halt-file'): Promise<boolean> {
    const complaint = await complaintOf(copy, task)
    if (complaint !== undefined) complaints.push(`${name} ${complaint}`)
    return complaint === undefined
  }

  return {
    complaints,
    get asked() {
      return answers.size
    },
    passes(task) {
      const name = typeof task === 'string' ? task : Object.entries(task).flat().join(' ')
      const answer = answers.get(name) ?? last.then(() => ask(name, task))
      answers.set(name, answer)
      last = answer.catch(() => {})
      return answer
    },
    close: () => copy.close(),
  }
}

async function complaintOf(copy: PatchedCopy, task: Task | 'halt-file'): Promise<string | undefined> {
  return task === 'halt-file' ? haltComplaint(await loadHaltFile(UNPATCHED)) : copy.ask(task)
}
