import { once } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import type { ManualClock } from './manual-clock.fixture.js'

/** What a server tells of its connections. It is closed with its test. */
export type WatchedServer = {
  readonly port: number
  /** Connections that are open, of whatever stage. */
  openSockets(): number
  /** Grows with everything that a client does. */
  events(): number
  /** Resolves when the predicate holds; looks after every event. */
  until(holds: () => boolean): Promise<void>
  close(): Promise<void>
}

/** Lets it listen on a free port. `changed` is to be called after what it does itself. */
export async function watched(server: Server): Promise<{ watch: WatchedServer; changed: () => void }> {
  const sockets = new Set<Socket>()
  const waiting = new Set<() => void>()
  let events = 0
  const changed = () => {
    events += 1
    for (const look of [...waiting]) look()
  }
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    changed()
    socket.on('error', () => {})
    socket.on('close', () => {
      sockets.delete(socket)
      changed()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  async function close(): Promise<void> {
    for (const socket of sockets) socket.destroy()
    if (!server.listening) return
    server.close()
    await once(server, 'close')
  }
  onTestFinished(close)

  const until = (holds: () => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!holds()) return
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
      look()
    })
  return { watch: { port, openSockets: () => sockets.size, events: () => events, until, close }, changed }
}

/** Turns of the event loop, some ms each, in which nothing arrives before time moves on. */
const QUIET_TURNS = 4

/** What becomes of work on real sockets, whose clock moves on only while nothing else happens. */
export async function settled<Result>(
  { clock, server }: { clock: Pick<ManualClock, 'advance'>; server: Pick<WatchedServer, 'events'> },
  work: Promise<Result>,
): Promise<Result> {
  let isOver = false
  const awaited = work.finally(() => {
    isOver = true
  })
  awaited.catch(() => {})
  let quiet = 0
  for (let seen = -1; !isOver; await new Promise((resolve) => setTimeout(resolve, 4))) {
    quiet = server.events() === seen ? quiet + 1 : 0
    seen = server.events()
    if (quiet <= QUIET_TURNS) continue
    clock.advance(100)
    quiet = 0
  }
  return awaited
}
