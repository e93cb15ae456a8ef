import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BacktestResult } from '@cc/backtest'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { ALONE, backtest, FORTNIGHT, resultIn, tree, WEEKLY } from './backtest-runs.js'
import { type CliResult, runCli } from './run-cli.js'
import { lastingFolder, tempFolder } from './temp-folder.js'

const recordings = inject('recordings')

/** A run that many tests look at. */
const place = lastingFolder()
const out = join(place, 'run')
let whole: CliResult
beforeAll(async () => {
  const flags = [...FORTNIGHT, ...WEEKLY, '--benchmarks', 'bxm-hedged', '--out', 'run']
  whole = await backtest(flags, { folder: place })
  expect(whole.exitCode, whole.stderr).toBe(0)
})

describe('ccagent backtest', () => {
  it('says what came of it, in lines for a terminal of eighty characters', async () => {
    const lines = whole.stdout.split('\n')
    expect(lines.slice(0, 2)).toEqual([
      'Backtest: weekly-25-delta, synthetic market, seed 1: no price in it is real.',
      expect.stringMatching(/^Sold at the bid; \d+ decisions\.$/),
    ])
    expect(whole.stdout).toContain(
      'BTC, 2026-01-02 00:00 to 2026-01-17 00:00 UTC\n  No evidence that selling calls helped',
    )
    const { finalEquityCoin, benchmarks } = resultIn(out).underlyings.BTC ?? expect.fail()
    expect(whole.stdout).toMatch(new RegExp(`^  weekly-25-delta \\(this run\\) +${finalEquityCoin.toFixed(4)} `, 'm'))
    expect(benchmarks.map(({ name }) => name)).toEqual(['hold', 'bxm-hedged (no funding)'])
    for (const { name } of benchmarks) expect(lines.some((line) => line.startsWith(`  ${name} `))).toBe(true)
    expect(whole.stderr).toBe(
      `ccagent: log, result.json, report.html, ${Object.keys(tree(out))
        .filter((name) => name.endsWith('.csv'))
        .sort((a, b) => whole.stderr.indexOf(a) - whole.stderr.indexOf(b))
        .join(', ')} are in ${out}\n`,
    )
  })

  it('keeps to the width of the terminal', async () => {
    let stdout = ''
    await narrow(['report', 'run'], (text) => {
      stdout += text
    })
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
  })

  it('prints one JSON document with --json and nothing else, which is result.json', async () => {
    const { exitCode, stdout, folder } = await backtest([...FORTNIGHT, ...ALONE, '--json', '--out', 'o'])
    expect(exitCode).toBe(0)
    expect(stdout).toBe(readFileSync(join(folder, 'o', 'result.json'), 'utf8'))
    const { underlyings, run } = JSON.parse(stdout) as BacktestResult
    expect(Object.keys(underlyings)).toEqual(['BTC'])
    expect(underlyings.BTC?.depositCoin).toBe(2)
    expect(underlyings.BTC?.finalEquityUsd).toBeGreaterThan(0)
    expect(run).toMatchObject({ preset: null, policy: 'rules', fill: 'cross', seed: 1 })
  })

  it('writes the same bytes into every file for the same command, wherever', async () => {
    const folder = tempFolder()
    const again = await backtest([...FORTNIGHT, ...WEEKLY, '--benchmarks', 'bxm-hedged', '--out', 'elsewhere'], {
      folder,
      env: { LOG_DIR: '/another/place', COLUMNS: '200' },
    })
    expect(again.stdout).toBe(whole.stdout)
    expect(tree(join(folder, 'elsewhere'))).toEqual(tree(out))
  })

  it('names its folder after what was run, and fills it anew when that is run again', async () => {
    const first = await backtest([...FORTNIGHT, ...ALONE])
    const [name = '', ...others] = readdirSync(join(first.folder, 'backtests'))
    expect([name, others]).toEqual([expect.stringMatching(/^rules-[0-9a-f]{16}$/), []])
    const files = tree(join(first.folder, 'backtests', name))
    expect((await backtest([...FORTNIGHT, ...ALONE], { folder: first.folder })).exitCode).toBe(0)
    expect(tree(join(first.folder, 'backtests', name))).toEqual(files)
    const env = { DELTA_MAX: '0.3' }
    expect((await backtest([...FORTNIGHT, ...ALONE], { folder: first.folder, env })).exitCode).toBe(0)
    expect(readdirSync(join(first.folder, 'backtests'))).toHaveLength(2)
  })

  it('keeps a log that verifies, and of which every decision is made again', async () => {
    expect((await runCli(['logs', 'verify', join(out, 'log')])).exitCode).toBe(0)
    const { exitCode, stdout } = await runCli(['replay', join(out, 'log'), '--json'])
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ differences: [], reworded: 0, changes: [] })
    expect(JSON.parse(stdout).same).toBeGreaterThan(40)
  })

  it('tells a command line that does the same again', async () => {
    const env = {
      DELTA_MIN: '0.15',
      IVRV_MIN: '0.5',
      OBJECTIVE: 'usd',
      LOG_DIR: '/some/where',
      LOOP_INTERVAL_SEC: '60',
    }
    const flags = [
      ...FORTNIGHT,
      '--size',
      '0.7',
      '--fill',
      'mid',
      '--seed',
      '9',
      '--sell-beyond-end',
      '--deposit',
      'BTC=3',
    ]
    const first = await backtest([...flags, ...ALONE, '--out', 'a'], { env })
    expect(first.exitCode, first.stderr).toBe(0)
    const { run } = resultIn(join(first.folder, 'a'))
    const { variables, args } = parsed(run.reproduce ?? '')
    expect(variables).toEqual({ DELTA_MIN: '0.15', IVRV_MIN: '0.5', OBJECTIVE: 'usd' })
    const second = await runCli([...args, '--out', 'b'], { env: variables, folder: first.folder })
    expect(second.exitCode, second.stderr).toBe(0)
    expect(tree(join(first.folder, 'b'))).toEqual(tree(join(first.folder, 'a')))
  })

  it('leaves no result where it was stopped, and ends with 130', async () => {
    const folder = tempFolder()
    const stop = new AbortController()
    // The log begins before the first decision, and the run goes on for a while.
    const watch = setInterval(() => {
      if (existsSync(join(folder, 'o', 'log', 'agent_decisions_20260103.jsonl'))) stop.abort('SIGINT')
    }, 1)
    const { exitCode, stdout } = await backtest(['--to', '2026-03-01', '--out', 'o', ...ALONE], {
      folder,
      stop: stop.signal,
    })
    clearInterval(watch)
    expect({ exitCode, stdout }).toEqual({ exitCode: 130, stdout: '' })
    expect(readdirSync(join(folder, 'o'))).toEqual(['log'])
    expect((await runCli(['logs', 'verify', join(folder, 'o', 'log')])).exitCode).toBe(0)
    expect((await runCli(['report', join(folder, 'o')])).exitCode).toBe(2)
  })
})

