import { fileURLToPath } from 'node:url'
import { compared, race, type Speed, stopwatch } from './contenders.ts'
import { clientFromBytes, fail, type Hearing, hear, turn } from './ticker-client.ts'
import { meanSize, tickerFrames } from './ticker-frames.ts'

/**
 * How many tickers one core takes from bytes: decoded, parsed, validated, searched for new fields and given to whoever hears
 * their channel, next to a bare `JSON.parse` of the same bytes. From `dist`, through a client whose socket is in this
 * process, each contender in its own process, interleaved. Nothing else on the machine counts in a second of processor time.
 */
const rounds = 9
const warmUp = 64_000
const count = 256_000
/** Frames that come at once: as many as a socket reads. */
const burst = 64
/** Twice the reference is clearly too much. */
const greatestFitRatio = 2

const contenders: Record<string, () => Promise<{ take: (bytes: Buffer) => void; heard?: () => number }>> = {
  'json-parse': async () => ({ take: (bytes) => void JSON.parse(bytes.toString()) }),
  dispatched: () => connected('sink'),
  subscribed: () => connected('reader'),
}

const [, , contender] = process.argv
if (contender === undefined) compare()
else console.log(JSON.stringify(await speedOf(contender)))
process.exit()

function compare(): void {
  console.log(`ticker-frame ${meanSize(tickerFrames())} bytes`)
  const speeds = race(rounds, Object.keys(contenders), (name) => [fileURLToPath(import.meta.url), name])
  const { lines, greatestRatio } = compared('tickers-from-bytes', speeds)
  for (const line of lines) console.log(line)
  if (!(greatestRatio <= greatestFitRatio)) throw new Error('The client costs too much next to the reference.')
}

async function speedOf(name: string): Promise<Speed> {
  const frames = tickerFrames()
  const { take, heard } = await (contenders[name] as (typeof contenders)[string])()
  const run = async (total: number) => {
    for (let i = 0; i < total; i++) {
      take(frames[i % frames.length] as Buffer)
      if (i % burst === burst - 1) await turn()
    }
  }
  await run(warmUp)
  const stop = stopwatch()
  await run(count)
  const speed = stop(count)
  if (heard !== undefined && heard() !== warmUp + count) fail(`${heard()} tickers were heard`)
  return speed
}

async function connected(how: Hearing) {
  const { client, take } = clientFromBytes()
  let heard = 0
  await hear(client, how, ({ mark_price }) => {
    if (mark_price > 0) heard += 1
  })
  return { take, heard: () => heard }
}
