import type { Writable } from 'node:stream'
import type { FaultTimers } from './fault-timers.js'

/** What never ends comes in pieces, one in so many ms. */
const PIECE_MS = 10

/** A stream of bytes, and whether they may still be written: somebody else may have ended it. */
export type Outlet = { readonly stream: Writable; isOpen(): boolean }

/** Writes byte by byte. Whether all of it was written. */
export async function trickle(
  { stream, isOpen }: Outlet,
  { bytes, msPerByte }: { bytes: Buffer; msPerByte: number },
  timers: FaultTimers,
): Promise<boolean> {
  // No clock sleeps for less than a millisecond.
  const step = msPerByte >= 1 ? 1 : Math.min(bytes.length, Math.ceil(1 / msPerByte))
  for (let at = 0; at < bytes.length; at += step) {
    if (!(await timers.wait(msPerByte * step, stream)) || !isOpen()) return false
    stream.write(bytes.subarray(at, at + step))
  }
  return true
}

/** Writes without an end, until the connection has one. `piece` makes about as many bytes as it is asked for. */
export async function flow(
  { stream, isOpen }: Outlet,
  { piece, bytesPerMs }: { piece: (bytes: number) => Buffer; bytesPerMs: number },
  timers: FaultTimers,
): Promise<void> {
  const bytes = piece(Math.ceil(bytesPerMs * PIECE_MS))
  while (isOpen()) {
    if (!stream.write(bytes) && !(await drained(stream))) return
    if (!(await timers.wait(PIECE_MS, stream))) return
  }
}

/** Writes what is large at the pace of whoever reads it. Whether all of it was written. */
export async function pour({ stream, isOpen }: Outlet, chunks: Iterable<Buffer>): Promise<boolean> {
  for (const chunk of chunks) {
    if (!isOpen()) return false
    if (!stream.write(chunk) && !(await drained(stream))) return false
  }
  return true
}

/** Takes bytes off a connection and throws them away, so that nothing is noticed of it but its end. */
export function deafen(stream: NodeJS.ReadableStream & { destroy(): unknown }): void {
  stream.removeAllListeners('data').on('data', ignore).resume()
  stream.once('end', () => stream.destroy())
}

/** `false` where the stream was over first. */
function drained(stream: Writable): Promise<boolean> {
  if (stream.destroyed) return Promise.resolve(false)
  if (!stream.writableNeedDrain) return Promise.resolve(true)
  return new Promise((resolve) => {
    const settle = (isDrained: boolean) => () => {
      stream.off('drain', drain).off('close', close)
      resolve(isDrained)
    }
    const drain = settle(true)
    const close = settle(false)
    stream.on('drain', drain).on('close', close)
  })
}

function ignore(): void {}
