import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import type { AgentStatus, OperatorCommand } from '@cc/engine'
import { CcError } from '@cc/models'
import { expect, it, onTestFinished, vi } from 'vitest'
import { tempFolder } from '../test/temp-folder.js'
import { askAgent, readControlFile } from './control-client.js'
import { MAX_LINE_LENGTH, socketPathOf } from './control-protocol.js'
import { openControl } from './control-server.js'
import { createHaltFile } from './halt-file.js'
import { createStderrLogger } from './io.js'

const STATUS: AgentStatus = { phase: 'waiting', cycles: 3, mode: 'normal', latched: null, haltReason: null }
const SOON = { patienceMs: 5_000 }

/** An agent that says what it was told, behind its socket. */
async function controlled({
  folder = tempFolder(),
  obey = async () => {},
}: {
  folder?: string
  obey?: () => Promise<void>
} = {}) {
  const commands: OperatorCommand[] = []
  const halt = createHaltFile(folder)
  let said = ''
  const write = (text: string) => {
    said += text
  }
  const logger = createStderrLogger({ write }, { verbose: false })
  const agent = {
    async command(command: OperatorCommand) {
      commands.push(command)
      await obey()
      return { mode: 'reduce-only' as const, closed: [{ symbol: 'BTC-27MAR26-100000-C', filledCoin: 1, leftCoin: 0 }] }
    },
    status: () => STATUS,
  }
  const close = await openControl(folder, { agent, halt, logger })
  onTestFinished(close)
  return { folder, commands, halt, close, said: () => said }
}

function addressOf(folder: string): string {
  return readControlFile(folder)?.address ?? ''
}

/** A connection on which anything can be said. */
async function rawClient(folder: string): Promise<{ socket: Socket; closed: Promise<void>; greeting: string }> {
  const socket = connect(socketPathOf(addressOf(folder)))
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => {})
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()))
  const greeting = await new Promise<string>((resolve) => socket.once('data', (data) => resolve(String(data))))
  return { socket, closed, greeting }
}

it('answers each command of its user', async () => {
  const { folder, commands } = await controlled()
  expect(await askAgent(folder, { command: 'status' }, SOON)).toEqual({ answer: 'status', ...STATUS })
  const orders: OperatorCommand[] = [
    { command: 'pause', reason: 'lunch' },
    { command: 'resume', reason: 'back' },
    { command: 'close', symbol: 'all', reason: 'out' },
  ]
  for (const order of orders) {
    expect(await askAgent(folder, order, SOON)).toMatchObject({ answer: 'done', mode: 'reduce-only' })
  }
  expect(commands).toEqual(orders)
})

it('halts at once when it is told to, with or without the file', async () => {
  const { folder, halt } = await controlled()
  expect(await askAgent(folder, { command: 'kill', reason: 'odd fills' }, SOON)).toMatchObject({ answer: 'status' })
  expect(halt.read()).toEqual({ halted: true, reason: 'odd fills' })
  expect(readFileSync(join(folder, 'HALT'), 'utf8')).toBe('odd fills\n')
})

it('says why it does not obey', async () => {
  const { folder } = await controlled({
    obey: () => Promise.reject(new CcError('It leaves.', { code: 'engine/not-running', recovery: 'skip' })),
  })
  const reply = await askAgent(folder, { command: 'pause', reason: 'x' }, SOON)
  expect(reply).toEqual({ answer: 'refused', code: 'engine/not-running', message: 'It leaves.' })
})

it('lies in a file that its user alone may read, which is gone at the end', async () => {
  const { folder, close } = await controlled()
  expect(statSync(join(folder, 'control.json')).mode & 0o777).toBe(0o600)
  expect(addressOf(folder)).toMatch(process.platform === 'linux' ? /^@ccagent-[0-9a-f]{32}$/ : /control\.sock$/)
  const stale = readFileSync(join(folder, 'control.json'), 'utf8')
  await close()
  expect(existsSync(join(folder, 'control.json'))).toBe(false)
  writeFileSync(join(folder, 'control.json'), stale)
  expect(await askAgent(folder, { command: 'status' }, SOON)).toBeUndefined()
})

it('obeys nobody who does not know the token', async () => {
  const { folder, commands } = await controlled()
  const path = join(folder, 'control.json')
  const file = JSON.parse(readFileSync(path, 'utf8'))
  writeFileSync(path, JSON.stringify({ ...file, token: '0'.repeat(64) }))
  await expect(askAgent(folder, { command: 'pause', reason: 'x' }, SOON)).rejects.toMatchObject({
    code: 'agent/no-reply',
  })
  expect(commands).toEqual([])
})

