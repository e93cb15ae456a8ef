import { createHash, randomBytes } from 'node:crypto'
import { realpathSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import type { Agent } from '@cc/engine'
import { CcError, type HaltSwitch, type Logger } from '@cc/models'
import {
  type ControlReply,
  type ControlRequest,
  controlRequestSchema,
  isSameProof,
  MAX_LINE_LENGTH,
  proofOf,
  readAs,
  signedRequestSchema,
  socketPathOf,
} from './control-protocol.js'
import { replaceFile } from './durable-file.js'
import { systemCodeOf } from './failure.js'

/** Says where the agent of a log folder listens, for its user alone. Of no use once the process is gone. */
export const CONTROL_FILE = 'control.json'
const SOCKET_FILE = 'control.sock'
/** What a client may take to say what it wants. */
const PATIENCE_MS = 5_000
const MAX_CLIENTS = 32

/** What is told what a person wants. */
export type Controlled = { agent: Pick<Agent, 'command' | 'status'>; halt: HaltSwitch; logger: Logger }

/**
 * Listens for the commands of a person on a socket that dies with the process, until the returned function is called.
 * A client that is silent, hangs up, talks nonsense or cannot prove that it may read `control.json` has no effect on the
 * agent. Where no socket can be had the agent runs without, and says so: the file `HALT` is obeyed all the same.
 */
export async function openControl(folder: string, controlled: Controlled): Promise<() => Promise<void>> {
  const token = randomBytes(32).toString('hex')
  const clients = new Set<Socket>()
  const server = createServer((socket) => {
    clients.add(socket)
    socket.on('close', () => clients.delete(socket))
    serve(socket, token, controlled)
  })
  server.maxConnections = MAX_CLIENTS
  server.unref()
  const path = join(folder, CONTROL_FILE)
  try {
    const address = await listenFor(server, folder)
    server.on('error', (error) => controlled.logger.warn('the control socket failed', { message: error.message }))
    const file = { schemaVersion: 1, pid: process.pid, address, token }
    await replaceFile(path, `${JSON.stringify(file)}\n`, { synced: false })
  } catch (error) {
    server.close()
    controlled.logger.warn('this run takes no commands but the file HALT', { message: String(error) })
    return async () => {}
  }
  return async () => {
    rmSync(path, { force: true })
    for (const socket of clients) socket.destroy()
    // A socket with a path is unlinked by this.
    await new Promise((resolve) => server.close(resolve))
  }
}

/** The address that was taken: a name that the kernel frees, or a path in the folder. */
async function listenFor(server: Server, folder: string): Promise<string> {
  const real = realpathSync(folder)
  if (process.platform === 'linux') {
    const address = `@ccagent-${createHash('sha256').update(real).digest('hex').slice(0, 32)}`
    try {
      await listening(server, socketPathOf(address))
      return address
    } catch (error) {
      // Somebody else sits on the name; in the folder nobody else may.
      if (systemCodeOf(error) !== 'EADDRINUSE') throw error
    }
  }
  const path = join(real, SOCKET_FILE)
  // The lock of the folder is ours: what lies there is of a life that ended.
  rmSync(path, { force: true })
  await listening(server, path)
  return path
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/** Reads one request and answers it. */
function serve(socket: Socket, token: string, controlled: Controlled): void {
  const nonce = randomBytes(32).toString('hex')
  const timer = setTimeout(() => socket.destroy(), PATIENCE_MS).unref()
  let text = ''
  socket.unref()
  socket.setEncoding('utf8')
  socket.on('error', () => socket.destroy())
  socket.on('close', () => clearTimeout(timer))
  socket.on('data', (chunk: string) => {
    text += chunk
    const end = text.indexOf('\n')
    if (end < 0 && text.length <= MAX_LINE_LENGTH) return
    clearTimeout(timer)
    socket.removeAllListeners('data').resume()
    const signed = end < 0 || end > MAX_LINE_LENGTH ? undefined : readAs(signedRequestSchema, text.slice(0, end))
    if (signed === undefined || !isSameProof(signed.proof, proofOf(token, 'client', { nonce, body: signed.body }))) {
      socket.destroy()
      return
    }
    const request = readAs(controlRequestSchema, signed.body)
    void replyTo(request, controlled).then((reply) => {
      const body = JSON.stringify(reply)
      const line = `${JSON.stringify({ body, proof: proofOf(token, 'agent', { nonce: signed.nonce, body }) })}\n`
      socket.end(line)
    })
  })
  socket.write(`${JSON.stringify({ schemaVersion: 1, nonce })}\n`)
}

/** Throws nothing: what a client asks for must not end the agent. */
async function replyTo(
  request: ControlRequest | undefined,
  { agent, halt, logger }: Controlled,
): Promise<ControlReply> {
  if (request === undefined) {
    return { answer: 'refused', code: 'agent/unknown-command', message: 'The agent does not know this command.' }
  }
  try {
    if (request.command === 'status') return { answer: 'status', ...agent.status() }
    logger.info('a person commands', { command: request.command, reason: request.reason })
    if (request.command === 'kill') {
      if (!halt.read().halted) await halt.latch(request.reason)
      return { answer: 'status', ...agent.status() }
    }
    return { answer: 'done', ...(await agent.command(request)) }
  } catch (error) {
    const code = CcError.isInstance(error) ? error.code : 'agent/unexpected'
    const message = error instanceof Error ? error.message : String(error)
    logger.info('a command was not obeyed', { command: request.command, code, message })
    return { answer: 'refused', code, message }
  }
}
