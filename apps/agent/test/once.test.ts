import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type DecisionRecord, decisionRecordSchema } from '@cc/models'
import { describe, expect, inject, it, onTestFinished, vi } from 'vitest'
import { DAY, envOf, localExchange } from './local-exchange.js'
import { runCli } from './run-cli.js'
import { tempFolder } from './temp-folder.js'

it('prints one decision as one JSON document and leaves nothing behind', async () => {
  const { exitCode, stdout, stderr, folder } = await runCli(['once', '--json'])
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  expect(decisionRecordSchema.parse(JSON.parse(stdout)).decision?.proposal.action).toBe('OPEN_COVERED_CALL')
  expect(readdirSync(folder)).toEqual([])
})

it('takes the folder of its own away again', async () => {
  const [folder, temporary] = [tempFolder(), tempFolder()]
  vi.stubEnv('TMPDIR', temporary)
  onTestFinished(() => void vi.unstubAllEnvs())
  expect((await runCli(['once'], { folder })).exitCode).toBe(0)
  expect(readdirSync(temporary)).toEqual([])
})

it('ends with 6 where its memory is damaged before its cycle, and decides nothing', async () => {
  const folder = tempFolder()
  const { exitCode, stdout, stderr } = await runCli(['once', '--json', '--log-dir', 'logs', '--verbose'], {
    folder,
    onDiagnostics: () => writeFileSync(join(folder, 'logs', 'memory.json'), '{"memo'),
  })
  expect(stderr).toMatch(/^ccagent: .*memory\.json cannot be read/m)
  expect({ exitCode, stdout }).toEqual({ exitCode: 6, stdout: '' })
})

it('ends with the code of what made its cycle fail, and prints the record', async () => {
  const fault = { kind: 'error', word: 'internal_server_error', when: 'before' }
  const script = Array.from({ length: 20 }, () => ({
    on: 'request',
    method: 'public/get_book_summary_by_currency',
    fault,
  }))
  const files = { 'faults.json': JSON.stringify({ script }) }
  const exchange = await localExchange([...DAY, '--faults', join(tempFolder(files), 'faults.json')])
  const { exitCode, stdout } = await runCli(['once', '--json', '--venue', 'testnet', '--allow-loopback'], {
    env: envOf(exchange),
  })
  expect(decisionRecordSchema.parse(JSON.parse(stdout)).failure).toMatchObject({ recovery: 'retry' })
  expect(exitCode).toBe(7)
})

it('ends with 143 where it was told to stop', async () => {
  expect((await runCli(['once', '--json'], { stop: AbortSignal.abort('SIGTERM') })).exitCode).toBe(143)
})

it.each([
  [[], 5],
  [['--size', '8'], 8],
  [['--size', 'ETH=8'], 5],
  [['--size', '0.5'], 0.5],
])('sells under %j at most %d BTC at once, and risk lets it', async (flags, size) => {
  const { stdout } = await runCli(['once', '--json', '--underlying', 'BTC', '--deposit', 'BTC=20', ...flags])
  const { decision, verdict } = decisionRecordSchema.parse(JSON.parse(stdout))
  expect(decision?.proposal.params).toMatchObject({ size })
  expect(verdict?.allowed).toBe(true)
})

it('says in its help how much is sold at once by default', async () => {
  const { stdout } = await runCli(['once', '--help'])
  expect(stdout.replace(/\s+/g, ' ')).toContain('default: all free coins, at most 5 BTC or 50 ETH at once')
})

it.each([
  [{ MAX_SPREAD_TICKS: '0', MAX_SPREAD_IV: '0' }, /\d+ spread-too-wide/],
  [{ MIN_BID_SIZE: '1000000' }, /\d+ bid-size-too-small/],
  // The synthetic market tells none.
  [{ MIN_OPEN_INTEREST: '1000000' }, /\d+ open-interest-missing/],
  [{ IVRV_MIN: '100' }, /\d+ ivrv-too-low\): IV over RV is \d\.\d\d, below 100\.$/],
])('sells nothing under %j, and says why', async (env, words) => {
  const { stdout } = await runCli(['once', '--json', '--underlying', 'BTC'], { env })
  const { decision } = decisionRecordSchema.parse(JSON.parse(stdout))
  expect(decision?.proposal.action).toBe('DO_NOTHING')
  expect(decision?.proposal.reasoning).toMatch(words)
})

it('is the first cycle of a run', async () => {
  const once = await runCli(['once', '--json', '--underlying', 'ETH', '--seed', '7'])
  const run = await runCli(['run', '--for', '1h', '--json', '--underlying', 'ETH', '--seed', '7'])
  const [first = ''] = run.stdout.split('\n')
  const withoutRun = ({ decision, state }: DecisionRecord) => ({ decision, state })
  expect(withoutRun(JSON.parse(once.stdout))).toEqual(withoutRun(JSON.parse(first)))
})

