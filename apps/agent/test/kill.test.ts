import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { askAgent } from '../src/control-client.js'
import { type Access, DAY, envOf, localExchange, rpc } from './local-exchange.js'
import { HANGS_MS, runCli } from './run-cli.js'
import { type Running, spawnCli } from './spawn-cli.js'
import { tempFolder } from './temp-folder.js'

const ACCOUNT = ['run', '--venue', 'testnet', '--allow-loopback', '--underlying', 'BTC', '--no-dry-run']
const ONCE = ['once', '--venue', 'testnet', '--allow-loopback', '--log-dir', 'logs']
const SIM = ['run', '--seed', '7']
const KILL = ['kill', '--yes', '--log-dir', 'logs']
/** A run looks for a halt four times a second. What waits for an order, a cycle or a person takes longer than this. */
const LATCH_MS = 8_000

describe('kill in every state of the agent', () => {
  it('starting: it never reached its exchange', async () => {
    const env = envOf(await silentExchange())
    const { agent, folder } = start(ACCOUNT, env)
    await expect.poll(() => existsSync(join(folder, 'logs', 'agent.lock')), { timeout: HANGS_MS }).toBe(true)
    expect(await runCli(KILL, { folder })).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('The agent has ended.'),
    })
    expect(await agent.exitCode()).toBe(4)
    expect(agent.stderr()).toMatch(/^ccagent: Halted: killed by a person\. /)
    await staysHalted(ACCOUNT, { folder, env })
  })

  it('sleeping, without a control socket that could tell it', async () => {
    const { agent, folder } = start([...SIM, '--deposit', 'BTC=0,ETH=0'])
    await expect.poll(agent.stdout, { timeout: HANGS_MS }).toContain('DO_NOTHING')
    rmSync(join(folder, 'logs', 'control.json'))
    const killed = runCli(KILL, { folder })
    await latched(agent, folder)
    expect((await killed).exitCode).toBe(0)
    expect(await agent.exitCode()).toBe(4)
    await staysHalted(SIM, { folder })
  })

  it('in cycle after cycle, as fast as it goes', async () => {
    const { agent, folder } = start([...SIM, '--speed', 'max', '--every', '1h'])
    await expect.poll(agent.stdout, { timeout: HANGS_MS }).toContain('OPEN')
    const killed = runCli([...KILL, '--reason', 'odd fills'], { folder })
    await latched(agent, folder)
    expect((await killed).exitCode).toBe(0)
    expect(await agent.exitCode()).toBe(4)
    expect(agent.stderr()).toContain('ccagent: halted: odd fills.')
    await staysHalted(SIM, { folder })
  })

  it('with an order that rests', async () => {
    const exchange = await localExchange(DAY)
    const { agent, folder } = start(ACCOUNT, envOf(exchange))
    await untilResting(exchange)
    await killOnAccount(exchange, { agent, folder })
  })

  it('settling an order that was never answered and is there', async () => {
    const exchange = await localExchange([...DAY, '--faults', faultFile({ kind: 'drop', when: 'after' })])
    const { agent, folder } = start(ACCOUNT, envOf(exchange))
    await untilResting(exchange)
    await killOnAccount(exchange, { agent, folder })
  })

  it('settling an order that was never answered and never came', async () => {
    const exchange = await localExchange([...DAY, '--faults', faultFile({ kind: 'reset', when: 'before' })])
    const { agent, folder } = start(ACCOUNT, envOf(exchange))
    await expect.poll(() => intentsOf(folder), { timeout: HANGS_MS, interval: 20 }).toBeGreaterThan(0)
    await killOnAccount(exchange, { agent, folder })
  })

  it('leaving, while the exchange is slow to cancel', async () => {
    const faults = faultFile({ kind: 'latency', ms: 3_000 }, 'private/cancel')
    const exchange = await localExchange([...DAY, '--faults', faults])
    const { agent, folder } = start(ACCOUNT, envOf(exchange))
    await untilResting(exchange)
    agent.child.kill('SIGTERM')
    await killOnAccount(exchange, { agent, folder, endings: [4, 143] })
  })
})

