import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type DecisionRecord, decisionRecordSchema } from '@cc/models'
import { describe, expect, inject, it, vi } from 'vitest'
import { accessSchema, envOf } from './local-exchange.js'
import { runCli } from './run-cli.js'
import { spawnCli } from './spawn-cli.js'

/*
 * The same world decided on twice: in memory, and over the wire, by two processes. The exchange and its client write the
 * protocol down apart from each other, so that what one of them has wrong shows here.
 */

// Sockets and processes share the machine with whatever else is tested.
vi.setConfig({ testTimeout: 30_000 })

const proposalOf = ({ decision }: DecisionRecord) => {
  const { action, params } = decision?.proposal ?? { action: null, params: null }
  return { action, params }
}

async function inMemory(args: readonly string[]): Promise<DecisionRecord> {
  const { stdout, stderr } = await runCli(['once', '--json', ...args])
  expect(stderr).toBe('')
  return decisionRecordSchema.parse(JSON.parse(stdout))
}

async function overTheWire(worldArgs: readonly string[], args: readonly string[]): Promise<DecisionRecord> {
  const sim = spawnCli(['sim', '--json', ...worldArgs])
  const access = accessSchema.parse(JSON.parse(await sim.firstLine()))
  const agent = spawnCli(['once', '--venue', 'testnet', '--allow-loopback', '--json', ...args], { env: envOf(access) })
  expect(await agent.exitCode(), agent.stderr()).toBe(0)
  expect(agent.stderr()).toBe('')
  sim.child.kill('SIGTERM')
  expect(await sim.exitCode()).toBe(143)
  return decisionRecordSchema.parse(JSON.parse(agent.stdout()))
}

it.each([
  [['--seed', '1'], []],
  [
    ['--seed', '7'],
    ['--underlying', 'ETH'],
  ],
])('proposes the same in the synthetic market of %j %j', async (world, args) => {
  const here = await inMemory([...world, ...args, '--start', '2026-01-02'])
  const there = await overTheWire([...world, '--start', '2026-01-02', '--virtual-time'], args)
  expect(here.decision?.proposal.action).toBe('OPEN_COVERED_CALL')
  expect(proposalOf(there)).toEqual(proposalOf(here))
  expect(there.verdict?.allowed).toBe(true)
})

const recordings = inject('recordings')

describe.skipIf(recordings === null)('on a recorded chain of the real exchange', () => {
  const chains = join(recordings ?? '', 'fixtures/chains')
  const names = recordings === null ? [] : readdirSync(chains).filter((name) => name.endsWith('.json'))

  it.each(names)('proposes the same in %s', async (name) => {
    const world = ['--market', join(chains, name), '--deposit', name.startsWith('BTC') ? 'BTC=2' : 'ETH=20']
    const here = await inMemory(world)
    const there = await overTheWire(world, [])
    expect(here.decision?.proposal.action).toBe('OPEN_COVERED_CALL')
    expect(proposalOf(there)).toEqual(proposalOf(here))
    expect(there.state?.underlyings.map(({ currency }) => currency)).toEqual([name.slice(0, 3)])
    expect(there.verdict?.allowed).toBe(true)
  })

  it('proposes the same on two coins of one moment', async () => {
    const [btc, eth] = ['BTC', 'ETH'].map((coin) => join(chains, `${coin}_20260226T094105Z.json`))
    const world = ['--market', `${btc},${eth}`, '--deposit', 'BTC=2,ETH=20']
    const there = await overTheWire(world, [])
    expect(proposalOf(there)).toEqual(proposalOf(await inMemory(world)))
    expect(there.state?.underlyings.map(({ currency }) => currency)).toEqual(['BTC', 'ETH'])
  })

  it('does not do without a coin that was named on the command line', async () => {
    const sim = spawnCli(['sim', '--json', '--market', join(chains, 'BTC_20260226T094105Z.json')])
    const access = accessSchema.parse(JSON.parse(await sim.firstLine()))
    const { exitCode, stderr } = await runCli(
      ['once', '--venue', 'testnet', '--allow-loopback', '--underlying', 'BTC,ETH'],
      { env: envOf(access) },
    )
    expect(stderr).toMatch(/ccagent: failed: .* ETH/)
    expect(exitCode).toBe(7)
  })
})
