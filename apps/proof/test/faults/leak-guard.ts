import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect } from 'vitest'

type Side = 'client' | 'server'

/** What keeps a process alive that should end. */
const KEEPERS = /TCP|Timeout|Immediate/

/** Sockets of this process that were made since the guard began, and have not ended. */
const sockets = new Set<Socket>()
const ends = new WeakMap<Socket, { side: Side; port: number }>()
const unhandled: unknown[] = []

/** What nobody caught since the guard began. */
export function unhandledSoFar(): readonly unknown[] {
  return unhandled
}

export function portOf(url: string): number {
  return Number(new URL(url).port)
}

/** Live sockets to a port, or of whoever listens on it. */
export function socketsAt(port: number, side?: Side): string[] {
  return [...sockets].flatMap((socket) => {
    const end = ends.get(socket)
    return end?.port === port && (side ?? end.side) === end.side ? [`${end.side} ${socket.readyState}`] : []
  })
}

/** Watches a whole file: its process ends with the sockets and timers with which it began, and with nothing uncaught. */
export function guardLeaks(): void {
  let before: readonly string[] = []
  beforeAll(() => {
    process.on('unhandledRejection', note)
    process.on('uncaughtExceptionMonitor', note)
    subscribe('net.client.socket', madeByClient)
    subscribe('net.server.socket', madeByServer)
    before = active()
  })
  afterAll(async () => {
    // What has been ended needs a moment to be gone.
    for (let i = 0; i < 1_000 && (added(before).length > 0 || sockets.size > 0); i += 1) await pause(30)
    expect({ added: added(before), sockets: sockets.size }).toEqual({ added: [], sockets: 0 })
    unsubscribe('net.client.socket', madeByClient)
    unsubscribe('net.server.socket', madeByServer)
    process.off('unhandledRejection', note)
    process.off('uncaughtExceptionMonitor', note)
    expect(unhandled).toEqual([])
  })
}

const madeByClient = made('client')
const madeByServer = made('server')

function note(reason: unknown): void {
  unhandled.push(reason)
}

function made(side: Side): (message: unknown) => void {
  return (message) => {
    const { socket } = message as { socket: Socket }
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    const know = () =>
      ends.set(socket, { side, port: (side === 'client' ? socket.remotePort : socket.localPort) ?? -1 })
    if (side === 'client') socket.once('connect', know)
    else know()
  }
}

function active(): string[] {
  return process.getActiveResourcesInfo().filter((name) => KEEPERS.test(name))
}

/** What is active beyond what was, and beyond the one timer with which the runner watches a hook. */
function added(before: readonly string[]): string[] {
  const known = before.includes('Timeout') ? [...before] : [...before, 'Timeout']
  return active().filter((name) => {
    const at = known.indexOf(name)
    if (at >= 0) known.splice(at, 1)
    return at < 0
  })
}
