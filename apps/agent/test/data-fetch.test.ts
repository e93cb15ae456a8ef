import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { openPlainHistory, readPlainBars } from '@cc/backtest'
import { createSyntheticMarket } from '@cc/exchange-sim'
import { createSimServer } from '@cc/exchange-sim/server'
import { createVirtualClock } from '@cc/models/clock'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { appendSnapshot } from '../src/data-files.js'
import { without } from '../src/fetched-data.js'
import { runCli } from './run-cli.js'
import { tempFolder } from './temp-folder.js'

const HOUR_MS = 3_600_000
const NOW_MS = Date.UTC(2026, 0, 2, 12, 30)
const HISTORY = ['--from', '2025-09-01', '--to', '2025-12-20T06:00Z'] as const
const CREDENTIALS = { clientId: 'an-id-nobody-sends', clientSecret: 'a-secret-nobody-sends' }
/** What a shell has that trades on the testnet: none of it is for this command. */
const ENV = { DERIBIT_CLIENT_ID: CREDENTIALS.clientId, DERIBIT_CLIENT_SECRET: CREDENTIALS.clientSecret }

/** An exchange at half past twelve. */
async function exchange() {
  const server = await createSimServer(
    { port: 0, virtualTime: true, rateLimits: 'off' },
    {
      clock: createVirtualClock({ startMs: NOW_MS }),
      market: createSyntheticMarket({ seed: 1, startMs: NOW_MS }),
      credentials: CREDENTIALS,
    },
  )
  onTestFinished(() => server.close())
  return server
}

function fetchInto(folder: string, url: string, args: readonly string[], given: Parameters<typeof runCli>[1] = {}) {
  return runCli(['data', 'fetch', '--base-url', url, '--allow-loopback', '--out', 'data', ...args], {
    env: ENV,
    folder,
    ...given,
  })
}

const read = (folder: string, name: string) => readFileSync(join(folder, 'data', name), 'utf8')
const csv = (folder: string) =>
  Object.fromEntries(
    readdirSync(join(folder, 'data'))
      .filter((name) => name.endsWith('.csv'))
      .map((name) => [name, read(folder, name)]),
  )

