import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type DecisionRecord, decisionRecordSchema } from '@cc/models'
import { describe, expect, inject, it } from 'vitest'
import { envOf, localExchange } from './local-exchange.js'
import { runCli } from './run-cli.js'

/*
 * The same world decided on twice: in memory, and over the wire. The exchange and its client write the protocol down apart
 * from each other, so that what one of them has wrong shows here.
 */

const ONCE = ['once', '--venue', 'testnet', '--allow-loopback']

const proposalOf = ({ decision }: DecisionRecord) => {
  const { action, params } = decision?.proposal ?? { action: null, params: null }
  return { action, params }
}

async function inMemory(args: readonly string[]): Promise<DecisionRecord> {
  const { stdout, stderr } = await runCli(['once', '--json', ...args])
  expect(stderr).toBe('')
  return decisionRecordSchema.parse(JSON.parse(stdout))
}

async function overTheWire(world: readonly string[], args: readonly string[]): Promise<DecisionRecord> {
  const exchange = await localExchange(world)
  const { exitCode, stdout, stderr } = await runCli([...ONCE, '--json', ...args], { env: envOf(exchange) })
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  return decisionRecordSchema.parse(JSON.parse(stdout))
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
    const exchange = await localExchange(['--market', join(chains, 'BTC_20260226T094105Z.json')])
    const { exitCode, stderr } = await runCli([...ONCE, '--underlying', 'BTC,ETH'], { env: envOf(exchange) })
    expect(stderr).toMatch(/ccagent: failed: .* ETH/)
    expect(exitCode).toBe(7)
  })
})
