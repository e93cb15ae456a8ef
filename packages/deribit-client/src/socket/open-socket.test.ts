import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, connect as connectRaw, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createSecureServer } from 'node:tls'
import { deflateRawSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startRawServer } from '../raw-server.fixture.js'
import { createOpenSocket } from './open-socket.js'
import { type RawSocketScript, startRawSocketServer } from './raw-socket-server.fixture.js'
import type { WireSocket } from './wire-socket.js'

const never = new AbortController().signal

/** A server that does as told, and what its only client hears. */
async function setUp(script: RawSocketScript = {}) {
  const server = await startRawSocketServer(script)
  const texts: string[] = []
  const ends: string[] = []
  const open = createOpenSocket({ url: server.url, maxFrameBytes: 10_000, connectTimeoutMs: 5_000 })
  const events = { onText: (text: string) => void texts.push(text), onEnd: (reason: string) => void ends.push(reason) }
  const closed = () => server.until(() => server.openSockets() === 0)
  return { server, texts, ends, closed, open: (signal = never) => open(events, signal) }
}

/** Waits for what has no event of its own here. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2))
}

describe('a WebSocket', () => {
  it('carries text both ways, in frames of any number and length', async () => {
    const long = `é${'x'.repeat(9_000)}`
    const { server, texts, open } = await setUp({
      onText: (message, peer) => {
        peer.fragments('{"a":', '1', '}')
        peer.text(JSON.stringify(message))
        peer.text(long)
      },
    })
    const socket = await open()
    expect(socket.send('{"id":7}')).toBe(true)
    await until(() => texts.length === 3)
    expect(texts).toEqual(['{"a":1}', '{"id":7}', long])
    expect(server.handshakes[0]?.url).toBe('/ws/api/v2')
    expect(server.handshakes[0]?.headers['user-agent']).toBe('@cc/deribit-client')
    socket.destroy()
  })

  it('unpacks what is packed', async () => {
    const { texts, open } = await setUp({
      packs: true,
      onPeer: (peer) => peer.frame(1, packed('{"packed":true}'), { isPacked: true }),
    })
    const socket = await open()
    await until(() => texts.length === 1)
    expect(texts).toEqual(['{"packed":true}'])
    socket.destroy()
  })

  it('is gone at once when it is destroyed, and tells nobody', async () => {
    const { server, ends, texts, closed, open } = await setUp()
    const socket = await open()
    socket.destroy()
    server.peers[0]?.text('late')
    expect(socket.send('x')).toBe(false)
    await closed()
    socket.destroy()
    expect([ends, texts]).toEqual([[], []])
  })

  it('does not wait for a peer that does not read', async () => {
    const { server, closed, open } = await setUp({ onPeer: ({ socket }) => void socket.pause() })
    const socket = await open()
    for (let i = 0; i < 100; i += 1) socket.send(`"${'x'.repeat(100_000)}"`)
    socket.destroy()
    await proveAlive(server.origin)
    server.peers[0]?.socket.resume()
    await closed()
    expect(server.peers[0]?.received.length).toBeLessThan(100)
  })

  it.each<[string, NonNullable<RawSocketScript['onPeer']>, string]>([
    ['is closed with a code', (peer) => peer.close(4000), 'closed-4000'],
    ['is reset', ({ socket }) => void setTimeout(() => socket.resetAndDestroy(), 20), 'ECONNRESET'],
    ['ends without a word', ({ socket }) => void socket.end(), 'closed-1006'],
    ['sends a binary frame', (peer) => peer.frame(2, Buffer.from('{}')), 'binary-frame'],
    ['sends a frame that is too large', (peer) => peer.text('x'.repeat(10_001)), 'protocol-fault'],
    [
      'announces a frame that is too large',
      ({ socket }) => void socket.write(Buffer.from([0x81, 127, 0, 0, 0, 1, 0, 0, 0, 0])),
      'protocol-fault',
    ],
    [
      'sends fragments without end',
      (peer) => {
        peer.frame(1, Buffer.from('x'), { isFinal: false })
        for (let i = 0; i < 5_000; i += 1) peer.frame(0, Buffer.from('x'), { isFinal: false })
      },
      'protocol-fault',
    ],
    ['sends text that is no UTF-8', (peer) => peer.frame(1, Buffer.from([0xc3, 0x28])), 'protocol-fault'],
    ['sends a frame that does not exist', (peer) => peer.frame(5, Buffer.from('x')), 'protocol-fault'],
    ['packs what was not agreed', (peer) => peer.frame(1, packed('{}'), { isPacked: true }), 'protocol-fault'],
  ])('ends, once, where the exchange %s', async (_, act, reason) => {
    const { ends, texts, closed, open } = await setUp({ onPeer: act })
    const socket = await open()
    await until(() => ends.length > 0)
    await closed()
    expect(ends).toEqual([reason])
    expect(texts).toEqual([])
    expect(socket.send('x')).toBe(false)
  })

  it('ends where a small frame unpacks to a large one', async () => {
    const { ends, texts, closed, open } = await setUp({
      packs: true,
      onPeer: (peer) => peer.frame(1, packed('x'.repeat(5_000_000)), { isPacked: true }),
    })
    await open()
    await until(() => ends.length > 0)
    await closed()
    expect([ends, texts]).toEqual([['protocol-fault'], []])
  })
})

describe('a WebSocket that is not opened', () => {
  const answers = (text: string) => (_: unknown, socket: Socket) => {
    socket.write(text)
    return true
  }

  it.each([
    ['a page', 'HTTP/1.1 502 Bad Gateway\r\ncontent-length: 3\r\n\r\nno!', 'deribit/gateway-error', { status: 502 }],
    [
      'a page without end',
      'HTTP/1.1 503 Busy\r\ncontent-length: 99\r\n\r\nx',
      'deribit/gateway-error',
      { status: 503 },
    ],
    ['a good page', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}', 'deribit/gateway-error', { status: 200 }],
    [
      'a redirect',
      'HTTP/1.1 302 Found\r\nlocation: https://www.deribit.com/ws/api/v2\r\ncontent-length: 0\r\n\r\n',
      'deribit/gateway-error',
      { status: 302 },
    ],
    ['too many', 'HTTP/1.1 429 Too Many\r\ncontent-length: 0\r\n\r\n', 'deribit/gateway-error', { status: 429 }],
    [
      'a wrong proof',
      'HTTP/1.1 101 OK\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: x\r\n\r\n',
      'deribit/unreachable',
      { reason: 'bad-handshake' },
    ],
    ['no HTTP', 'hello\r\n\r\n', 'deribit/unreachable', { reason: 'bad-handshake' }],
  ])('is answered by %s', async (_, text, code, facts) => {
    const { closed, ends, open } = await setUp({ onHandshake: answers(text) })
    await expect(open()).rejects.toMatchObject({ code, recovery: 'retry', facts })
    await closed()
    expect(ends).toEqual([])
  })

  it('is reset in the handshake', async () => {
    const { closed, open } = await setUp({
      onHandshake: (_, socket) => {
        socket.resetAndDestroy()
        return true
      },
    })
    await expect(open()).rejects.toMatchObject({ code: 'deribit/unreachable', facts: { reason: expect.any(String) } })
    await closed()
  })

  it('finds nobody', async () => {
    const { server, open } = await setUp()
    await server.close()
    await expect(open()).rejects.toMatchObject({ code: 'deribit/unreachable', facts: { reason: 'ECONNREFUSED' } })
  })

  it.each<[string, NonNullable<RawSocketScript['onHandshake']>]>([
    ['no answer', () => true],
    ['headers without end', answers('HTTP/1.1 101 Switching\r\nx-never: ')],
  ])('has %s, until nobody wants it any more', async (_, onHandshake) => {
    const { server, closed, ends, open } = await setUp({ onHandshake })
    const controller = new AbortController()
    const opening = open(controller.signal)
    await server.until(() => server.handshakes.length === 1)
    controller.abort(new Error('enough'))
    await expect(opening).rejects.toThrow('enough')
    await closed()
    expect(ends).toEqual([])
  })

  it('is given up before it is connected', async () => {
    const { server, closed, open } = await setUp()
    await expect(open(AbortSignal.abort(new Error('never')))).rejects.toThrow('never')
    const controller = new AbortController()
    const opening = open(controller.signal)
    controller.abort(new Error('at once'))
    await expect(opening).rejects.toThrow('at once')
    await proveAlive(server.origin)
    await closed()
    expect(server.handshakes).toHaveLength(0)
  })

  it('is given up while the host does not begin to prove who it is', async () => {
    const server = await startRawServer(() => {})
    const url = `wss://localhost:${server.port}/ws/api/v2`
    const open = createOpenSocket({ url, maxFrameBytes: 1_000, connectTimeoutMs: 60_000 })
    const controller = new AbortController()
    const opening = open({ onText() {}, onEnd() {} }, controller.signal)
    await server.until(() => server.openSockets() === 1)
    controller.abort(new Error('enough'))
    await expect(opening).rejects.toThrow('enough')
    await server.until(() => server.openSockets() === 0)
  })

  it.skipIf(!hasOpenssl())('is not trusted where the host cannot prove who it is', async () => {
    const secure = createSecureServer(selfSigned(), () => {})
    onTestFinished(() => void secure.close())
    const sockets = new Set<Socket>()
    secure.on('connection', (socket: Socket) => {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
    })
    secure.listen(0, '127.0.0.1')
    await once(secure, 'listening')
    const { port } = secure.address() as AddressInfo
    const url = `wss://localhost:${port}/ws/api/v2`
    const open = createOpenSocket({ url, maxFrameBytes: 1_000, connectTimeoutMs: 5_000 })
    await expect(open({ onText() {}, onEnd() {} }, never)).rejects.toMatchObject({
      code: 'deribit/untrusted-host',
      recovery: 'halt',
      facts: { reason: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    })
    await until(() => sockets.size === 0)
  })

  it('keeps no socket over many of them', async () => {
    const { server, closed, open } = await setUp()
    const opened: WireSocket[] = []
    for (let i = 0; i < 20; i += 1) opened.push(await open())
    expect(server.openSockets()).toBe(20)
    for (const socket of opened) socket.destroy()
    await closed()
  })
})

function hasOpenssl(): boolean {
  return spawnSync('openssl', ['version']).status === 0
}

function selfSigned(): { key: Buffer; cert: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'cc-certificate-'))
  const [keyPath, certPath] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const subject = ['-subj', '/CN=localhost', '-days', '2', '-nodes']
  spawnSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-keyout', keyPath, '-out', certPath, ...subject])
  const pair = { key: readFileSync(keyPath), cert: readFileSync(certPath) }
  rmSync(folder, { recursive: true })
  return pair
}

/** Connects after all others, so that what they began has arrived. */
function proveAlive(origin: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connectRaw(Number(new URL(origin).port), '127.0.0.1', () => {
      socket.destroy()
      resolve()
    })
    socket.on('error', reject)
  })
}

/** As permessage-deflate has it: without the tail of a flush. */
function packed(text: string): Uint8Array {
  const bytes = deflateRawSync(text, { finishFlush: 2 })
  return bytes.subarray(0, bytes.length - 4)
}
