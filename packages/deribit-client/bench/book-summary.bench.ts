import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chainQuotesOf, createResultReader, publicMethods } from '@cc/deribit-client'

/**
 * What it costs on top of a bare `JSON.parse` of the same text to validate a chain of 1,000 rows and report its unknown
 * fields, and to make quotes of it: from `dist`, each contender in its own process, interleaved.
 */
const rounds = 9
const passes = 150
const chainPath = fileURLToPath(
  new URL('../../../../shared/fixtures/chains/BTC_20260226T094105Z.json', import.meta.url),
)

type Reply = { result: unknown }
const contenders: Record<string, { parse: (text: string) => unknown; flags?: string[] }> = {
  'json-parse': { parse: (text) => JSON.parse(text) },
  validated: { parse: validated },
  'validated-without-code-generation': { parse: validated, flags: ['--disallow-code-generation-from-strings'] },
  'domain-quotes': { parse: (text) => chainQuotesOf(validated(text), 0) },
}

const drifts: string[] = []
const read = createResultReader({ strict: false, onDrift: ({ path }) => drifts.push(path) })

const contender = process.argv[2]
if (contender === undefined) compare()
else console.log(microsecondsPerReply(contenders[contender]?.parse as (text: string) => unknown))

function compare(): void {
  if (!existsSync(chainPath)) console.error('No recorded chain: measured on a generated one.')
  const run = (name: string) =>
    Number(execFileSync(process.execPath, [...(contenders[name]?.flags ?? []), fileURLToPath(import.meta.url), name]))
  const times = Array.from({ length: rounds }, () =>
    Object.fromEntries(Object.keys(contenders).map((name) => [name, run(name)])),
  )
  console.log(`reply-size ${Math.round(replyText().length / 1000)} kB`)
  for (const name of Object.keys(contenders)) {
    console.log(`${name} ${median(times.map((time) => time[name] as number)).toFixed(0)} us/reply`)
  }
  for (const name of Object.keys(contenders).slice(1)) {
    const ratio = median(times.map((time) => (time[name] as number) / (time['json-parse'] as number)))
    console.log(`${name}-over-json-parse ${ratio.toFixed(2)} ratio`)
  }
}

function validated(text: string) {
  return read(publicMethods.getBookSummaryByCurrency, (JSON.parse(text) as Reply).result)
}

function microsecondsPerReply(parse: (text: string) => unknown): number {
  const text = replyText()
  const run = () => {
    for (let pass = 0; pass < passes; pass++) if (parse(text) === undefined) throw new Error('a contender gave nothing')
  }
  if (validated(text).length !== 1000 || drifts.length !== 2) throw new Error('the reply was not read as it should be')
  run()
  run()
  const start = process.hrtime.bigint()
  run()
  return Number(process.hrtime.bigint() - start) / 1000 / passes
}

/** A whole reply of 1,000 rows with 22 fields each, two of them new. */
function replyText(): string {
  const result = chainRows().map((row) => ({
    high: row.mark_price,
    low: row.mark_price,
    last: row.mark_price,
    instrument_name: row.instrument_name,
    bid_price: row.bid_price,
    ask_price: row.ask_price,
    mark_price: row.mark_price,
    creation_timestamp: 1_772_098_865_543,
    price_change: -12.5,
    volume: row.volume,
    mark_iv: Number((row.implied_volatility * 100).toFixed(2)),
    mid_price: row.mid_price,
    open_interest: row.open_interest,
    underlying_price: row.underlying,
    interest_rate: 0,
    volume_usd: row.volume_usd,
    estimated_delivery_price: row.index_price,
    quote_currency: 'BTC',
    base_currency: 'BTC',
    underlying_index: row.underlying_name,
    new_number: row.vega,
    new_word: 'unheard-of',
  }))
  return JSON.stringify({ jsonrpc: '2.0', id: 7, result, usIn: 1, usOut: 2, usDiff: 1, testnet: false })
}

type ChainRow = {
  instrument_name: string
  bid_price: number | null
  ask_price: number | null
  mid_price: number | null
  mark_price: number
  implied_volatility: number
  underlying: number
  underlying_name: string
  open_interest: number
  volume: number
  volume_usd: number
  index_price: number
  vega: number
}

function chainRows(): ChainRow[] {
  if (existsSync(chainPath)) return JSON.parse(readFileSync(chainPath, 'utf8')).rows.slice(0, 1000)
  return Array.from({ length: 1000 }, (_, i) => ({
    instrument_name: `BTC-27MAR26-${40_000 + 500 * i}-C`,
    bid_price: i % 3 === 0 ? null : 0.0023,
    ask_price: 0.0027,
    mid_price: i % 3 === 0 ? null : 0.0025,
    mark_price: Number((0.1 / (i + 1)).toFixed(8)),
    implied_volatility: 0.4 + 0.0001 * i,
    underlying: 68_964.32,
    underlying_name: 'BTC-27MAR26',
    open_interest: 0.1 * i,
    volume: 0.1 * (i % 7),
    volume_usd: 127.39 * (i % 7),
    index_price: 68_412.11,
    vega: 20.01364,
  }))
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number
}
