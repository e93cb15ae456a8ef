import { randomBytes } from 'node:crypto'
import { constants, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { CcError } from '@cc/models'
import {
  type ControlFile,
  type ControlReply,
  type ControlRequest,
  controlFileSchema,
  controlReplySchema,
  greetingSchema,
  isSameProof,
  MAX_LINE_LENGTH,
  proofOf,
  readAs,
  signedReplySchema,
  socketPathOf,
} from './control-protocol.js'
import { CONTROL_FILE } from './control-server.js'

/** What a greeting may take. The agent that made the file answers at once. */
const GREETING_MS = 2_000
/** Replies name what was closed, call by call. */
const MAX_REPLY_LENGTH = 32 * MAX_LINE_LENGTH

/**
 * Asks the agent of a log folder, and waits for its reply for `patienceMs`. `undefined` where nobody listens who could
 * prove to be that agent. Rejects with the reason of `stop` when aborted.
 *
 * @throws CcError `agent/no-reply` where it took the request and did not answer in time, or ended before
 */
export async function askAgent(
  folder: string,
  request: ControlRequest,
  { patienceMs, stop }: { patienceMs: number; stop?: AbortSignal },
): Promise<ControlReply | undefined> {
  const file = readControlFile(folder)
  if (file === undefined) return undefined
  return new Promise((resolve, reject) => {
    const socket = connect(socketPathOf(file.address))
    const nonce = randomBytes(32).toString('hex')
    let text = ''
    let asked = false
    let timer = setTimeout(end, Math.min(GREETING_MS, patienceMs))

    function end(reply?: ControlReply): void {
      clearTimeout(timer)
      stop?.removeEventListener('abort', leave)
      socket.removeAllListeners().on('error', () => {})
      socket.destroy()
      if (reply !== undefined || !asked) resolve(reply)
      else reject(noReply(request))
    }

    function leave(): void {
      reject(stop?.reason)
      end()
    }

    stop?.addEventListener('abort', leave, { once: true })
    socket.setEncoding('utf8')
    socket.on('error', () => end())
    socket.on('close', () => end())
    socket.on('data', (chunk: string) => {
      text += chunk
      const length = text.indexOf('\n')
      if (length < 0 && text.length <= MAX_REPLY_LENGTH) return
      const line = text.slice(0, Math.max(0, length))
      text = text.slice(length + 1)
      if (asked) return end(replyIn(line, { token: file.token, nonce }))
      const greeting = readAs(greetingSchema, line)
      if (greeting === undefined) return end()
      asked = true
      clearTimeout(timer)
      timer = setTimeout(end, patienceMs)
      const body = JSON.stringify(request)
      const proof = proofOf(file.token, 'client', { nonce: greeting.nonce, body })
      socket.write(`${JSON.stringify({ nonce, body, proof })}\n`)
    })
  })
}

/** What a running agent left for its user; also what one left that is gone. */
export function readControlFile(folder: string): ControlFile | undefined {
  try {
    const flag = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
    return readAs(controlFileSchema, readFileSync(join(folder, CONTROL_FILE), { encoding: 'utf8', flag }))
  } catch {
    return undefined
  }
}

function replyIn(line: string, { token, nonce }: { token: string; nonce: string }): ControlReply | undefined {
  const signed = readAs(signedReplySchema, line)
  if (signed === undefined) return undefined
  const isProven = isSameProof(signed.proof, proofOf(token, 'agent', { nonce, body: signed.body }))
  return isProven ? readAs(controlReplySchema, signed.body) : undefined
}

function noReply({ command }: ControlRequest): CcError {
  return new CcError(`The agent took the command "${command}" and did not answer: it may still obey.`, {
    code: 'agent/no-reply',
    recovery: 'retry',
  })
}
