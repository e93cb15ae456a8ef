import { readdirSync } from 'node:fs'
import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, inject, it, onTestFinished, vi } from 'vitest'
import { accessSchema, envOf, localExchange, rpc } from './local-exchange.js'
import { runCli } from './run-cli.js'
import { spawnCli } from './spawn-cli.js'
import { tempFolder } from './temp-folder.js'

describe('as a process', () => {
  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('prints one line of JSON, serves, and ends after %s with open connections', async (signal, exitCode) => {
    const folder = tempFolder()
    const sim = spawnCli(['sim', '--json'], { folder })
    const access = accessSchema.parse(JSON.parse(await sim.firstLine()))
    expect(access.httpUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(access.wsUrl).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\//)
    await heldOpen(access.httpUrl)
    expect(await rpc(access, 'public/get_time')).toBeTypeOf('number')

    // Sooner than a request that was only begun is given up.
    const signalled = performance.now()
    sim.child.kill(signal)
    expect(await sim.exitCode()).toBe(exitCode)
    expect(performance.now() - signalled).toBeLessThan(8_000)
    expect(sim.stdout()).toBe(`${JSON.stringify(access)}\n`)
    expect(sim.stderr()).toBe('')
    expect(readdirSync(folder)).toEqual([])
  })
})

it('tells a person where it is, with which key, and how to trade there', async () => {
  const stop = new AbortController()
  const { exitCode, stdout, stderr } = await runCli(['sim', '--seed', '7', '--deposit', 'BTC=1.5'], {
    stop: stop.signal,
    onOutput: () => stop.abort('SIGINT'),
  })
  expect({ exitCode, stderr }).toEqual({ exitCode: 130, stderr: '' })
  expect(stdout).toContain('SYNTHETIC market, seed 7')
  expect(stdout).toContain('1.5 BTC, 0 ETH')
  expect(stdout).toMatch(/^WebSocket +ws:\/\/127\.0\.0\.1:\d+\/ws\/api\/v2$/m)
  expect(stdout).toMatch(/^export DERIBIT_BASE_URL=http:\/\/127\.0\.0\.1:\d+$/m)
  expect(stdout).toMatch(/^export DERIBIT_CLIENT_ID=\w+ DERIBIT_CLIENT_SECRET=\w+$/m)
  expect(stdout).toContain('ccagent once --venue testnet --allow-loopback')
  expect(stdout).toContain('Ctrl-C ends it.')
  for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(110)
})

it('makes a key of its own at every start, and takes no other', async () => {
  const [first, second] = [await localExchange(), await localExchange()]
  expect(new Set([first.clientId, first.clientSecret, second.clientId, second.clientSecret]).size).toBe(4)
  await expect(rpc(first, 'private/get_positions', { currency: 'BTC' })).resolves.toEqual([])
  await expect(
    rpc({ ...first, clientSecret: second.clientSecret }, 'private/get_positions', { currency: 'BTC' }),
  ).rejects.toThrow('13004')
})

it('listens on the port that is named', async () => {
  const free = await localExchange()
  const port = new URL(free.httpUrl).port
  await free.end()
  expect((await localExchange(['--port', port])).httpUrl).toBe(`http://127.0.0.1:${port}`)
})

it('ends with 2 where the port is taken', async () => {
  const server = createServer()
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const { exitCode, stdout, stderr } = await runCli(['sim', '--port', String(port), '--json'])
  expect(stderr).toBe(
    `ccagent: --port ${port}: something listens there already. Name another, or none for a free one.\n`,
  )
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
})

it('has the time of this machine, and from a start the pace of it', async () => {
  const now = await localExchange()
  expect(Math.abs(Number(await rpc(now, 'public/get_time')) - Date.now())).toBeLessThan(5_000)

  const start = Date.UTC(2026, 5, 1)
  const later = await localExchange(['--start', '2026-06-01'])
  const early = Number(await rpc(later, 'public/get_time')) - start
  expect(early).toBeGreaterThanOrEqual(0)
  expect(early).toBeLessThan(10_000)
})

it('ends with 2 where the clock of this machine is before its market', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2025, 11, 24) })
  onTestFinished(() => void vi.useRealTimers())
  const { exitCode, stderr } = await runCli(['sim', '--json'])
  expect(stderr).toContain('2025-12-24 00:00 UTC, which is before the synthetic market begins')
  expect(exitCode).toBe(2)
})