it('tells the decision to a person', async () => {
  const { stdout } = await runCli(['once', '--underlying', 'BTC'])
  expect(stdout).toContain('SYNTHETIC market, seed 1')
  expect(stdout).toMatch(/OPEN +BTC-\S+ +2 /)
})

it('records like a run where a folder is named', async () => {
  for (const [args, env] of [
    [['--log-dir', 'one'], {}],
    [[], { LOG_DIR: 'one' }],
  ] as const) {
    const { exitCode, folder } = await runCli(['once', ...args], { env })
    expect(exitCode).toBe(0)
    expect(readdirSync(join(folder, 'one')).sort()).toEqual([
      'agent_decisions_20260102.jsonl',
      'intents.jsonl',
      'memory.json',
    ])
    expect((await runCli(['once', ...args], { env, folder })).exitCode).toBe(6)
    expect((await runCli(['once', ...args, '--fresh'], { env, folder })).exitCode).toBe(0)
  }
})

const recordings = inject('recordings')

describe.skipIf(recordings === null)('on a recorded chain of the real exchange', () => {
  const chains = join(recordings ?? '', 'fixtures/chains')
  const json = async (args: string[], env = {}) => {
    const result = await runCli(['once', '--venue', 'sim', '--json', ...args], { env })
    expect(result.stderr).toBe('')
    expect(result.exitCode).toBe(0)
    return decisionRecordSchema.parse(JSON.parse(result.stdout))
  }

  it.each(readdirSync(recordings === null ? '.' : chains).filter((name) => name.endsWith('.json')))(
    'sells a call that exists in %s',
    async (name) => {
      const { decision, state, verdict } = await json(['--market', join(chains, name)])
      const proposal = decision?.proposal
      expect(proposal?.action).toBe('OPEN_COVERED_CALL')
      const symbol = proposal?.action === 'OPEN_COVERED_CALL' ? proposal.params.symbol : ''
      expect(readFileSync(join(chains, name), 'utf8')).toContain(`"${symbol}"`)
      expect(state?.underlyings.map(({ currency }) => currency)).toEqual([name.slice(0, 3)])
      expect(verdict?.allowed).toBe(true)
    },
  )

  const btc = join(chains, 'BTC_20251230T173115Z.json')
  const eth = join(chains, 'ETH_20251230T173115Z.json')

  it('does nothing where no delta fits, and counts the rejected candidates by reason', async () => {
    const { decision, state } = await json(['--market', btc], { DELTA_MIN: '0', DELTA_MAX: '0.000001' })
    expect(decision?.proposal.action).toBe('DO_NOTHING')
    expect(state?.underlyings[0]?.rejectedCandidates).toContainEqual({
      reason: 'delta-too-high',
      count: expect.any(Number),
      limit: 0.000001,
      values: expect.any(Object),
    })
    expect(decision?.proposal.reasoning).toMatch(/\d+ delta-too-high/)
  })

  it('does nothing where IV over RV is asked for and missing', async () => {
    const { decision } = await json(['--market', btc], { IVRV_MIN: '1' })
    expect(decision?.proposal).toMatchObject({
      action: 'DO_NOTHING',
      reasoning: expect.stringContaining('IV over RV is missing (no history at this venue)'),
    })
  })

  it('takes two files for two coins', async () => {
    const { state } = await json(['--market', `${btc},${eth}`])
    expect(state?.underlyings.map(({ currency }) => currency)).toEqual(['BTC', 'ETH'])
  })

  it('takes the moment that --start names out of a CSV of many', async () => {
    const csv = join(recordings ?? '', 'data/deribit_chains_2026/BTC-2026-02.csv.gz')
    const { state, decision } = await json(['--market', csv, '--start', '2026-02-10'])
    expect(new Date(state?.timeMs ?? 0).toISOString()).toMatch(/^2026-02-09T21:38/)
    expect(decision?.proposal.action).toBe('OPEN_COVERED_CALL')
  })

  it.each([
    [['--underlying', 'ETH'], {}],
    [['--underlying', 'BTC,ETH'], {}],
    [[], { UNDERLYINGS: 'ETH' }],
  ])('ends with 2 where %j %j asks for a coin that the file does not have', async (args, env) => {
    const { exitCode, stderr } = await runCli(['once', '--market', btc, ...args], { env })
    expect(stderr).toContain('the recorded market has BTC only')
    expect(exitCode).toBe(2)
  })

  it('takes the coins of the file that the settings name, where nobody asked for the other on the command line', async () => {
    const { exitCode, stdout } = await runCli(['once', '--market', btc, '--json'], { env: { UNDERLYINGS: 'BTC,ETH' } })
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout).state.underlyings).toMatchObject([{ currency: 'BTC' }])
  })

  it('ends with 2 for run: one moment is no run', async () => {
    const { exitCode, stderr, folder } = await runCli(['run', '--market', btc, '--for', '1d'])
    expect(stderr).toContain('once')
    expect({ exitCode, files: readdirSync(folder) }).toEqual({ exitCode: 2, files: [] })
  })
})
