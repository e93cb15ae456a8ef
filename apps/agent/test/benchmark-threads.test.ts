import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BacktestResult } from '@cc/backtest'
import { build } from 'tsup'
import { beforeAll, expect, it } from 'vitest'
import config from '../tsup.config.js'
import { runCli } from './run-cli.js'
import { spawnCli } from './spawn-cli.js'
import { tempFolder } from './temp-folder.js'

/** What the bundle does not bring along is found from there. */
const cache = fileURLToPath(new URL('../node_modules/.cache', import.meta.url))
let bundle: string

beforeAll(async () => {
  mkdirSync(cache, { recursive: true })
  const outDir = mkdtempSync(join(cache, 'threads-'))
  await build({ ...config, config: false, outDir, silent: true, sourcemap: false })
  bundle = join(outDir, 'main.js')
  return () => rmSync(outDir, { recursive: true, force: true })
})

const MONTH = [
  'backtest',
  '--underlying',
  'BTC',
  '--from',
  '2026-01-02',
  '--to',
  '2026-01-30T12:00Z',
  '--every',
  '12h',
] as const

it('comes to the same with benchmarks in threads of the bundle as in turn from the sources', async () => {
  const args = [...MONTH, '--preset', 'weekly-25-delta', '--benchmarks', 'bxm,bxmc', '--out', 'o']
  const inTurn = await runCli(args)
  expect(inTurn.exitCode, inTurn.stderr).toBe(0)
  const folder = tempFolder()
  const inThreads = spawnCli(args, { bundle, folder })
  expect(await inThreads.exitCode(), inThreads.stderr()).toBe(0)
  const [one, other] = [inTurn.folder, folder].map((each) => readFileSync(join(each, 'o', 'result.json'), 'utf8'))
  expect(other).toBe(one)
  const { benchmarks } = (JSON.parse(one ?? '') as BacktestResult).underlyings.BTC ?? expect.fail()
  expect(benchmarks.map(({ name }) => name)).toEqual(['hold', 'bxm', 'bxmc'])
  expect(new Set(benchmarks.map(({ finalEquityCoin }) => finalEquityCoin)).size).toBe(3)
})
