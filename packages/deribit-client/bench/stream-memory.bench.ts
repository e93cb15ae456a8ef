import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { clientFromBytes, clientOf, fail, type Hearing, hear, turn } from './ticker-client.ts'
import { symbols, tickerFrames } from './ticker-frames.ts'
import { serveTickers } from './ticker-server.ts'

/**
 * Memory over millions of tickers, of a reader that keeps up and of one that is far too slow: from bytes, and through a
 * loopback WebSocket. From `dist`, each in its own process. After every million all garbage is collected; what is printed is
 * what then still lives, in the heap and in buffers outside, and what the process holds. Throws where either grows.
 */
const MILLION = 1_000_000
const fromBytesMillions = 10
const overSocketMillions = 4
/** A tenth of a byte for each ticker would be 100 kB. */
const mostLiveGrowth = 50
const mostResidentGrowth = 1_500

type Sample = { live: number; resident: number }
type Course = { samples: Sample[]; received: number; read: number }

const file = fileURLToPath(import.meta.url)
const [, , from, how, port] = process.argv
if (from === undefined) await compare()
else if (from === 'server') serveTickers()
else console.log(JSON.stringify(await (from === 'bytes' ? fromBytes(how as Hearing) : overSocket(how as Hearing))))
if (from !== 'server') process.exit()

async function compare(): Promise<void> {
  const server = spawn(process.execPath, [file, 'server'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const [printed] = await once(server.stdout, 'data')
  const run = async (...names: string[]): Promise<Course> => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', file, ...names], { timeout: 300_000 })
    return JSON.parse(stdout)
  }
  try {
    const hearings = ['reader', 'slow-reader']
    for (const source of ['bytes', 'socket']) {
      const courses = await Promise.all(hearings.map((hearing) => run(source, hearing, String(printed).trim())))
      for (const [i, course] of courses.entries()) report(`memory-from-${source}-${hearings[i]}`, course)
    }
  } finally {
    server.kill()
  }
}

async function fromBytes(hearing: Hearing): Promise<Course> {
  const frames = tickerFrames()
  const { client, take } = clientFromBytes()
  const samples: Sample[] = []
  const last = new Map<string, number>()
  let read = 0
  await hear(client, hearing, ({ instrument_name, timestamp }) => {
    read += 1
    last.set(instrument_name, timestamp)
  })
  const received = fromBytesMillions * MILLION
  for (let i = 1; i <= received; i++) {
    take(frames[i % frames.length] as Buffer)
    if (i % 64 === 0) await turn()
    if (i % MILLION === 0) samples.push(await sample())
  }
  return { samples, received, read }
}

async function overSocket(hearing: Hearing): Promise<Course> {
  const client = clientOf(`http://127.0.0.1:${port}`)
  const samples: Sample[] = []
  let received = 0
  let read = 0
  const done = new Promise<void>((resolve) => {
    const count = () => {
      received += 1
      if (received % MILLION !== 0) return
      void sample().then((one) => {
        samples.push(one)
        if (samples.length === overSocketMillions) resolve()
      })
    }
    hear(client, 'sink', count).catch(fail)
  })
  hear(client, hearing, () => {
    read += 1
  }).catch(fail)
  await done
  return { samples, received, read }
}

async function sample(): Promise<Sample> {
  await turn()
  globalThis.gc?.()
  const { heapUsed, external, rss } = process.memoryUsage()
  return { live: heapUsed + external, resident: rss }
}
