import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { repositoryRoot } from '../workspace.ts'

/** pnpm, npx and the shim in `.bin` keep signals to themselves, and the agent lives on. */
const NODE = join(repositoryRoot, 'node_modules/node/bin/node')
/** The agent as it is built. */
export const AGENT = join(repositoryRoot, 'apps/agent/dist/main.js')

/** How the process of a life ended. */
export type End = { code: number | null; signal: NodeJS.Signals | null; stderr: string }

/** A decision, and the run that it was made in. */
type Decided = { runId: string }

/** One life of the agent: a process of its own, from its start to its end. */
export type Life = {
  /** Whole lines that it said on stdout so far: records that are in its log. */
  said(): readonly string[]
  /** What it decided so far: records of cycles that came to a decision. */
  decisions(): readonly Decided[]
  /** Its first decision is recorded; never, where it ended before. */
  readonly decided: Promise<void>
  readonly ended: Promise<End>
  kill(signal: 'SIGKILL' | 'SIGTERM'): void
}

const living = new Set<ChildProcess>()

/** Kills whoever still lives: for an end of this process that comes first. */
export function killAll(): void {
  for (const child of living) child.kill('SIGKILL')
}

/** Starts an agent in `folder`, where no settings of this repository reach it. */
export function startLife({
  main,
  folder,
  parameters,
  environment,
}: {
  main: string
  folder: string
  parameters: readonly string[]
  environment: Readonly<Record<string, string>>
}): Life {
  const child = spawn(NODE, [main, ...parameters], {
    cwd: folder,
    env: { NO_COLOR: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  living.add(child)
  const lines: string[] = []
  const decisions: Decided[] = []
  let rest = ''
  let stderr = ''
  const decided = new Promise<void>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      const parts = `${rest}${piece}`.split('\n')
      rest = parts.pop() ?? ''
      for (const line of parts) {
        lines.push(line)
        const record = decisionOf(line)
        if (record === undefined) continue
        decisions.push(record)
        resolve()
      }
    })
  })
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    stderr += piece
  })
  const ended = once(child, 'close').then(([code, signal]): End => {
    living.delete(child)
    return { code, signal, stderr }
  })
  return { said: () => lines, decisions: () => decisions, decided, ended, kill: (signal) => void child.kill(signal) }
}

function decisionOf(line: string): Decided | undefined {
  try {
    const record = JSON.parse(line) as Partial<Record<string, unknown>> | null
    const isDecision = record?.kind === 'decision' && record.decision !== null
    return isDecision && typeof record.runId === 'string' ? { runId: record.runId } : undefined
  } catch {
    return undefined
  }
}
