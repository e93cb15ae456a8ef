import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { CcError } from '@cc/models'
import { askAgent } from './control-client.js'
import type { ControlReply, ControlRequest } from './control-protocol.js'
import { usageError } from './failure.js'
import type { Io } from './io.js'
import { takeLock } from './lock.js'

/** The reply of a running agent, or the lock of a folder in which none runs. */
export type Reached = { reply: ControlReply } | { leave: () => void }

/** How long an agent may take to start or to leave. */
const CONTACT_MS = 5_000
const RETRY_MS = 200
/** Commands are obeyed between two cycles, and a close works its orders. */
const PATIENCE_MS = 1_800_000
/** After it a person is told what is waited for. */
const TELL_MS = 2_000

/**
 * Asks the agent of a log folder. Where none runs the folder's lock is taken, so that none starts meanwhile: the caller
 * gives it back. An agent that is just starting or leaving is waited for.
 *
 * @throws CcError `agent/usage` without a folder; `agent/locked` where an agent takes no commands; `agent/no-reply`
 */
export async function reachAgent(folder: string, request: ControlRequest, io: Io): Promise<Reached> {
  if (!existsSync(folder))
    throw usageError(`There is no folder ${folder}: no agent has run there. --log-dir names its folder.`)
  const telling = setTimeout(() => io.stderr.write('ccagent: waiting for the agent …\n'), TELL_MS)
  try {
    for (let waitedMs = 0; ; waitedMs += RETRY_MS) {
      const reply = await askAgent(folder, request, { patienceMs: PATIENCE_MS, stop: io.stop })
      if (reply !== undefined && !isNotRunning(reply)) return { reply }
      try {
        return { leave: takeLock(folder) }
      } catch (error) {
        if (!CcError.isInstance(error) || error.code !== 'agent/locked') throw error
        if (waitedMs >= CONTACT_MS) throw deaf(folder, error)
      }
      await delay(RETRY_MS)
      io.stop.throwIfAborted()
    }
  } finally {
    clearTimeout(telling)
  }
}

/** It starts, or it leaves. */
function isNotRunning(reply: ControlReply): boolean {
  return reply.answer === 'refused' && reply.code === 'engine/not-running'
}

function deaf(folder: string, cause: CcError): CcError {
  return new CcError(
    `An agent holds ${folder} and takes no commands: it decides once, or is starting, leaving or stuck. "ccagent kill" stops it all the same.`,
    { code: 'agent/locked', recovery: 'halt', facts: { folder }, cause },
  )
}