it('takes no proof twice: each is for one connection', async () => {
  const { folder, commands } = await controlled()
  const first = await rawClient(folder)
  let sent = ''
  // What a client says, overheard by a relay that stands between.
  const relay = createServer((client) => {
    client.write(first.greeting)
    client.on('data', (data) => {
      sent += String(data)
      first.socket.write(data)
    })
    first.socket.on('data', (data) => client.write(data))
  })
  const path = join(folder, 'relay.sock')
  await new Promise<void>((resolve) => relay.listen(path, resolve))
  onTestFinished(() => void relay.close())
  const file = JSON.parse(readFileSync(join(folder, 'control.json'), 'utf8'))
  const other = tempFolder({ 'control.json': JSON.stringify({ ...file, address: path }) })
  await askAgent(other, { command: 'pause', reason: 'x' }, SOON)
  expect(commands).toHaveLength(1)

  const second = await rawClient(folder)
  second.socket.write(sent)
  await second.closed
  expect(commands).toHaveLength(1)
})

it.each([
  ['garbage', 'GET / HTTP/1.1\r\n\r\n'],
  ['an empty line', '\n'],
  ['JSON of another shape', '{"command":"kill"}\n'],
  ['deep JSON', `${'['.repeat(5_000)}\n`],
  ['a line without end', 'x'.repeat(MAX_LINE_LENGTH + 1)],
  ['binary', '\x00\xff\xfe\n'],
])('hangs up on %s, and goes on for others', async (_, text) => {
  const { folder, commands, said } = await controlled()
  const { socket, closed } = await rawClient(folder)
  socket.write(text)
  await closed
  expect(await askAgent(folder, { command: 'status' }, SOON)).toMatchObject({ answer: 'status' })
  expect({ commands, said: said() }).toEqual({ commands: [], said: '' })
})

it('does not mind clients that hang up: before they ask, and before they are answered', async () => {
  let finish = () => {}
  const asked = new Promise<void>((resolve) => {
    finish = resolve
  })
  const { folder, said } = await controlled({
    obey: () => new Promise((resolve) => setImmediate(resolve)).then(() => finish()),
  })
  for (let i = 0; i < 20; i += 1) (await rawClient(folder)).socket.destroy()
  const stop = new AbortController()
  const hung = askAgent(folder, { command: 'pause', reason: 'x' }, { ...SOON, stop: stop.signal })
  setImmediate(() => stop.abort(new Error('hung up')))
  await expect(hung).rejects.toThrow('hung up')
  expect(await askAgent(folder, { command: 'pause', reason: 'x' }, SOON)).toMatchObject({ answer: 'done' })
  await asked
  expect(said()).toBe('')
})

it('serves many at once, and is not held up by one that says nothing', async () => {
  const { folder, commands } = await controlled()
  await rawClient(folder)
  const replies = await Promise.all(
    Array.from({ length: 10 }, () => askAgent(folder, { command: 'pause', reason: 'x' }, SOON)),
  )
  expect(replies.every((reply) => reply?.answer === 'done')).toBe(true)
  expect(commands).toHaveLength(10)
})

it('hangs up on one that says nothing for 5 s', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const { folder } = await controlled()
  const { closed } = await rawClient(folder)
  vi.advanceTimersByTime(5_000)
  await closed
})

it('moves into the folder where somebody else sits on its name, and believes nobody there', async () => {
  const folder = tempFolder()
  const first = await controlled({ folder })
  const name = addressOf(folder)
  await first.close()
  if (!name.startsWith('@')) return
  const heard: string[] = []
  const squatter = createServer((socket) => {
    socket.on('data', (data) => {
      heard.push(String(data))
      socket.write(
        `${JSON.stringify({ body: '{"answer":"done","mode":"normal","closed":[]}', proof: '0'.repeat(64) })}\n`,
      )
    })
    socket.on('error', () => {})
    socket.write(`${JSON.stringify({ schemaVersion: 1, nonce: '0'.repeat(64) })}\n`)
  })
  await new Promise<void>((resolve) => squatter.listen(socketPathOf(name), resolve))
  onTestFinished(() => void squatter.close())

  const { commands, close } = await controlled({ folder })
  expect(addressOf(folder)).toBe(join(folder, 'control.sock'))
  expect(await askAgent(folder, { command: 'pause', reason: 'x' }, SOON)).toMatchObject({ answer: 'done' })
  expect(commands).toHaveLength(1)
  const file = JSON.parse(readFileSync(join(folder, 'control.json'), 'utf8'))
  await close()
  expect(existsSync(join(folder, 'control.sock'))).toBe(false)

  writeFileSync(join(folder, 'control.json'), JSON.stringify({ ...file, address: name }))
  await expect(askAgent(folder, { command: 'pause', reason: 'x' }, SOON)).rejects.toMatchObject({
    code: 'agent/no-reply',
  })
  expect(heard.join('')).not.toContain(file.token)
})

it('lets the agent run without commands where there can be no socket', async () => {
  const folder = join(tempFolder(), 'x'.repeat(120), 'none')
  const { said, close } = await controlled({ folder })
  expect(said()).toContain('takes no commands but the file HALT')
  await close()
})
