import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { readDecisions } from '@cc/logging'
import { type DecisionRecord, decisionRecordSchema } from '@cc/models'
import { describe, expect, it, onTestFinished } from 'vitest'
import { settingsUnder } from '../src/flags.js'
import { createStderrLogger } from '../src/io.js'
import { openVenue } from '../src/open-venue.js'
import { planRun } from '../src/run-plan.js'
import { type Access, DAY, envOf, localExchange, rpc } from './local-exchange.js'
import { HANGS_MS, readLines, runCli } from './run-cli.js'
import { spawnCli } from './spawn-cli.js'
import { tempFolder } from './temp-folder.js'

const TESTNET = ['--venue', 'testnet', '--allow-loopback']
const NEVER = new AbortController().signal
const NOBODY = { httpUrl: 'http://127.0.0.1:1', clientId: 'an-id', clientSecret: 'canary' }

function cycle(access: Omit<Access, 'wsUrl'>, args: readonly string[] = [], folder = tempFolder()) {
  return runCli(['once', ...TESTNET, ...args], { env: envOf(access), folder })
}

describe('one decision', () => {
  it('is a dry run unless it is told otherwise, says so, and leaves nothing behind', async () => {
    const exchange = await localExchange(DAY)
    const { exitCode, stdout, stderr, folder } = await cycle(exchange)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    const [world = '', ...more] = stdout.split('\n')
    expect(world).toMatch(/^Local exchange at 127\.0\.0\.1:\d+: exchange time \d{4}-\d\d-\d\d \d\d:\d\d UTC\.$/)
    expect(more.slice(0, 3)).toEqual([
      'Dry run: no order leaves. With --no-dry-run they do.',
      'In the account: 2 BTC and 20 ETH.',
      '',
    ])
    expect(readdirSync(folder)).toEqual([])
    expect(await openOrders(exchange)).toEqual([])
    expect(await rpc(exchange, 'private/get_order_history_by_currency', { currency: 'BTC' })).toEqual([])
  })

  it('keeps out of a folder that was not named, and that another run may hold', async () => {
    const exchange = await localExchange(DAY)
    const folder = tempFolder()
    expect((await runCli(['run', '--for', '1h'], { folder })).exitCode).toBe(0)
    const before = readdirSync(join(folder, 'logs'))
    expect((await cycle(exchange, [], folder)).exitCode).toBe(0)
    expect((await cycle(exchange, ['--no-dry-run'], folder)).exitCode).toBe(5)
    expect(readdirSync(join(folder, 'logs'))).toEqual(before)
  })

  it.each([
    [[], 'trade:read'],
    [['--no-dry-run'], 'trade:read_write'],
  ])('signs in under %j for %s', async (args, scope) => {
    const exchange = await localExchange(DAY)
    const env = envOf(exchange)
    const flags = { venue: 'testnet', allowLoopback: true, ...(args.length > 0 && { dryRun: false }) } as const
    const io = { env, folder: tempFolder() }
    const plan = planRun(flags, settingsUnder(flags, io), io)
    const open = await openVenue(plan, { logger: createStderrLogger({ write() {} }, { verbose: false }), stop: NEVER })
    onTestFinished(() => open.close())
    const { scopes } = await open.venue.market.status()
    expect(scopes.filter((each) => /^(trade|account|wallet)/.test(each))).toEqual(['account:read', scope])
  })

  it('is one JSON document, of the account that was asked', async () => {
    const { exitCode, stdout } = await cycle(await localExchange(DAY), ['--json', '--underlying', 'BTC'])
    const { dryRun, state, failure } = decisionRecordSchema.parse(JSON.parse(stdout))
    expect({ exitCode, dryRun, failure }).toEqual({ exitCode: 0, dryRun: true, failure: null })
    expect(state?.source.kind).toBe('local-exchange')
    expect(state?.underlyings.map(({ currency, portfolio }) => [currency, portfolio.balanceCoin])).toEqual([['BTC', 2]])
  })

  it('is written down where a folder is named, whose it is in venue.json', async () => {
    const exchange = await localExchange(DAY)
    const { exitCode, folder } = await cycle(exchange, ['--log-dir', 'mine'])
    expect(exitCode).toBe(0)
    const files = readdirSync(join(folder, 'mine')).sort()
    expect(files.filter((name) => !name.startsWith('agent_decisions_'))).toEqual([
      '.ballast',
      'intents.jsonl',
      'memory.json',
      'venue.json',
    ])
    const everything = files.map((name) => readFileSync(join(folder, 'mine', name), 'utf8')).join('\n')
    expect(everything).not.toContain(exchange.clientSecret)
    expect(everything).not.toContain(exchange.clientId)
  })

  it('sends orders with --no-dry-run, and goes on in the same folder', async () => {
    const exchange = await localExchange([...DAY, '--virtual-time', '--seed', '7'])
    const moving = new AbortController()
    const moved = advance(exchange, moving.signal)
    try {
      const folder = tempFolder()
      const first = await cycle(exchange, ['--no-dry-run', '--underlying', 'BTC', '--json'], folder)
      expect(first.stderr).toBe('')
      expect(decisionRecordSchema.parse(JSON.parse(first.stdout)).execution?.status).toBe('filled')
      expect(await openOrders(exchange)).toEqual([])

      const second = await cycle(exchange, ['--no-dry-run', '--underlying', 'BTC', '--json'], folder)
      expect(second.exitCode).toBe(0)
      const [one, two, ...more] = await all(join(folder, 'logs'))
      expect(more).toEqual([])
      expect(one?.decision?.proposal.action).toBe('OPEN_COVERED_CALL')
      expect(two?.state?.underlyings[0]?.portfolio.positions).toHaveLength(1)
      expect(two?.state?.memory.recentOpens).toHaveLength(1)
      expect(one?.runId).toMatch(/^[0-9a-f]{11}$/)
      expect(two?.runId).not.toBe(one?.runId)
      expect(readLines(join(folder, 'logs'), 'intents.jsonl').length).toBeGreaterThanOrEqual(2)
    } finally {
      moving.abort()
      await moved
    }
  })
})

