import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'tsup'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import config from '../tsup.config.js'
import { runCli } from './run-cli.js'
import { spawnCli } from './spawn-cli.js'
import { tempFolder } from './temp-folder.js'

const SPAN = ['--underlying', 'BTC', '--from', '2026-01-02', '--to', '2026-01-18', '--every', '12h']
const GRID = ['--preset', 'weekly-25-delta', '--grid', 'target.delta=0.15,0.3', '--grid', 'fill=cross,mid']
const recordings = inject('recordings')

describe('ccagent sweep', () => {
  it('runs a grid, goes on where it was, and comes to the same bytes', async () => {
    const { exitCode, stdout, stderr, folder } = await runCli(['sweep', ...SPAN, ...GRID, '--json'])
    expect(exitCode, stderr).toBe(0)
    const result = JSON.parse(stdout)
    expect(result.jobs.map(({ configuration }: { configuration: unknown }) => configuration)).toEqual([
      { 'target.delta': '0.15', fill: 'cross' },
      { 'target.delta': '0.15', fill: 'mid' },
      { 'target.delta': '0.3', fill: 'cross' },
      { 'target.delta': '0.3', fill: 'mid' },
    ])
    expect(result.underlyings.BTC.trials).toBe(4)
    // Each sells, however far its delta lies from that of the preset.
    for (const { underlyings } of result.jobs) expect(underlyings.BTC.sales).toBeGreaterThan(0)
    expect(stderr).toContain('ccagent: sweep: 4 of 4 runs done\n')

    const [name = ''] = readdirSync(join(folder, 'sweeps'))
    expect(readdirSync(join(folder, 'sweeps', name)).sort()).toEqual(['jobs', 'sweep.csv', 'sweep.json'])
    expect(readFileSync(join(folder, 'sweeps', name, 'sweep.json'), 'utf8')).toBe(stdout)
    const jobs = join(folder, 'sweeps', name, 'jobs')
    const [first = '', second = ''] = readdirSync(jobs)
    writeFileSync(join(jobs, first), readFileSync(join(jobs, first), 'utf8').slice(0, 100))
    rmSync(join(jobs, second))
    const listed = await runCli(['sweep', ...SPAN, ...GRID, '--dry-run'], { folder })
    expect(listed.stdout.match(/^(done|open) /gm)?.sort()).toEqual(['done ', 'done ', 'open ', 'open '])
    expect(listed.stdout).toContain('4 runs, 2 left to do.\n')
    const again = await runCli(['sweep', ...SPAN, ...GRID, '--json'], { folder })
    expect(again.stdout).toBe(stdout)
    expect(again.stderr).toContain('2 of them before')
  })

  it('is a table for people, with those first whose calls made most', async () => {
    const { stdout } = await runCli(['sweep', ...SPAN, '--grid', 'preset=weekly-10-delta,always-atm,weekly-25-delta'])
    expect(stdout).toMatch(/^Sweep: 3 runs through synthetic market, seed 1/)
    expect(stdout).toContain('BTC, 2026-01-02 00:00 to')
    expect(stdout).toContain('3 runs tried.')
    const made = [...stdout.matchAll(/^ {2}preset=\S+ +[\d.]+ +([+-]?[\d.]+)/gm)].map(([, value]) => Number(value))
    expect(made).toHaveLength(3)
    expect(made).toEqual(made.toSorted((a, b) => b - a))
  })

  it('comes to what a backtest of the same settings comes to', async () => {
    const swept = await runCli(['sweep', ...SPAN, '--grid', 'DELTA_MAX=0.3', '--grid', 'TAKE_PROFIT=0.5', '--json'])
    const { stdout, stderr } = await runCli(['backtest', ...SPAN, '--benchmarks', 'none', '--json'], {
      env: { DELTA_MAX: '0.3', TAKE_PROFIT: '0.5' },
    })
    const [job] = JSON.parse(swept.stdout).jobs
    const { BTC } = JSON.parse(stdout, undefined).underlyings
    expect(job.underlyings.BTC, stderr).toMatchObject({
      finalEquityCoin: BTC.finalEquityCoin,
      overlayFall: BTC.overlayFall,
      ...{ coin: BTC.coin, usd: BTC.usd, sales: BTC.calls.sales },
    })
    expect(BTC.calls.sales).toBeGreaterThan(0)
  })

  it.each([
    ['a parameter that there is not', ['--grid', 'colour=red,blue'], '--grid colour: expected preset, fill'],
    ['an option that the rules do not have', ['--grid', 'target.gamma=1,2'], 'the rules have no option target.gamma'],
    ['an option out of its range', ['--grid', 'target.delta=0.2,7'], '--grid target.delta=7: '],
    ['a setting out of its range', ['--grid', 'DELTA_MAX=0.2,7'], 'DELTA_MAX=7 (environment): expected'],
    ['a preset that there is not', ['--grid', 'preset=bxm,bxx'], 'PRESET=bxx'],
    ['a fill that there is not', ['--grid', 'fill=best'], '--grid fill=best: expected of cross, mid, passive.'],
    ['a preset twice', ['--preset', 'bxm', '--grid', 'preset=bxm'], '--preset and --grid preset'],
    ['a parameter without values', ['--grid', 'preset='], 'Expected a parameter and values'],
    ['a value twice', ['--grid', 'preset=bxm,bxm'], 'bxm is there twice'],
    ['a parameter twice', ['--grid', 'preset=bxm', '--grid', 'preset=bxmd'], 'preset is given twice'],
    ['no worker', ['--workers', '0'], 'Expected a whole number, 1 to 256'],
  ])('refuses %s', async (_what, args, message) => {
    const { exitCode, stderr } = await runCli(['sweep', ...SPAN, ...args])
    expect(stderr).toContain(message)
    expect(exitCode).toBe(2)
  })
})

