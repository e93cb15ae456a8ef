import { inspect } from 'node:util'
import {
  channels,
  createDeribitPublicSocketClient,
  type DeribitPublicSocketClient,
  type WireSocketEvents,
  type WireTicker,
} from '@cc/deribit-client'
import { createSystemClock } from '@cc/models/clock'
import { symbols } from './ticker-frames.ts'

/** `sink`: a function hears each ticker. `reader`: a loop reads them. `slow-reader`: one that takes a turn for each. */
export type Hearing = 'sink' | 'reader' | 'slow-reader'

const tickers = symbols.map((symbol) => channels.ticker(symbol))

/** The client itself, over a socket of its own. */
export function clientOf(baseUrl: string): DeribitPublicSocketClient {
  return createDeribitPublicSocketClient(optionsOf(baseUrl), { clock: createSystemClock() })
}

/** The client over a socket inside this process, and what gives it the bytes of a frame. */
export function clientFromBytes(): { client: DeribitPublicSocketClient; take: (bytes: Buffer) => void } {
  let socket: WireSocketEvents | undefined
  const client = createDeribitPublicSocketClient(optionsOf('http://127.0.0.1:1'), {
    clock: createSystemClock(),
    openSocket: async (events) => {
      socket = events
      return { send: (text) => answer(events, text), destroy: () => undefined }
    },
  })
  return { client, take: (bytes) => socket?.onText(bytes.toString()) }
}

/** Hears the tickers of all instruments. Resolves when the exchange has accepted them. */
export async function hear(
  client: DeribitPublicSocketClient,
  how: Hearing,
  onTicker: (ticker: WireTicker) => void,
): Promise<void> {
  if (how === 'sink') {
    const sink = { onData: onTicker, onUnreadable: fail, onEnd: fail }
    await Promise.all(tickers.map((channel) => client.streams.attach(channel, sink).ready))
    return
  }
  const subscription = client.streams.subscribe(tickers)
  void (async () => {
    for await (const { data } of subscription) {
      onTicker(data)
      if (how === 'slow-reader') await turn()
    }
  })().catch(fail)
  await subscription.ready
}

/** Lets everything run that is due. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Ends the process: whatever is wrong, nothing that it measures is worth anything. */
export function fail(error: unknown): never {
  process.stderr.write(`${inspect(error)}\n`)
  process.exit(1)
}

function optionsOf(baseUrl: string) {
  return { baseUrl, allowLoopback: true, rateLimits: 'off', strict: true } as const
}

function answer(events: WireSocketEvents, text: string): boolean {
  const { id, method, params } = JSON.parse(text)
  const result = method === 'public/subscribe' ? params.channels : 'ok'
  const usIn = Date.now() * 1_000
  setImmediate(() =>
    events.onText(JSON.stringify({ jsonrpc: '2.0', id, result, usIn, usOut: usIn + 9, usDiff: 9, testnet: true })),
  )
  return true
}