describe('a folder of another backtest', () => {
  it('is taken with --fresh, and nothing of that is left', async () => {
    const folder = tempFolder({ 'o/result.json': '{}', 'o/odd.csv': '', 'o/log/agent_decisions_20260101.jsonl': '' })
    const { exitCode } = await backtest(
      [...FORTNIGHT, ...WEEKLY, '--benchmarks', 'bxm-hedged', '--out', 'o', '--fresh'],
      {
        folder,
      },
    )
    expect(exitCode).toBe(0)
    expect(tree(join(folder, 'o'))).toEqual(tree(out))
  })
})

describe('settings of a backtest', () => {
  async function ran(args: readonly string[], env: Record<string, string>) {
    const { exitCode, stdout, stderr } = await backtest([...FORTNIGHT, ...ALONE, '--json', ...args], { env })
    expect(exitCode, stderr).toBe(0)
    return (JSON.parse(stdout) as BacktestResult).run
  }

  it('are those of a run', async () => {
    const env = { DELTA_MAX: '0.2', MAX_ORDER_USD: '50000', TAKE_PROFIT: '0.8' }
    const { configuration } = await ran(['--size', '1.5'], env)
    expect(configuration).toMatchObject({
      screening: { deltaMin: 0.1, deltaMax: 0.2 },
      limits: { delta: { max: 0.2 }, maxOrderUsd: 50_000, maxOrderCoin: { BTC: 1.5 } },
      rules: { closeWhen: { pnl: 0.8 }, maxSizeCoin: { BTC: 1.5 } },
    })
  })

  it('name a preset in the environment, and change it', async () => {
    const run = await ran([], { PRESET: 'weekly-10-delta', DELTA_MAX: '0.2' })
    expect(run.preset).toBe('weekly-10-delta')
    expect(run.configuration).toMatchObject({ screening: { deltaMin: 0.04, deltaMax: 0.2 } })
  })

  it('sell the whole deposit where nobody says otherwise', async () => {
    const { configuration } = await ran(['--deposit', 'BTC=500'], {})
    expect(configuration).toMatchObject({ limits: { maxOrderUsd: 1e9, maxOrderCoin: { BTC: 500 } } })
  })

  it('have no say in what it is compared with', async () => {
    const flags = [...FORTNIGHT, ...WEEKLY, '--benchmarks', 'weekly-25-delta', '--json']
    const { stdout } = await backtest(flags, { env: { DELTA_MIN: '0.1', DELTA_MAX: '0.2' } })
    const { underlyings } = JSON.parse(stdout) as BacktestResult
    const published = resultIn(out).underlyings.BTC
    const other = underlyings.BTC?.benchmarks.find(({ name }) => name === 'weekly-25-delta')
    expect(other?.finalEquityCoin).toBe(published?.finalEquityCoin)
    expect(other?.finalEquityCoin).not.toBe(underlyings.BTC?.finalEquityCoin)
  })
})

