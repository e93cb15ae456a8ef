import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Channel } from '../src/streams/channel.js'
import { channels } from '../src/streams/channels.js'

/** A notification as the exchange sent it, or its documentation shows it. */
export type RecordedFrame = { source: string; year: number; channel: Channel<unknown>; text: string }

type Frame = { params: { channel: string; data: unknown } }

/** Every recorded or documented notification of a channel that this package names. */
export function recordedFrames(recordings: string): RecordedFrame[] {
  const fixtures = join(recordings, 'fixtures')
  return readdirSync(fixtures, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json') && !file.startsWith('chains'))
    .sort()
    .flatMap((file) => framesIn(file, JSON.parse(readFileSync(join(fixtures, file), 'utf8'))))
    .concat(documentedFrames(recordings))
    .flatMap(({ source, year, frame }) => {
      const channel = channelNamed(frame.params.channel)
      return channel === undefined ? [] : [{ source, year, channel, text: JSON.stringify(frame) }]
    })
}

type FoundFrame = { source: string; year: number; frame: Frame }

function framesIn(file: string, recorded: unknown): FoundFrame[] {
  const year = Number(/20\d\d/.exec(file)?.[0] ?? (file.startsWith('nautilus') ? 2026 : 2020))
  return (Array.isArray(recorded) ? recorded : [recorded]).flatMap((entry, index) => {
    const frame = entry?.msg ?? entry
    return frame?.method === 'subscription' ? [{ source: `${file} ${index}`, year, frame }] : []
  })
}

/** Examples of the specification of channels, which are of 2018 to 2023. */
function documentedFrames(recordings: string): FoundFrame[] {
  const spec = JSON.parse(readFileSync(join(recordings, 'api/deribit_asyncapi_2025-11.json'), 'utf8'))
  type Described = { messages: { subscription_message?: { examples: { payload: unknown }[] } } }
  return Object.entries<Described>(spec.channels).flatMap(([address, { messages }]) => {
    const channel = address.replace(/\((\w+)\)/g, (_, name) => named[name] ?? name)
    const examples = messages.subscription_message?.examples ?? []
    return examples.map(({ payload }, index) => ({
      source: `specification ${address} ${index}`,
      year: 2018,
      frame: { jsonrpc: '2.0', method: 'subscription', params: { channel, data: payload } },
    }))
  })
}

const named: Readonly<Record<string, string>> = {
  instrument_name: 'BTC-PERPETUAL',
  interval: '100ms',
  index_name: 'btc_usd',
  kind: 'option',
  currency: 'BTC',
  group: 'none',
  depth: '10',
  resolution: '1',
}

function channelNamed(name: string): Channel<unknown> | undefined {
  const made = makers.flatMap(([pattern, make]) => {
    const found = pattern.exec(name)
    return found === null ? [] : [make(...(found.slice(1) as never[]))]
  })
  const channel = made.find((one) => one.name === name)
  return channel as Channel<unknown> | undefined
}

const group = (kind: never, currency: never) => ({ kind, currency })

const makers: [RegExp, (...parts: never[]) => { name: string }][] = [
  [/^ticker\.([^.]+)\.(\w+)$/, channels.ticker],
  [/^incremental_ticker\.([^.]+)$/, channels.incrementalTicker],
  [/^book\.([^.]+)\.(\w+)$/, channels.book],
  [
    /^book\.([^.]+)\.(\w+)\.(\d+)\.(\w+)$/,
    (symbol: string, steps: never, depth: string, interval: never) =>
      channels.groupedBook(symbol, { group: steps, depth: Number(depth) as 10, interval }),
  ],
  [/^quote\.([^.]+)$/, channels.quote],
  [/^markprice\.options\.(\w+)$/, channels.markPrices],
  [/^deribit_price_index\.(\w+)$/, channels.priceIndex],
  [/^deribit_volatility_index\.(\w+)$/, channels.volatilityIndex],
  [/^estimated_expiration_price\.(\w+)$/, channels.estimatedExpirationPrice],
  [/^instrument\.state\.(\w+)\.(\w+)$/, (...of: [never, never]) => channels.instrumentState(group(...of))],
  [/^platform_state$/, channels.platformState],
  [/^platform_state\.public_methods_state$/, channels.publicMethodsState],
  [/^trades\.([^.]+)\.(\w+)$/, channels.trades],
  [/^trades\.(\w+)\.(\w+)\.(\w+)$/, (k: never, c: never, every: never) => channels.trades(group(k, c), every)],
  [/^chart\.trades\.([^.]+)\.(\w+)$/, channels.chartTrades],
  [/^user\.orders\.([^.]+)\.(\w+)$/, channels.userOrders],
  [/^user\.orders\.(\w+)\.(\w+)\.(\w+)$/, (k: never, c: never, e: never) => channels.userOrders(group(k, c), e)],
  [/^user\.trades\.([^.]+)\.(\w+)$/, channels.userTrades],
  [/^user\.trades\.(\w+)\.(\w+)\.(\w+)$/, (k: never, c: never, e: never) => channels.userTrades(group(k, c), e)],
  [/^user\.changes\.([^.]+)\.(\w+)$/, channels.userChanges],
  [/^user\.changes\.(\w+)\.(\w+)\.(\w+)$/, (k: never, c: never, e: never) => channels.userChanges(group(k, c), e)],
  [/^user\.portfolio\.(\w+)$/, channels.userPortfolio],
  [/^user\.combo_trades\.([^.]+)\.(\w+)$/, channels.userComboTrades],
  [
    /^user\.combo_trades\.(\w+)\.(\w+)\.(\w+)$/,
    (k: never, c: never, e: never) => channels.userComboTrades(group(k, c), e),
  ],
  [/^user\.mmp_trigger\.(\w+)$/, channels.userMmpTrigger],
  [/^user\.access_log$/, channels.userAccessLog],
  [/^user\.lock$/, channels.userLock],
]