it('says what it is about to do before it does, and leaves nothing behind when it is told to stop', async () => {
  // Time stands still there: an order would rest for ever.
  const exchange = await localExchange([...DAY, '--virtual-time'])
  const stop = new AbortController()
  const { exitCode, stdout, stderr } = await runCli(['once', ...TESTNET, '--no-dry-run'], {
    env: envOf(exchange),
    stop: stop.signal,
    onOutput: () => stop.abort('SIGTERM'),
  })
  expect({ exitCode, stderr: stderr.replace(/^warning: .*\n/gm, '') }).toEqual({ exitCode: 143, stderr: '' })
  expect(stdout).toMatch(/^Local exchange at .*\nOrders are sent\.\n/)
  expect(await openOrders(exchange)).toEqual([])
})

describe('what is wrong is said with its own exit code', () => {
  it.each([
    [['once'], {}, 'DERIBIT_CLIENT_ID and DERIBIT_CLIENT_SECRET, and neither is set'],
    [['run'], { DERIBIT_CLIENT_ID: 'an-id' }, 'DERIBIT_CLIENT_SECRET is not set'],
    [['once', '--seed', '1'], envOf(NOBODY), '--seed 1 shapes a simulated world'],
    [['once', '--market', 'synthetic'], envOf(NOBODY), '--market synthetic'],
    [['run', '--speed', 'max'], envOf(NOBODY), '--speed max'],
    [['run', '--fresh'], envOf(NOBODY), '--fresh'],
    [['once'], { ...envOf(NOBODY), DERIBIT_BASE_URL: 'https://www.deribit.com' }, '"www.deribit.com"'],
    [['once'], { ...envOf(NOBODY), DERIBIT_CLIENT_SECRET: '<secret>' }, 'no placeholder'],
    [['once'], { ...envOf(NOBODY), NODE_TLS_REJECT_UNAUTHORIZED: '0' }, 'NODE_TLS_REJECT_UNAUTHORIZED'],
  ])('2 for %j under %j', async (args, env, words) => {
    const { exitCode, stdout, stderr, folder } = await runCli([...args, ...TESTNET], { env })
    expect(stderr).toContain(words)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(stderr).not.toContain('canary')
    expect({ exitCode, stdout, files: readdirSync(folder) }).toEqual({ exitCode: 2, stdout: '', files: [] })
  })

  it('2 for an exchange on this machine without --allow-loopback', async () => {
    const { exitCode, stderr } = await runCli(['once', '--venue', 'testnet'], { env: envOf(NOBODY) })
    expect(stderr).toContain('--allow-loopback')
    expect(exitCode).toBe(2)
  })

  it.each([['once'], ['run', '--for', '1s']])('5 for a key that the exchange refuses: %s', async (...command) => {
    const exchange = await localExchange(DAY)
    const { exitCode, stdout, stderr, folder } = await runCli([...command, ...TESTNET, '--log-dir', 'mine'], {
      env: { ...envOf(exchange), DERIBIT_CLIENT_SECRET: 'canary' },
    })
    expect(stderr).not.toContain('canary')
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect({ exitCode, stdout, files: readdirSync(join(folder, 'mine')) }).toEqual({
      exitCode: 5,
      stdout: '',
      files: [],
    })
  })

  it.each([['once'], ['run', '--for', '1s']])('7 where nobody answers: %s', async (...command) => {
    const { exitCode, stdout, stderr, folder } = await runCli([...command, ...TESTNET, '--log-dir', 'mine'], {
      env: envOf(NOBODY),
    })
    expect(stderr).toMatch(/^ccagent: 127\.0\.0\.1:1: .*\(ECONNREFUSED\)\.\n$/)
    expect({ exitCode, stdout, files: readdirSync(join(folder, 'mine')) }).toEqual({
      exitCode: 7,
      stdout: '',
      files: [],
    })
  })

  it('143 where it is told to stop while nobody answers', async () => {
    const silent = createServer(() => {})
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void silent.close())
    const stop = new AbortController()
    silent.on('connection', () => stop.abort('SIGTERM'))
    const { port } = silent.address() as AddressInfo
    const started = performance.now()
    const { exitCode, stdout, stderr } = await runCli(['run', ...TESTNET], {
      env: envOf({ ...NOBODY, httpUrl: `http://127.0.0.1:${port}` }),
      stop: stop.signal,
    })
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 143, stdout: '', stderr: '' })
    expect(performance.now() - started).toBeLessThan(8_000)
  })

  it('3 and 4 before anybody is called', async () => {
    for (const [name, code] of [
      ['agent.lock', 3],
      ['HALT', 4],
    ] as const) {
      const folder = tempFolder()
      mkdirSync(join(folder, 'logs'))
      writeFileSync(join(folder, 'logs', name), 'garbage')
      const { exitCode } = await cycle(NOBODY, ['--no-dry-run'], folder)
      expect(exitCode, name).toBe(code)
    }
  })

  it('5 for a folder of something else, whichever way round', async () => {
    const [exchange, other] = [await localExchange(DAY), await localExchange(DAY)]
    const folder = tempFolder()
    const log = (name: string) => ['--log-dir', name]
    expect((await runCli(['once', ...log('simulated')], { folder })).exitCode).toBe(0)
    expect((await cycle(exchange, log('account'), folder)).exitCode).toBe(0)

    const wrong = [
      await cycle(exchange, log('simulated'), folder),
      await cycle(other, log('account'), folder),
      await runCli(['once', ...log('account')], { folder }),
      await runCli(['run', '--for', '1h', '--fresh', ...log('account')], { folder }),
    ]
    for (const { exitCode, stdout, stderr } of wrong) {
      expect(stderr).toContain('use another --log-dir')
      expect({ exitCode, stdout }).toEqual({ exitCode: 5, stdout: '' })
    }
    expect((await cycle(exchange, log('account'), folder)).exitCode).toBe(0)
  })
})