describe('kill without the agent', () => {
  it('cancels what an agent left that was killed, with its files broken, and survives restarts', async () => {
    const exchange = await localExchange(DAY)
    const { agent, folder } = start(ACCOUNT, envOf(exchange))
    await untilResting(exchange)
    agent.child.kill('SIGKILL')
    await agent.exitCode()
    for (const name of ['memory.json', 'intents.jsonl', 'agent.lock']) writeFileSync(join(folder, 'logs', name), '\0{"')
    expect(await ownOrders(exchange)).toHaveLength(1)

    const { exitCode, stdout } = await runCli(KILL, { folder, env: { ...envOf(exchange), DERIBIT_BASE_URL: 'broken' } })
    expect(stdout).toContain('At the exchange nothing of ours rests; cancelled: 1.')
    expect(exitCode).toBe(0)
    expect(await ownOrders(exchange)).toEqual([])
    rmSync(join(folder, 'logs', 'agent.lock'))
    await staysHalted(ACCOUNT, { folder, env: envOf(exchange) })
  })

  it('cancels an order that only arrives when the agent is gone', async () => {
    const exchange = await localExchange([...DAY, '--faults', faultFile({ kind: 'late-arrival', ms: 2_000 })])
    const { agent, folder } = start(ACCOUNT, envOf(exchange))
    await expect.poll(() => intentsOf(folder), { timeout: HANGS_MS, interval: 10 }).toBeGreaterThan(0)
    // It is on its way.
    await expect.poll(() => faultsLeft(exchange), { timeout: HANGS_MS, interval: 10 }).toBe(0)
    agent.child.kill('SIGKILL')
    await agent.exitCode()
    const { exitCode, stdout } = await runCli(KILL, { folder, env: envOf(exchange) })
    expect(stdout).toContain('cancelled: 1.')
    expect(exitCode).toBe(0)
    expect(await ownOrders(exchange)).toEqual([])
  })

  it('leaves the orders of others alone', async () => {
    const exchange = await localExchange(DAY)
    const [bid] = await bidsOf(exchange)
    const order = { ...bid, amount: 0.1, type: 'limit', post_only: true, time_in_force: 'good_til_cancelled' }
    await rpc(exchange, 'private/buy', { ...order, label: 'by-hand' })
    await rpc(exchange, 'private/buy', { ...order, label: 'cc-00000000-00000000-c-1' })
    const folder = tempFolder()
    const env = { ...envOf(exchange), VENUE: 'testnet' }
    expect(await runCli(KILL, { folder, env })).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('cancelled: 1.'),
    })
    expect(await openLabels(exchange)).toEqual(['by-hand'])
  })

  it('halts and ends with 0 where there is nothing, also in a folder that is not there yet', async () => {
    const { exitCode, stdout, stderr, folder } = await runCli(KILL)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatch(
      /^Halted: nothing is decided in \S+logs\. "ccagent resume --log-dir \S+logs --reason …" lifts it\.\nNo agent runs there\.\n$/,
    )
    await staysHalted(SIM, { folder })
    expect((await runCli(KILL, { folder })).stdout).toMatch(/^Halted already/)
  })

  it('halts whatever the settings say, where a folder is named; where none is, it says so and halts none', async () => {
    const given = { env: { DELTA_MAX: '7' }, files: { 'ccagent.config.json': '{', '.env': 'nonsense\n' } }
    const named = await runCli(KILL, given)
    expect({ exitCode: named.exitCode, stderr: named.stderr }).toEqual({ exitCode: 0, stderr: '' })
    const unnamed = await runCli(['kill', '--yes'], given)
    expect(unnamed.stderr).toContain('Nothing was halted. With --log-dir FOLDER it is')
    expect(unnamed.exitCode).toBe(2)
    expect(readdirSync(unnamed.folder)).not.toContain('logs')
  })

  it('ends with 5 and 7 where the exchange could not be asked, and halts', async () => {
    const exchange = await localExchange(DAY)
    const folder = tempFolder()
    expect(
      (
        await runCli(ONCE, {
          folder,
          env: envOf(exchange),
        })
      ).exitCode,
    ).toBe(0)
    for (const [env, words] of [
      [{}, 'DERIBIT_CLIENT_ID and DERIBIT_CLIENT_SECRET are not set'],
      [{ ...envOf(exchange), DERIBIT_CLIENT_SECRET: 'canary-canary' }, 'deribit/invalid-credentials'],
    ] as const) {
      const { exitCode, stderr } = await runCli(KILL, { folder, env })
      expect(stderr).toContain(`HALT stands. Orders may still rest: `)
      expect(stderr).toContain(words)
      expect(stderr).not.toContain('canary')
      expect(exitCode).toBe(5)
    }
    await exchange.end()
    const { exitCode, stderr } = await runCli(KILL, { folder, env: envOf(exchange) })
    expect(stderr).toContain('ECONNREFUSED')
    expect(exitCode).toBe(7)
    expect(existsSync(join(folder, 'logs', 'HALT'))).toBe(true)
  })

  it('ends with 6 where HALT cannot be written, and goes on to what it can do', async () => {
    const { exitCode, stderr } = await runCli(KILL, { files: { logs: 'a file' } })
    expect(stderr).toContain('HALT COULD NOT BE WRITTEN')
    expect(exitCode).toBe(6)
  })

  it('asks first, and needs --yes where there is nobody to ask', async () => {
    const { exitCode, stderr, folder } = await runCli(['kill'])
    expect(stderr).toContain('add --yes')
    expect({ exitCode, files: readdirSync(folder) }).toEqual({ exitCode: 2, files: [] })
    expect((await runCli(['kill'], { folder, answer: 'no' })).exitCode).toBe(2)
    expect(readdirSync(folder)).toEqual([])
    expect((await runCli(['kill'], { folder, answer: 'kill' })).exitCode).toBe(0)
    expect(readdirSync(folder)).toEqual(['logs'])
  })

  it('is one JSON document with --json', async () => {
    const { exitCode, stdout, folder } = await runCli([...KILL, '--json'])
    expect(JSON.parse(stdout)).toEqual({
      schemaVersion: 1,
      folder: join(folder, 'logs'),
      latched: true,
      agent: 'none',
      exchange: null,
    })
    expect(exitCode).toBe(0)
  })
})