describe('ccagent report', () => {
  it('writes the files of a backtest again, and says the same', async () => {
    const folder = tempFolder()
    const result = readFileSync(join(out, 'result.json'), 'utf8')
    mkdirSync(join(folder, 'r'))
    writeFileSync(join(folder, 'r', 'result.json'), result)
    const { exitCode, stdout } = await runCli(['report', 'r'], { folder })
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: whole.stdout })
    const { log: _, ...files } = Object.fromEntries(
      Object.entries(tree(out)).filter(([name]) => !name.startsWith('log/')),
    )
    expect(tree(join(folder, 'r'))).toEqual(files)
    expect((await runCli(['report', 'r', '--json'], { folder })).stdout).toBe(result)
  })

  it.each([
    ['nowhere', {}, 'nowhere is no folder of a backtest'],
    ['r', { 'r/result.json': 'half of' }, 'r is no folder of a backtest'],
    ['r', { 'r/result.json': '{"schemaVersion":2}' }, 'expected a result of schema version 1, got 2'],
  ])('refuses %s with %j, with 2', async (named, files, message) => {
    const { exitCode, stderr } = await runCli(['report', named], { folder: tempFolder(files) })
    expect(stderr).toContain(message)
    expect(exitCode).toBe(2)
  })
})

describe.skipIf(recordings === null)('on recorded chains', () => {
  it('comes to what an independent engine came to, with a log that replays', async () => {
    const folder = tempFolder()
    const flags = [
      ...['--data', join(recordings as string, 'data'), '--underlying', 'BTC', ...WEEKLY, '--deposit', 'BTC=10'],
      ...['--from', '2026-01-02', '--to', '2026-05-31', '--fill', 'cross', '--json', '--out', 'o', ...ALONE],
    ]
    const { exitCode, stdout, stderr } = await backtest(flags, {
      folder,
      env: { XDG_CACHE_HOME: join(folder, 'cache') },
    })
    expect(exitCode, stderr).toBe(0)
    const { underlyings, run } = JSON.parse(stdout) as BacktestResult
    expect(underlyings.BTC?.finalEquityCoin).toBeCloseTo(10.55, 3)
    expect(run.history).toMatchObject({ kind: 'recorded', currencies: ['BTC'] })
    expect((await runCli(['replay', join(folder, 'o', 'log')])).exitCode).toBe(0)
  })
})

it('has every flag of its commands in the README, and no other', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const section = readme.split('## A backtest\n')[1]?.split('\n## ')[0] ?? ''
  const helps = await Promise.all(
    [['backtest'], ['report'], ['sweep'], ['data', 'fetch']].map((command) => runCli([...command, '--help'])),
  )
  const flagsIn = (text: string) => new Set(text.match(/--[a-z]+(-[a-z]+)*/g))
  const known = flagsIn(helps.map(({ stdout }) => stdout).join('\n'))
  // `pnpm --silent` is pnpm's.
  expect([...flagsIn(section)].filter((flag) => flag !== '--silent' && !known.has(flag))).toEqual([])
  for (const flag of flagsIn(helps[0]?.stdout.split('Options:')[1] ?? '')) {
    if (!['--help', '--verbose', '--config', '--seed', '--underlying'].includes(flag)) expect(section).toContain(flag)
  }
})

/** Runs a command in a terminal of eighty characters. */
async function narrow(args: readonly string[], onOutput: (text: string) => void): Promise<void> {
  const { main } = await import('../src/cli.js')
  await main(args, {
    stdout: { write: onOutput, columns: 80 },
    stderr: { write: () => {} },
    env: {},
    folder: place,
    stop: new AbortController().signal,
    paint: (_, text) => text,
  })
}

/** A command line without quotes: its variables, and its arguments behind `ccagent`. */
function parsed(line: string): { variables: Record<string, string>; args: string[] } {
  const [before = '', after = ''] = line.split('ccagent ')
  const variables = before.split(' ').flatMap((word) => (word === '' ? [] : [word.split('=')]))
  return { variables: Object.fromEntries(variables), args: after.split(' ') }
}