describe('a run', () => {
  it('is told from its account to its summary', async () => {
    const exchange = await localExchange(DAY)
    const { exitCode, stdout, stderr, folder } = await runCli(
      ['run', ...TESTNET, '--underlying', 'BTC', '--every', '3s', '--for', '15s'],
      { env: envOf(exchange) },
    )
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatch(/^Local exchange at 127\.0\.0\.1:\d+: exchange time .*\nIn the account: 2 BTC\.$/m)
    expect(stdout).toMatch(/^Run [0-9a-f]{11}: a decision every 3s for 15s, policy rules\.$/m)
    expect(stdout).toMatch(/^Dry run: no order leaves\./m)
    expect(stdout).toMatch(/dry run: not sent/)
    expect(stdout).toMatch(/^Summary: Local exchange at .* test coins\.$/m)
    expect(stdout).not.toMatch(/paper/)
    expect(stdout).toContain(`Log: ${join(folder, 'logs')}, `)
    const records = await all(join(folder, 'logs'))
    expect(records.length).toBeGreaterThanOrEqual(3)
    expect(records.every(({ dryRun, failure }) => dryRun && failure === null)).toBe(true)
  })

  it('leaves no resting order behind when it is told to stop', async () => {
    const exchange = await localExchange(DAY)
    const folder = tempFolder()
    const agent = spawnCli(['run', ...TESTNET, '--underlying', 'BTC', '--no-dry-run'], {
      env: envOf(exchange),
      folder,
    })
    await expect.poll(() => openOrders(exchange), { timeout: HANGS_MS, interval: 50 }).not.toEqual([])
    agent.child.kill('SIGTERM')
    expect(await agent.exitCode()).toBe(143)
    expect(await openOrders(exchange)).toEqual([])
    expect(agent.stderr()).toBe('')
    expect(readdirSync(join(folder, 'logs'))).not.toContain('agent.lock')
  })
})

/** A second of venue time, again and again. */
async function advance(access: Omit<Access, 'wsUrl'>, until: AbortSignal): Promise<void> {
  while (!until.aborted) {
    await rpc(access, 'sim/advance_time', { by_ms: 1_000 })
    await delay(20)
  }
}

async function openOrders(access: Omit<Access, 'wsUrl'>): Promise<unknown[]> {
  const orders = await rpc(access, 'private/get_open_orders', {})
  return orders as unknown[]
}

async function all(folder: string): Promise<DecisionRecord[]> {
  const records: DecisionRecord[] = []
  for await (const record of readDecisions(folder)) records.push(record)
  return records
}