describe('ccagent data fetch', () => {
  it('writes what the exchange tells, in USD and ratios, hour by hour and day by day', async () => {
    const server = await exchange()
    const { exitCode, stdout, folder } = await fetchInto(tempFolder(), server.httpUrl, [...HISTORY, '--json'])
    expect(exitCode).toBe(0)
    const market = createSyntheticMarket({ seed: 1, startMs: NOW_MS })
    const span = { fromMs: Date.UTC(2025, 8, 1), toMs: Date.UTC(2025, 11, 20, 6) }
    for (const kind of ['candles', 'dvol'] as const) {
      const lines = read(folder, `${kind}.csv`).trimEnd().split('\n')
      expect(lines[0]).toBe('ts,currency,open,high,low,close')
      const eth = market.history('ETH', { ...span, kind, resolutionMs: HOUR_MS, nowMs: NOW_MS })
      const rows = lines.slice(1).map((line) => line.split(','))
      const found = rows.filter(([, currency]) => currency === 'ETH')
      expect(found.map(([ts = '']) => Date.parse(ts))).toEqual([...eth.openMs])
      for (const [place, row] of found.entries()) {
        // The exchange tells its volatility index in percent with two decimals.
        expect(Number(row[5])).toBeCloseTo(eth.close[place] ?? 0, kind === 'dvol' ? 4 : 1)
      }
      expect(rows).toHaveLength(2 * eth.openMs.length)
    }
    const deliveries = read(folder, 'deliveries.csv').trimEnd().split('\n')
    expect(deliveries[0]).toBe('ts,currency,price')
    const [ts = '', currency, price] = deliveries[1]?.split(',') ?? []
    expect([ts, currency]).toEqual(['2025-09-01T08:00:00Z', 'BTC'])
    expect(Number(price)).toBeCloseTo(market.deliveryUsd('BTC', Date.parse(ts), NOW_MS) ?? 0, 1)
    expect(deliveries.at(-1)).toMatch(/^2025-12-19T08:00:00Z,ETH,/)
    expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 1, source: server.httpUrl, chains: [] })
  })

  it('goes on where it was stopped, asks nothing twice, and ends with the files of a call that was not stopped', async () => {
    const server = await exchange()
    const whole = await fetchInto(tempFolder(), server.httpUrl, HISTORY)
    expect(whole.exitCode).toBe(0)
    const wholly = { ...server.requests() }

    const stop = new AbortController()
    let lines = 0
    const onDiagnostics = () => {
      lines += 1
      if (lines === 4) stop.abort('SIGINT')
    }
    const folder = tempFolder()
    const stopped = await fetchInto(folder, server.httpUrl, HISTORY, { stop: stop.signal, onDiagnostics })
    expect(stopped.exitCode).toBe(130)
    expect(csv(folder)['candles.csv']).toMatch(/^ts,currency/)
    expect(csv(folder)).not.toEqual(csv(whole.folder))

    const resumed = await fetchInto(folder, server.httpUrl, HISTORY)
    expect(resumed.exitCode).toBe(0)
    expect(csv(folder)).toEqual(csv(whole.folder))
    const [chart, again] = ['public/get_tradingview_chart_data', 'public/get_time'] as const
    expect(server.requests()[chart]).toBe(2 * (wholly[chart] ?? 0))

    const before = { ...server.requests() }
    const third = await fetchInto(folder, server.httpUrl, HISTORY, {})
    expect(third.exitCode).toBe(0)
    expect(server.requests()).toEqual({ ...before, [again]: (before[again] ?? 0) + 1 })
    expect(csv(folder)).toEqual(csv(whole.folder))
  })

  it('takes back a last line that was cut off, and fetches its span again', async () => {
    const server = await exchange()
    const { folder } = await fetchInto(tempFolder(), server.httpUrl, HISTORY)
    const files = csv(folder)
    const journal = read(folder, 'fetched.jsonl')
    for (const bytes of [1, 500, journal.trimEnd().length - journal.trimEnd().lastIndexOf('\n') - 1]) {
      writeFileSync(join(folder, 'data', 'fetched.jsonl'), journal.slice(0, -bytes))
      for (const name of Object.keys(files)) rmSync(join(folder, 'data', name))
      const { exitCode } = await fetchInto(folder, server.httpUrl, HISTORY)
      expect(exitCode).toBe(0)
      expect(csv(folder)).toEqual(files)
      expect(read(folder, 'fetched.jsonl')).toBe(journal)
    }
  })

  it('adds earlier and later spans to what is there', async () => {
    const server = await exchange()
    const folder = tempFolder()
    await fetchInto(folder, server.httpUrl, ['--from', '2025-10-01', '--to', '2025-10-05'])
    await fetchInto(folder, server.httpUrl, ['--from', '2025-09-28', '--to', '2025-09-30'])
    const { stdout } = await fetchInto(folder, server.httpUrl, ['--from', '2025-09-28', '--to', '2025-10-07'])
    const once = await fetchInto(tempFolder(), server.httpUrl, ['--from', '2025-09-28', '--to', '2025-10-07'])
    expect(csv(folder)).toEqual(csv(once.folder))
    expect(stdout).toContain('BTC candles: 216 rows, 72 of them new\n')
  })

  it('ends with the last bar that had closed, and says for what the exchange has none', async () => {
    const server = await exchange()
    const { stdout, folder } = await fetchInto(tempFolder(), server.httpUrl, [
      ...['--from', '2020-01-01', '--currency', 'BTC'],
    ])
    expect(stdout).toMatch(/BTC candles: \d+ rows, \d+ of them new; the exchange has none for \d{4,} of the times/)
    expect(read(folder, 'candles.csv').trimEnd().split('\n').at(-1)).toMatch(/^2026-01-02T11:00:00Z,BTC,/)
    expect(read(folder, 'deliveries.csv').trimEnd().split('\n').at(-1)).toMatch(/^2026-01-02T08:00:00Z,BTC,/)
  })

  it('collects the chain of now, each moment once', async () => {
    const server = await exchange()
    const { exitCode, folder } = await fetchInto(tempFolder(), server.httpUrl, ['--chain'])
    expect(exitCode).toBe(0)
    const text = read(folder, 'chains-20260102.csv')
    const [header, ...rows] = text.trimEnd().split('\n')
    expect(header).toBe('ts,currency,expiry,strike,cp,bid,ask,mark,iv,fwd,index,oi,vol')
    const chain = createSyntheticMarket({ seed: 1, startMs: NOW_MS }).chain('BTC', NOW_MS)
    expect(rows.filter((row) => row.includes(',BTC,'))).toHaveLength(chain.length)
    for (const row of rows) expect(row).toMatch(/^2026-01-02T12:30:00Z,(BTC|ETH),2\d{3}-\d\d-\d\d,\d+,[CP],/)
    await fetchInto(folder, server.httpUrl, ['--chain'])
    expect(read(folder, 'chains-20260102.csv')).toBe(text)
  })

  it('leaves what a backtest reads: bars to reconstruct from, and chains that were collected', async () => {
    const server = await exchange()
    const { folder } = await fetchInto(tempFolder(), server.httpUrl, [...HISTORY, '--chain'])
    const { series } = readPlainBars({ folder: join(folder, 'data') })
    const hours = (Date.UTC(2025, 11, 20, 6) - Date.UTC(2025, 8, 1)) / HOUR_MS
    expect(series.map(({ candles, dvol }) => [candles.openMs.length, dvol?.openMs.length])).toEqual([
      [hours, hours],
      [hours, hours],
    ])
    expect(series[0]?.deliveryUsd.size).toBe(110)
    const { chains, card } = await openPlainHistory({ folder: join(folder, 'data') })
    const market = createSyntheticMarket({ seed: 1, startMs: NOW_MS })
    expect(chains.get('ETH')?.strikeUsd).toHaveLength(market.chain('ETH', NOW_MS).length)
    expect(card).toMatchObject({ fromMs: NOW_MS, toMs: NOW_MS, badRows: { count: 0 } })
  })

  it('sends no credentials, and calls nothing private', async () => {
    const server = await exchange()
    const seen = await watched(server.httpUrl)
    const { exitCode } = await fetchInto(tempFolder(), seen.url, [...HISTORY, '--chain'])
    expect(exitCode).toBe(0)
    expect(seen.requests.length).toBeGreaterThan(5)
    for (const { url, headers, body } of seen.requests) {
      expect(url).toMatch(/\/public\//)
      expect(Object.keys(headers)).not.toContain('authorization')
      expect(`${url}${JSON.stringify(headers)}${body}`).not.toMatch(/nobody-sends|private\/|public\/auth/)
    }
  })

  it.each([
    ['a foreign host', ['--base-url', 'https://deribit.example.com'], 'baseUrl: expected https://test.deribit.com'],
    ['a look-alike', ['--base-url', 'https://www.deribit.com.example.com'], 'Nothing is sent anywhere else.'],
    [
      'this machine, unless it is allowed',
      ['--base-url', 'http://127.0.0.1:1'],
      'a loopback address with allowLoopback',
    ],
  ])('refuses %s', async (_why, args, words) => {
    const { exitCode, stderr, folder } = await runCli(['data', 'fetch', '--from', '2026-01-01', ...args])
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining(words) })
    expect(existsSync(join(folder, 'data'))).toBe(false)
  })

  it.each([
    ['nothing to fetch', [], 'Say what to fetch'],
    ['an end without a begin', ['--chain', '--to', '2026-01-01'], '--to ends what --from begins'],
    ['an end before the begin', ['--from', '2026-01-02', '--to', '2026-01-01'], '--from must be before --to'],
    ['a coin that it does not know', ['--from', '2026-01-02', '--currency', 'BTC,SOL'], 'Expected BTC, ETH or BTC,ETH'],
    ['a coin twice', ['--from', '2026-01-02', '--currency', 'BTC,BTC'], 'Expected BTC, ETH or BTC,ETH'],
  ])('refuses %s before it calls anybody', async (_why, args, words) => {
    const { exitCode, stderr } = await runCli(['data', 'fetch', ...args])
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining(words) })
  })

  it('says that the exchange is not there', async () => {
    const { exitCode, stderr } = await fetchInto(tempFolder(), 'http://127.0.0.1:1', HISTORY)
    expect({ exitCode, stderr }).toEqual({ exitCode: 7, stderr: expect.stringContaining('http://127.0.0.1:1: ') })
  })

  it('does not mix the data of two exchanges', async () => {
    const [one, other] = [await exchange(), await exchange()]
    const { folder } = await fetchInto(tempFolder(), one.httpUrl, ['--from', '2025-12-30'])
    const files = csv(folder)
    const { exitCode, stderr } = await fetchInto(folder, other.httpUrl, ['--from', '2025-12-30'])
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: expect.stringContaining(`holds data of ${one.httpUrl}, not of ${other.httpUrl}`),
    })
    expect(csv(folder)).toEqual(files)
  })

  it.each([
    ['no JSON', 'x\n'],
    ['another kind of line', '{"a":1}\n'],
    [
      'a row outside its span',
      '{"source":"s","series":"dvol","currency":"BTC","fromMs":0,"toMs":1,"rows":[[1,1,1,1,1]]}\n',
    ],
  ])('refuses a record of what was fetched that has %s, naming the line', async (_why, line) => {
    const server = await exchange()
    const folder = tempFolder()
    await fetchInto(folder, server.httpUrl, ['--from', '2026-01-01', '--currency', 'BTC'])
    appendFileSync(join(folder, 'data', 'fetched.jsonl'), line)
    const { exitCode, stderr } = await fetchInto(folder, server.httpUrl, ['--from', '2025-12-01'])
    expect({ exitCode, stderr }).toEqual({
      exitCode: 6,
      stderr: expect.stringContaining('fetched.jsonl, line 4 is not what was written'),
    })
  })

  it('says that the folder cannot be used', async () => {
    const server = await exchange()
    const folder = tempFolder({ data: 'a file' })
    const { exitCode, stderr } = await fetchInto(folder, server.httpUrl, HISTORY)
    expect({ exitCode, stderr }).toEqual({ exitCode: 6, stderr: expect.stringContaining('cannot be used') })
  })

  it('refuses to append a chain to a file with other columns', async () => {
    const server = await exchange()
    const folder = tempFolder()
    mkdirSync(join(folder, 'data'))
    writeFileSync(join(folder, 'data', 'chains-20260102.csv'), 'a,b\n1,2\n')
    const { exitCode, stderr } = await fetchInto(folder, server.httpUrl, ['--chain'])
    expect({ exitCode, stderr }).toEqual({ exitCode: 6, stderr: expect.stringContaining('has other columns') })
    expect(read(folder, 'chains-20260102.csv')).toBe('a,b\n1,2\n')
  })
})