describe('ccagent backtest --verify-causality', () => {
  it('says of each moment that decisions do not know what comes after', async () => {
    const { exitCode, stdout, stderr, folder } = await runCli([
      ...['backtest', ...SPAN, '--preset', 'weekly-25-delta', '--verify-causality'],
    ])
    expect(exitCode, stderr).toBe(0)
    const lines = stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(4)
    for (const line of lines.slice(0, 3)) expect(line).toMatch(/: \d+ decisions?, the same whatever comes after$/)
    expect(lines[3]).toBe('weekly-25-delta: no decision knows what comes after it.')
    expect(existsSync(join(folder, 'backtests'))).toBe(false)
  })

  it.skipIf(recordings === null)('verifies recorded chains, as JSON', async () => {
    const { exitCode, stdout, stderr } = await runCli([
      ...['backtest', '--data', join(recordings ?? '', 'data'), '--underlying', 'BTC', '--no-cache'],
      ...['--from', '2026-02-01', '--to', '2026-02-14', '--preset', 'bxmw', '--verify-causality', '--json'],
    ])
    expect(exitCode, stderr).toBe(0)
    const { passed, moments, strategy } = JSON.parse(stdout)
    expect({ passed, strategy }).toEqual({ passed: true, strategy: 'bxmw' })
    expect(moments).toHaveLength(3)
  })
})

it('sweeps in threads of the bundle, with one worker as with two', async () => {
  const cache = fileURLToPath(new URL('../node_modules/.cache', import.meta.url))
  mkdirSync(cache, { recursive: true })
  const outDir = mkdtempSync(join(cache, 'bundle-'))
  onTestFinished(() => rmSync(outDir, { recursive: true, force: true }))
  await build({ ...config, config: false, outDir, silent: true, sourcemap: false })
  const texts: string[] = []
  for (const workers of ['1', '2']) {
    const folder = tempFolder()
    const args = ['sweep', ...SPAN, ...GRID, '--workers', workers, '--json']
    const swept = spawnCli(args, { bundle: join(outDir, 'main.js'), folder })
    expect(await swept.exitCode(), swept.stderr()).toBe(0)
    texts.push(swept.stdout())
  }
  expect(texts[1]).toBe(texts[0])
  expect(JSON.parse(texts[0] ?? '').jobs).toHaveLength(4)
})