it.each<[string, (path: string) => void]>([
  ['an empty file', (path) => writeFileSync(path, '')],
  ['garbage', (path) => writeFileSync(path, '\0\xff{"halted":false}')],
  ['the word false', (path) => writeFileSync(path, 'false')],
  ['a folder', (path) => mkdirSync(path)],
])('halts a run for whatever HALT is: %s', async (_, plant) => {
  const { agent, folder } = start([...SIM, '--speed', 'max', '--every', '1h'])
  await expect.poll(agent.stdout, { timeout: HANGS_MS }).toContain('OPEN')
  plant(join(folder, 'logs', 'HALT'))
  await latched(agent, folder)
  expect(await agent.exitCode()).toBe(4)
})

function start(args: readonly string[], env: Record<string, string> = {}) {
  const folder = tempFolder()
  return { folder, agent: spawnCli(args, { env, folder }) }
}

/** Resolves once the agent has seen the halt, which it has to at its next look for the file. */
async function latched(agent: Running, folder: string): Promise<void> {
  const logs = join(folder, 'logs')
  await expect.poll(() => existsSync(join(logs, 'HALT')), { timeout: HANGS_MS, interval: 5 }).toBe(true)
  const since = performance.now()
  while (agent.child.exitCode === null) {
    const reply = await askAgent(logs, { command: 'status' }, { patienceMs: 2_000 }).catch(() => undefined)
    if (reply?.answer === 'status' && reply.mode === 'halted') break
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  expect(performance.now() - since).toBeLessThan(LATCH_MS)
}

/** Kills the agent of an account. It ends, nothing rests, nothing was sent since, and the next one is halted. */
async function killOnAccount(
  exchange: Access,
  { agent, folder, endings = [4] }: { agent: Running; folder: string; endings?: readonly number[] },
): Promise<void> {
  const env = envOf(exchange)
  const killed = runCli(KILL, { folder, env })
  await latched(agent, folder)
  const latchedMs = z.int().parse(await rpc(exchange, 'public/get_time'))
  const { exitCode, stdout, stderr } = await killed
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  expect(stdout).toContain('At the exchange nothing of ours rests')
  expect(endings).toContain(await agent.exitCode())
  expect(await ownOrders(exchange)).toEqual([])
  const orders = orderSchema
    .array()
    .parse(await rpc(exchange, 'private/get_order_history_by_currency', { currency: 'BTC' }))
  for (const { creation_timestamp } of orders) expect(creation_timestamp).toBeLessThanOrEqual(latchedMs)
  await staysHalted(ACCOUNT, { folder, env })
}

/** Another life in the same folder is halted too, and sends nothing. */
async function staysHalted(args: readonly string[], given: { folder: string; env?: Record<string, string> }) {
  const { exitCode, stderr } = await runCli(args, given)
  expect(stderr).toContain('Halted: ')
  expect(exitCode).toBe(4)
}

const orderSchema = z.object({ label: z.string(), creation_timestamp: z.number() })

async function openLabels(exchange: Access): Promise<string[]> {
  return orderSchema
    .array()
    .parse(await rpc(exchange, 'private/get_open_orders'))
    .map(({ label }) => label)
}

async function ownOrders(exchange: Access): Promise<string[]> {
  return (await openLabels(exchange)).filter((label) => label.startsWith('cc-'))
}

async function untilResting(exchange: Access): Promise<void> {
  await expect.poll(() => ownOrders(exchange), { timeout: HANGS_MS, interval: 20 }).not.toEqual([])
}

/** Sends that the journal holds. */
function intentsOf(folder: string): number {
  const path = join(folder, 'logs', 'intents.jsonl')
  if (!existsSync(path) || statSync(path).size === 0) return 0
  return readFileSync(path, 'utf8').split('"kind":"intent"').length - 1
}

/** Faults of the plan that are still to come. */
async function faultsLeft(exchange: Access): Promise<number> {
  return z.object({ left: z.int() }).parse(await rpc(exchange, 'sim/get_faults')).left
}

/** What may be bid for a call without trading. */
async function bidsOf(exchange: Access) {
  const rows = await rpc(exchange, 'public/get_book_summary_by_currency', { currency: 'BTC', kind: 'option' })
  return z
    .array(z.object({ instrument_name: z.string(), bid_price: z.number().nullable() }))
    .parse(rows)
    .flatMap(({ instrument_name, bid_price }) =>
      instrument_name.endsWith('-C') && bid_price !== null ? [{ instrument_name, price: bid_price }] : [],
    )
}

/** A plan by which the first order, or what else is named, goes wrong. */
function faultFile(fault: object, method = 'private/sell'): string {
  const plan = { script: [{ on: 'request', method, fault }] }
  return join(tempFolder({ 'faults.json': JSON.stringify(plan) }), 'faults.json')
}

/** An exchange that takes connections and never answers. */
async function silentExchange() {
  const server = createServer(() => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { httpUrl: `http://127.0.0.1:${port}`, clientId: 'an-id', clientSecret: 'a-secret' }
}