it('serves the same prices at the same moment to everybody', async () => {
  const [first, second] = [await localExchange(), await localExchange()]
  const at = Date.UTC(2026, 9, 1)
  const candles = (access: typeof first) =>
    rpc(access, 'public/get_tradingview_chart_data', {
      instrument_name: 'BTC-PERPETUAL',
      start_timestamp: at,
      end_timestamp: at + 86_400_000,
      resolution: '60',
    })
  expect(await candles(first)).toEqual(await candles(second))
})

it('stands still in virtual time until it is advanced', async () => {
  const exchange = await localExchange(['--virtual-time'])
  const start = Date.UTC(2026, 0, 2)
  expect(await rpc(exchange, 'public/get_time')).toBe(start)
  await rpc(exchange, 'sim/advance_time', { by_ms: 3_600_000 })
  expect(await rpc(exchange, 'public/get_time')).toBe(start + 3_600_000)
  await rpc(exchange, 'sim/advance_time', { to_timestamp: start + 86_400_000 })
  expect(await rpc(exchange, 'public/get_time')).toBe(start + 86_400_000)
})

it('limits requests as Deribit does, unless it is told not to', async () => {
  const burst = async (access: Parameters<typeof rpc>[0]) => {
    const answers = await Promise.allSettled(
      Array.from({ length: 150 }, () => rpc(access, 'private/get_positions', { currency: 'BTC' })),
    )
    return answers.filter(({ status }) => status === 'rejected').length
  }
  expect(await burst(await localExchange(['--virtual-time']))).toBeGreaterThan(0)
  expect(await burst(await localExchange(['--virtual-time', '--no-rate-limits']))).toBe(0)
})

it('starts also where the settings point at it', async () => {
  const stop = new AbortController()
  const { exitCode } = await runCli(['sim', '--json'], {
    env: { VENUE: 'testnet', ...envOf({ httpUrl: 'http://127.0.0.1:8080', clientId: 'a', clientSecret: 'b' }) },
    stop: stop.signal,
    onOutput: () => stop.abort('SIGTERM'),
  })
  expect(exitCode).toBe(143)
})

const recordings = inject('recordings')

describe.skipIf(recordings === null)('a recorded chain', () => {
  const chains = join(recordings ?? '', 'fixtures/chains')

  it('is served from its moment on', async () => {
    const exchange = await localExchange(['--market', join(chains, 'BTC_20251230T173115Z.json')])
    const early = Number(await rpc(exchange, 'public/get_time')) - Date.UTC(2025, 11, 30, 17, 31, 15)
    expect(Math.abs(early)).toBeLessThan(60_000)
    const instruments = await rpc(exchange, 'public/get_instruments', { currency: 'BTC', kind: 'option' })
    expect(instruments).toEqual(
      expect.arrayContaining([expect.objectContaining({ instrument_name: 'BTC-16JAN26-95000-C' })]),
    )
  })
})

/** A connection that is kept alive, and one on which nothing was ever asked. */
async function heldOpen(httpUrl: string): Promise<void> {
  const agent = new Agent({ keepAlive: true })
  onTestFinished(() => agent.destroy())
  const { hostname, port } = new URL(httpUrl)
  await new Promise<void>((resolve, reject) => {
    request({ hostname, port, path: '/api/v2/public/get_time', agent }, (response) => {
      response.resume().on('end', () => resolve())
    })
      .on('error', reject)
      .end()
  })
  const idle = request({ hostname, port, path: '/api/v2', method: 'POST', agent: new Agent({ keepAlive: true }) })
  idle.on('error', () => {})
  idle.flushHeaders()
  onTestFinished(() => void idle.destroy())
}
