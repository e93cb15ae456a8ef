import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { createSyntheticMarket } from '@cc/exchange-sim'
import { createSimServer } from '@cc/exchange-sim/server'
import { readDecisions } from '@cc/logging'
import { type DecisionRecord, decisionRecordSchema } from '@cc/models'
import { createSystemClock, createVirtualClock } from '@cc/models/clock'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Access, envOf, rpc } from './local-exchange.js'
import { HANGS_MS, runCli } from './run-cli.js'
import { spawnCli } from './spawn-cli.js'
import { tempFolder } from './temp-folder.js'

const KEY = { clientId: 'an-id', clientSecret: 'a-secret' }
const START_MS = Date.UTC(2026, 0, 2)
const TESTNET = ['--venue', 'testnet', '--allow-loopback']
const OVER_SOCKET = [...TESTNET, '--transport', 'websocket']
const NOBODY = { httpUrl: 'http://127.0.0.1:1', clientId: 'an-id', clientSecret: 'canary' }
const MARKET_READS = ['public/get_book_summary_by_currency', 'public/get_index_price', 'public/ticker'] as const

async function exchange({ standing = false } = {}) {
  const clock = standing ? createVirtualClock({ startMs: START_MS }) : createSystemClock({ startMs: START_MS })
  const server = await createSimServer(
    { virtualTime: standing, rateLimits: 'off' },
    { clock, market: createSyntheticMarket({ seed: 1, startMs: START_MS }), credentials: KEY },
  )
  onTestFinished(() => server.close())
  return { ...KEY, httpUrl: server.httpUrl, requests: () => server.requests() }
}

describe('over a WebSocket', () => {
  it('one decision is the one that is made over HTTP', async () => {
    const access = await exchange({ standing: true })
    const decide = async (args: readonly string[]) => {
      const { exitCode, stdout, stderr } = await runCli(['once', '--json', ...args], { env: envOf(access) })
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
      const { decision, verdict, execution, dryRun } = decisionRecordSchema.parse(JSON.parse(stdout))
      const { action, params } = decision?.proposal ?? {}
      return { action, params, allowed: verdict?.allowed, status: execution?.status, dryRun }
    }
    const asked = await decide(TESTNET)
    expect(asked.action).toBe('OPEN_COVERED_CALL')
    expect(await decide(OVER_SOCKET)).toEqual(asked)
  })

  it('a run hears the market and asks for none of it, but to price what it would send', async () => {
    const access = await exchange()
    const folder = tempFolder()
    const { exitCode, stderr } = await runCli(
      ['run', ...OVER_SOCKET, '--underlying', 'BTC', '--every', '2s', '--for', '10s'],
      {
        env: envOf(access),
        folder,
      },
    )
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    const records = await all(join(folder, 'logs'))
    expect(records.length).toBeGreaterThanOrEqual(3)
    expect(records.every(({ dryRun, failure }) => dryRun && failure === null)).toBe(true)
    const [chains, indices, tickers] = MARKET_READS.map((method) => access.requests()[method] ?? 0)
    expect({ chains, indices }).toEqual({ chains: 0, indices: 0 })
    expect(tickers).toBeLessThanOrEqual(records.filter(({ execution }) => execution !== null).length)
  })

  it('a run leaves no resting order and no process behind when it is told to stop', async () => {
    const access = await exchange()
    const agent = spawnCli(['run', ...OVER_SOCKET, '--underlying', 'BTC', '--no-dry-run'], {
      env: envOf(access),
      folder: tempFolder(),
    })
    await expect.poll(() => openOrders(access), { timeout: HANGS_MS, interval: 50 }).not.toEqual([])
    agent.child.kill('SIGTERM')
    expect(await agent.exitCode()).toBe(143)
    expect(await openOrders(access)).toEqual([])
    expect(agent.stderr()).toBe('')
  })
})

describe('what is wrong over a WebSocket has the exit code that it has over HTTP', () => {
  it('2 for a transport that there is not', async () => {
    const { exitCode, stderr } = await runCli(['once', ...TESTNET, '--transport', 'pigeon'], { env: envOf(NOBODY) })
    expect(stderr).toContain('expected http or websocket')
    expect(exitCode).toBe(2)
  })

  it.each([['once'], ['run', '--for', '1s']])('5 for a key that the exchange refuses: %s', async (...command) => {
    const access = await exchange()
    const { exitCode, stdout, stderr } = await runCli([...command, ...OVER_SOCKET], {
      env: { ...envOf(access), DERIBIT_CLIENT_SECRET: 'canary' },
    })
    expect(stderr).not.toContain('canary')
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect({ exitCode, stdout }).toEqual({ exitCode: 5, stdout: '' })
  })

  it('7 where nobody answers', async () => {
    const host = `127.0.0.1:${await closedPort()}`
    const { exitCode, stdout, stderr } = await runCli(['run', ...OVER_SOCKET, '--for', '1s'], {
      env: envOf({ ...NOBODY, httpUrl: `http://${host}` }),
    })
    expect(stderr.split('\n').at(-2)).toMatch(new RegExp(`^ccagent: ${host}: .*\\(ECONNREFUSED\\)\\.$`))
    expect({ exitCode, stdout }).toEqual({ exitCode: 7, stdout: '' })
  })

  it('143 where it is told to stop while nobody answers', async () => {
    const silent = createServer(() => {})
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void silent.close())
    const stop = new AbortController()
    silent.on('connection', () => stop.abort('SIGTERM'))
    const { port } = silent.address() as AddressInfo
    const { exitCode, stdout, stderr } = await runCli(['run', ...OVER_SOCKET], {
      env: envOf({ ...NOBODY, httpUrl: `http://127.0.0.1:${port}` }),
      stop: stop.signal,
    })
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 143, stdout: '', stderr: '' })
  })
})

/** One that was free a moment ago. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function openOrders(access: Pick<Access, 'httpUrl' | 'clientId' | 'clientSecret'>): Promise<unknown[]> {
  return (await rpc(access, 'private/get_open_orders', {})) as unknown[]
}

async function all(folder: string): Promise<DecisionRecord[]> {
  const records: DecisionRecord[] = []
  for await (const record of readDecisions(folder)) records.push(record)
  return records
}
