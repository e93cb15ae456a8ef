import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryRoot } from './workspace.ts'

/** One run of the real agent over its embedded exchange, with a model that is recorded or replayed. */
export type ModelRun = {
  /** Where it runs, and where the recording lies. */
  folder: string
  /** Name of its folder of logs. */
  logs: string
  cassetteMode: 'record' | 'auto' | 'replay'
  /** Where they are forbidden, to open one is an error, and is counted. */
  sockets: 'allowed' | 'forbidden'
  /** What it is told of its provider. */
  provider: Readonly<Record<string, string>>
  /** Simulated days. */
  days: number
}

/** How a run ended. */
export type ModelRunEnd = { code: number | null; said: string; socketsOpened: number }

/** Name of the recording in the folder. */
export const RECORDING = 'calls.jsonl'

/** Runs the agent as a process of its own. */
export async function runWithModel({
  folder,
  logs,
  cassetteMode,
  sockets,
  provider,
  days,
}: ModelRun): Promise<ModelRunEnd> {
  const guard = join(folder, 'no-sockets.mjs')
  writeFileSync(guard, NO_SOCKETS)
  const main = join(repositoryRoot, 'apps/agent/dist/main.js')
  const shape = ['run', '--venue', 'sim', '--for', `${days}d`, '--every', '6h', '--speed', 'max', '--fresh']
  const guarded = sockets === 'forbidden' ? ['--import', guard] : []
  const child = spawn(process.execPath, [...guarded, main, ...shape, '--log-dir', logs], {
    cwd: folder,
    env: {
      ...{ PATH: process.env.PATH ?? '', NO_COLOR: '1', LLM_ENABLED: 'true' },
      ...{ LLM_CASSETTE: RECORDING, LLM_CASSETTE_MODE: cassetteMode },
      ...provider,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const [code] = await once(child, 'close')
  return { code, said, socketsOpened: said.split(OPENED).length - 1 }
}

/**
 * The files of the record of a run by name, as they are on disk; what a policy keeps between runs is none of it. The texts of
 * a model are kept beside each other and found by their hash, so that their order says nothing: they come sorted.
 */
export function recordOf(folder: string, logs: string): ReadonlyMap<string, string> {
  const textOf = (name: string) => readFileSync(join(folder, logs, name), 'utf8')
  const names = readdirSync(join(folder, logs)).filter((name) => RECORD_FILES.test(name))
  return new Map(names.toSorted().map((name) => [name, name === TEXTS ? sorted(textOf(name)) : textOf(name)]))
}

const TEXTS = 'model_texts.jsonl'
const RECORD_FILES = /^(agent_decisions_\d{8}|intents|model_texts)\.jsonl$|^memory\.json$/

function sorted(text: string): string {
  return text.split('\n').toSorted().join('\n')
}

const OPENED = 'A socket was to be opened.'

/** Loaded before the agent: whatever connects, in JavaScript or below, goes through here. */
const NO_SOCKETS = `import { writeSync } from 'node:fs'
import { Socket } from 'node:net'
Socket.prototype.connect = function connect() {
  writeSync(2, ${JSON.stringify(`${OPENED}\n`)})
  throw new Error(${JSON.stringify(OPENED)})
}
`
