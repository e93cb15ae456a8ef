import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { clientFromBytes, clientOf, fail, type Hearing, hear, turn } from './ticker-client.ts'
import { symbols, tickerFrames } from './ticker-frames.ts'
import { besideServer, serveTickers } from './ticker-server.ts'

/**
 * Memory over millions of tickers, of a reader that keeps up and of one that is far too slow: from bytes, each alone, and
 * through a loopback WebSocket, side by side. From `dist`, each client in its own process. After every million all garbage is
 * collected: printed is the heap that then still lives, and what the process holds. Throws where the one grows from million
 * to million, where the other has grown by far, where the reader misses a ticker and where the slow one is not left with the
 * newest of each instrument.
 */
const MILLION = 1_000_000
const fromBytesMillions = 10
const overSocketMillions = 5
/** A tenth of a byte for each ticker. Each collection lets the engine compile some code anew, which are a few kB. */
const mostHeapGrowth = 100_000
const mostResidentGrowth = 150_000_000
/** Frames that come at once: as many as a socket reads. */
const burst = 64

type Sample = { heap: number; resident: number }
type Course = { samples: Sample[]; read: number }

const file = fileURLToPath(import.meta.url)
const [, , source, argument = ''] = process.argv
if (source === undefined) await compare()
else if (source === 'server') console.log(await serveTickers())
else console.log(JSON.stringify(await (source === 'bytes' ? fromBytes(argument as Hearing) : overSocket(argument))))
if (source !== 'server') process.exit()

async function compare(): Promise<void> {
  const run = async (...names: string[]): Promise<Course> => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', file, ...names], {
      timeout: 600_000,
    })
    return JSON.parse(stdout)
  }
  const [keepingUp, slow] = await Promise.all([run('bytes', 'reader'), run('bytes', 'slow-reader')])
  report('memory-from-bytes-reader', keepingUp)
  report('memory-from-bytes-slow-reader', slow)

  await besideServer(file, async (port) => report('memory-over-socket-both-readers', await run('socket', port)))
}

async function fromBytes(hearing: Hearing): Promise<Course> {
  const frames = tickerFrames()
  const frameAt = (i: number) => frames[i % frames.length] as Buffer
  const { client, take } = clientFromBytes()
  const samples: Sample[] = []
  const newest = new Map<string, number>()
  let read = 0
  await hear(client, hearing, ({ instrument_name, timestamp }) => {
    read += 1
    newest.set(instrument_name, timestamp)
  })
  const received = fromBytesMillions * MILLION
  for (let i = 1; i <= received; i++) {
    take(frameAt(i))
    if (i % burst === 0) await turn()
    if (i % MILLION === 0) samples.push(await sample())
  }
  const readMeanwhile = read
  for (let i = 0; i < 2 * symbols.length; i++) await turn()
  if (hearing === 'reader' && read !== received) fail(`of ${received} tickers ${read} were read`)
  if (read - readMeanwhile > symbols.length) fail(`${read - readMeanwhile} tickers were waiting`)
  for (let i = received - symbols.length + 1; i <= received; i++) {
    const { instrument_name, timestamp } = JSON.parse(frameAt(i).toString()).params.data
    if (newest.get(instrument_name) !== timestamp) fail(`the newest of ${instrument_name} was not read`)
  }
  return { samples, read: readMeanwhile }
}

function overSocket(port: string): Promise<Course> {
  const client = clientOf(`http://127.0.0.1:${port}`)
  const samples: Sample[] = []
  let received = 0
  let read = 0
  let readSlowly = 0

  return new Promise((resolve) => {
    const onTicker = () => {
      received += 1
      if (received % MILLION === 0) void takeSample()
    }
    const takeSample = async () => {
      samples.push(await sample())
      if (samples.length < overSocketMillions) return
      if (read < MILLION * overSocketMillions) fail(`of ${received} tickers ${read} were read`)
      if (client.connection.epoch() !== 1) fail('the connection was lost')
      resolve({ samples, read: readSlowly })
    }
    const hearings = [
      hear(client, 'sink', onTicker),
      hear(client, 'reader', () => {
        read += 1
      }),
      hear(client, 'slow-reader', () => {
        readSlowly += 1
      }),
    ]
    Promise.all(hearings).catch(fail)
  })
}

async function sample(): Promise<Sample> {
  await turn()
  globalThis.gc?.()
  const { heapUsed, rss } = process.memoryUsage()
  return { heap: heapUsed, resident: rss }
}

function report(what: string, { samples, read }: Course): void {
  for (const [i, { heap, resident }] of samples.entries()) {
    console.log(`${what}-heap-at-${i + 1}M ${(heap / 1e6).toFixed(2)} MB`)
    console.log(`${what}-resident-at-${i + 1}M ${(resident / 1e6).toFixed(1)} MB`)
  }
  const steps = samples.slice(1).map(({ heap }, i) => heap - (samples[i] as Sample).heap)
  const heapGrowth = steps.toSorted((a, b) => a - b)[steps.length >> 1] as number
  const residentGrowth = (samples.at(-1) as Sample).resident - (samples[0] as Sample).resident
  const share = read / (samples.length * MILLION)
  console.log(`${what}-read ${(100 * share).toFixed(2)} %`)
  console.log(`${what}-heap-growth ${(heapGrowth / 1e3).toFixed(1)} kB/million`)
  console.log(`${what}-resident-growth ${(residentGrowth / 1e6 / (samples.length - 1)).toFixed(2)} MB/million`)
  if (heapGrowth > mostHeapGrowth) throw new Error(`${what}: the heap grows`)
  if (residentGrowth > mostResidentGrowth) throw new Error(`${what}: the process grows`)
}