describe('appendSnapshot', () => {
  it('leaves out what has expired by then, which no backtest would take', async () => {
    const folder = tempFolder()
    const quote = { bidPriceCoin: 0.01, askPriceCoin: null, markPriceCoin: 0.011, markIv: 0.5, forwardUsd: 90_000 }
    const symbols = ['BTC-2JAN26-90000-C', 'BTC-9JAN26-90000-C']
    const { file, rows } = await appendSnapshot(folder, {
      currency: 'BTC',
      timestampMs: Date.UTC(2026, 0, 2, 8, 0, 1),
      indexUsd: 90_000,
      quotes: symbols.map((symbol) => ({ ...quote, symbol, openInterestCoin: 1, volumeCoin: null })),
    })
    expect(rows).toBe(1)
    expect(readFileSync(file, 'utf8').trimEnd().split('\n')).toEqual([
      'ts,currency,expiry,strike,cp,bid,ask,mark,iv,fwd,index,oi,vol',
      '2026-01-02T08:00:01Z,BTC,2026-01-09,90000,C,0.01,,0.011,0.5,90000,90000,1,',
    ])
    expect((await openPlainHistory({ folder })).card.coins).toEqual([{ currency: 'BTC', snapshots: 1, rows: 1 }])
  })
})

describe('without', () => {
  it('leaves each moment of a span that is in none of the others, once, in order', () => {
    const span = fc
      .tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 12 }))
      .map(([fromMs, length]) => ({ fromMs, toMs: fromMs + length }))
    fc.assert(
      fc.property(span, fc.array(span, { maxLength: 6 }), (whole, others) => {
        const moments = (spans: readonly { fromMs: number; toMs: number }[]) =>
          spans.flatMap(({ fromMs, toMs }) => Array.from({ length: toMs - fromMs }, (_, i) => fromMs + i))
        const taken = new Set(moments(others))
        expect(moments(without(whole, others))).toEqual(moments([whole]).filter((moment) => !taken.has(moment)))
      }),
    )
  })
})

/** Hands every request on, and remembers it. */
async function watched(target: string) {
  const requests: { url: string; headers: IncomingMessage['headers']; body: string }[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString('utf8')
    const { url = '', method = 'GET', headers } = request
    requests.push({ url, headers, body })
    const reply = await fetch(`${target}${url}`, {
      method,
      ...(method === 'POST' ? { body, headers: { 'content-type': 'application/json' } } : {}),
    })
    response.writeHead(reply.status, { 'content-type': 'application/json' })
    response.end(Buffer.from(await reply.arrayBuffer()))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests }
}
