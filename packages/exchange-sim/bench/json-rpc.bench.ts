import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { createSyntheticMarket } from '@cc/exchange-sim'
import { createSimProtocol, createSimServer, type SimProtocol } from '@cc/exchange-sim/server'
import { createVirtualClock } from '@cc/models/clock'
import { compareContenders } from './contenders.ts'

/**
 * Orders through Deribit's protocol: text in, authorised, matched against the book, and text out, from `dist`. Two of three
 * requests insert an order over hundreds of calls, the third cancels one, so that the book grows. The reference parses and
 * prints the same texts and does nothing else. Over HTTP the reference is a bare server that answers every request with
 * one fixed text of the same length. Each contender runs in its own process, interleaved.
 */
const contenders: Record<string, () => number | Promise<number>> = {
  'json-rpc': () => warm((count) => ordersInMemory(count).run),
  'bare-json': () => warm(sameTexts),
  http: ordersOverHttp,
  'bare-http': bareHttp,
}
const rounds = 7
const INSERTS = 40_000
const WARM_UP = 10_000
const HTTP_REQUESTS = 10_000
const HTTP_CONNECTIONS = 8
const START_MS = Date.UTC(2026, 0, 2)
const CREDENTIALS = { clientId: 'bench', clientSecret: 'bench' }

const contender = process.argv[2]
if (contender === undefined) compare()
else console.log(await contenders[contender]?.())

function compare(): void {
  const { of, ratio } = compareContenders(import.meta.url, Object.keys(contenders), rounds)
  console.log(`json-rpc-order-inserts ${of('json-rpc').toFixed(0)} inserts/s`)
  console.log(`bare-json ${of('bare-json').toFixed(0)} inserts/s`)
  console.log(`json-rpc-over-bare-json ${ratio('bare-json', 'json-rpc').toFixed(2)} time-ratio`)
  console.log(`http-order-inserts ${of('http').toFixed(0)} requests/s`)
  console.log(`bare-http ${of('bare-http').toFixed(0)} requests/s`)
  console.log(`http-over-bare-http ${ratio('bare-http', 'http').toFixed(2)} time-ratio`)
}

/** Runs once for the compiler, then once for the clock, each on an exchange of its own. */
function warm(prepare: (count: number) => () => void): Promise<number> {
  prepare(WARM_UP)()
  return perSecond(prepare(INSERTS), INSERTS)
}

async function perSecond(run: () => unknown, count: number): Promise<number> {
  const start = process.hrtime.bigint()
  await run()
  return count / (Number(process.hrtime.bigint() - start) / 1e9)
}

/** `texts` gathers what went in and out. */
function ordersInMemory(count: number, texts?: [string, string][]): { run(): void } {
  const protocol = createSimProtocol({ rateLimits: 'off', depositsCoin: { BTC: 1e6 } }, deps())
  const token = authenticate(protocol)
  const inserts = insertTexts(protocol, token, count)
  const send = (text: string): string => {
    const answer = protocol.handleText(text)
    if (typeof answer !== 'string' || !answer.includes('"result"')) throw new Error(String(answer))
    texts?.push([text, answer])
    return answer
  }
  return {
    run() {
      for (const [i, text] of inserts.entries()) {
        const answer = send(text)
        if (i % 2 === 0) continue
        const idAt = answer.indexOf('"order_id":"') + '"order_id":"'.length
        const order_id = answer.slice(idAt, answer.indexOf('"', idAt))
        send(request('private/cancel', { access_token: token, order_id }))
      }
    },
  }
}

function sameTexts(count: number): () => void {
  const texts: [string, string][] = []
  ordersInMemory(count, texts).run()
  const pairs = texts.map(([text, answer]): [string, unknown] => [text, JSON.parse(answer)])
  return () => {
    for (const [text, answer] of pairs) {
      if (JSON.parse(text) === JSON.stringify(answer)) throw new Error('nothing is equal to both')
    }
  }
}

async function ordersOverHttp(): Promise<number> {
  const options = { rateLimits: 'off', depositsCoin: { BTC: 1e6 } } as const
  const server = await createSimServer(options, deps())
  const protocol = createSimProtocol(options, deps())
  // Tokens and listings are the same in both: nothing here is left to chance.
  const token = authenticate(protocol)
  const port = Number(new URL(server.httpUrl).port)
  await post(port, [request('public/auth', credentials())])
  const texts = insertTexts(protocol, token, HTTP_REQUESTS)
  const rate = await perSecond(() => post(port, texts), HTTP_REQUESTS)
  await server.close()
  return rate
}

async function bareHttp(): Promise<number> {
  const protocol = createSimProtocol({ rateLimits: 'off', depositsCoin: { BTC: 1e6 } }, deps())
  const texts = insertTexts(protocol, authenticate(protocol), HTTP_REQUESTS)
  const answer = String(protocol.handleText(texts[0] ?? ''))
  const server = createServer((incoming, response) => {
    incoming.resume().on('end', () => {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(answer) })
      response.end(answer)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const rate = await perSecond(() => post(port, texts), HTTP_REQUESTS)
  server.close()
  return rate
}

/** Sends them over a few connections that stay open, on each one after the other. */
async function post(port: number, texts: readonly string[]): Promise<void> {
  const left = texts.values()
  const worker = () =>
    new Promise<void>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1').setEncoding('latin1')
      let received = ''
      const sendNext = () => {
        const { value: text, done } = left.next()
        if (done) return socket.end(resolve)
        socket.write(`POST /api/v2 HTTP/1.1\r\nHost: x\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`)
      }
      socket.on('connect', sendNext)
      socket.on('error', reject)
      socket.on('data', (chunk) => {
        received += chunk
        if (!received.endsWith('}')) return
        if (!received.includes('"result"')) reject(new Error(received))
        received = ''
        sendNext()
      })
    })
  await Promise.all(Array.from({ length: Math.min(HTTP_CONNECTIONS, texts.length) }, worker))
}

function deps() {
  const market = createSyntheticMarket({ seed: 1, startMs: START_MS })
  return { clock: createVirtualClock({ startMs: START_MS }), market, credentials: CREDENTIALS }
}

function authenticate(protocol: SimProtocol): string {
  return JSON.parse(String(protocol.handleText(request('public/auth', credentials())))).result.access_token
}

function credentials() {
  const { clientId, clientSecret } = CREDENTIALS
  return { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }
}

/** Sales that rest above the offers of calls. */
function insertTexts(protocol: SimProtocol, token: string, count: number): string[] {
  const ask = (method: string, params: object) =>
    JSON.parse(String(protocol.handleText(request(method, params)))).result
  const calls = ask('public/get_instruments', { currency: 'BTC', kind: 'option' })
    .filter(({ option_type }: { option_type: string }) => option_type === 'call')
    .map(({ instrument_name }: { instrument_name: string }) => ask('public/ticker', { instrument_name }))
    .filter((ticker: { best_ask_price: number; max_price: number }) => {
      return ticker.best_ask_price > 0.005 && ticker.max_price > ticker.best_ask_price + 0.02
    })
  return Array.from({ length: count }, (_, i) => {
    const { instrument_name, best_ask_price } = calls[i % calls.length]
    const price = Number((best_ask_price + 0.0005 * (1 + (i % 37))).toFixed(4))
    const order = { instrument_name, amount: 0.1, type: 'limit', price, label: `order-${i}` }
    return request('private/sell', { access_token: token, ...order, post_only: true, reject_post_only: true })
  })
}

function request(method: string, params: object): string {
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
}
