import { fileURLToPath } from 'node:url'
import { WebSocket } from 'undici'
import { compared, race, type Speed, stopwatch } from './contenders.ts'
import { clientOf, fail, type Hearing, hear } from './ticker-client.ts'
import { symbols } from './ticker-frames.ts'
import { besideServer, serveTickers } from './ticker-server.ts'

/**
 * How many tickers come through a loopback WebSocket from a server that sends as fast as it can: unframed, parsed, validated,
 * searched for new fields and given to whoever hears their channel, next to the same WebSocket library with a bare
 * `JSON.parse`. From `dist`, server and contenders each in their own process, contenders interleaved.
 */
const rounds = 7
const warmUp = 60_000
const count = 240_000
/** Twice the reference is clearly too much. */
const greatestFitRatio = 2

const file = fileURLToPath(import.meta.url)
const contenders: Record<string, (port: number, onTicker: (markPrice: number) => void) => void> = {
  'undici-json-parse': bare,
  dispatched: (port, onTicker) => hearing('sink', port, onTicker),
  subscribed: (port, onTicker) => hearing('reader', port, onTicker),
}

const [, , contender, port] = process.argv
if (contender === undefined) await besideServer(file, compare)
else if (contender === 'server') console.log(await serveTickers())
else console.log(JSON.stringify(await speedOf(contender, Number(port))))
if (contender !== 'server') process.exit()

function compare(at: string): void {
  const { lines, greatestRatio } = compared(
    'tickers-over-socket',
    race(rounds, Object.keys(contenders), (name) => [file, name, at]),
  )
  for (const line of lines) console.log(line)
  if (!(greatestRatio <= greatestFitRatio)) throw new Error('The client costs too much next to the reference.')
}

function speedOf(name: string, at: number): Promise<Speed> {
  return new Promise((resolve) => {
    let heard = 0
    let stop = stopwatch()
    contenders[name]?.(at, (markPrice) => {
      if (!(markPrice > 0)) fail('a ticker without a mark')
      heard += 1
      if (heard === warmUp) stop = stopwatch()
      if (heard === warmUp + count) resolve(stop(count))
    })
  })
}

function hearing(how: Hearing, at: number, onTicker: (markPrice: number) => void): void {
  hear(clientOf(`http://127.0.0.1:${at}`), how, ({ mark_price }) => onTicker(mark_price)).catch(fail)
}

function bare(at: number, onTicker: (markPrice: number) => void): void {
  const socket = new WebSocket(`ws://127.0.0.1:${at}/ws/api/v2`)
  const channels = symbols.map((symbol) => `ticker.${symbol}.100ms`)
  socket.addEventListener('open', () =>
    socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'public/subscribe', params: { channels } })),
  )
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(data)
    if (message.method === 'subscription') onTicker(message.params.data.mark_price)
  })
  socket.addEventListener('close', fail)
}
