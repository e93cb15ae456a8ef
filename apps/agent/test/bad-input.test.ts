import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { runCli } from './run-cli.js'
import { tempFolder } from './temp-folder.js'

const short = ['run', '--for', '2h', '--every', '1h']

it.each([
  [['--verson'], '--version'],
  [['run', '--frech'], '--fresh'],
  [['rum'], 'run'],
  [['run', 'fast'], 'too many arguments'],
  [['config'], 'print'],
  [['config', 'show'], 'show'],
  [[], 'Usage'],
  [['run', '--preset', 'bxn'], 'PRESET=bxn (--preset): expected bxm or bxmd'],
  [['run', '--yes'], '--yes'],
  [['backtests'], 'backtests'],
  [['run', '--for'], '--for'],
  [['run', '--for', '--fresh'], 'missing'],
  [['run', '--log-dir', '--fresh'], 'missing'],
  [['run', '--for', '30'], '30d'],
  [['run', '--for', '1h', '--for', '2h'], '--for is given twice'],
  [['run', '--for=1h', '--for=2h'], '--for is given twice'],
  [['run', '--dry-run', '--no-dry-run'], '--dry-run is given twice'],
  [['run', '--every', '0s'], '--every'],
  [['run', '--every', '2000d'], 'LOOP_INTERVAL_SEC=172800000 (--every)'],
  [['run', '--start', '2026-02-30'], 'a day from 2001'],
  [['run', '--seed', '1.5'], 'whole number'],
  [['run', '--seed', '-1'], 'whole number'],
  [['run', '--speed', 'fast'], 'real time'],
  [['run', '--size', '0'], 'coins'],
  [['run', '--deposit', 'DOGE=1'], 'BTC=2,ETH=20'],
  [['run', '--underlying', 'BTC', '--deposit', 'ETH=1'], 'only BTC'],
  [['run', '--underlying', 'DOGE'], 'UNDERLYINGS=DOGE (--underlying)'],
  [['run', '--venue', 'production'], 'VENUE=production (--venue)'],
  [['run', '--policy', 'random'], 'rules, llm'],
  [['run', '--market', 'none.json'], 'none.json'],
  [['run', '--market', 'chain.txt'], 'chain.txt'],
  [['run', '--market', '.'], 'not in this version'],
  [['run', '--config', 'none.json'], 'none.json'],
  [['run', '--port', '8080'], '--port'],
  [['sim', '--port', '65536'], '0 to 65535'],
  [['sim', '--port', '-1'], '0 to 65535'],
  [['sim', '--port', '080'], '0 to 65535'],
  [['sim', '--port', '8e3'], '0 to 65535'],
  [['sim', '--port', ''], 'missing'],
  [['sim', '--port', '1', '--port', '2'], '--port is given twice'],
  [['sim', '--client-secret', 'x'], '--client-secret'],
  [['sim', '--venue', 'sim'], '--venue'],
  [['once', '--transport', 'websocket'], 'add --venue testnet'],
  [['run', '--for', '1h', '--transport', 'http'], 'VENUE=sim (default)'],
  [['sim', '--size', '1'], '--size'],
  [['sim', '--fresh'], '--fresh'],
  [['sim', '--seed', '1.5'], 'whole number'],
  [['sim', '--market', 'none.json'], 'none.json'],
  [['sim', '--market', '.'], 'not in this version'],
  [['sim', '--underlying', 'ETH', '--deposit', 'BTC=1'], 'only ETH'],
  [['sim', 'now'], 'too many arguments'],
])('ends %j with 2 and says why', async (args, word) => {
  const { exitCode, stdout, stderr, folder } = await runCli(args)
  expect(stderr).toContain(word)
  expect({ exitCode, stdout, files: readdirSync(folder) }).toEqual({ exitCode: 2, stdout: '', files: [] })
})

it.each([
  [{ DELTA_MIN: '0.4' }, 'DELTA_MIN=0.4 (environment) is above DELTA_MAX=0.35 (default)'],
  [{ MAX_MARGIN_USED_PCT: '0.6' }, 'Percent is meant'],
  [{ DELTA_MXA: '0.3' }, 'Did you mean DELTA_MAX?'],
  [{ DERIBIT_BASE_URL: 'https://www.deribit.com' }, '"www.deribit.com"'],
  [{ DERIBIT_BASE_URL: 'https://test.deribit.com.evil.io' }, 'evil.io'],
  [{ DERIBIT_BASE_URL: 'http://localhost:8080' }, '--allow-loopback'],
])('ends with 2 under the settings %j', async (env, words) => {
  for (const command of [short, ['once'], ['config', 'print']]) {
    const { exitCode, stdout, stderr, folder } = await runCli(command, { env })
    expect(stderr).toContain(words)
    expect({ exitCode, stdout, files: readdirSync(folder) }).toEqual({ exitCode: 2, stdout: '', files: [] })
  }
})

const CSV_HEADER = 'ts,expiry,strike,cp,bid,ask,mark,iv,fwd,delta,oi,vol'

it.each<[string, Record<string, string>, string[]]>([
  ['chain.json', { 'chain.json': '' }, ['chain.json']],
  ['chain.json', { 'chain.json': '{"rows":' }, ['chain.json']],
  ['chain.json', { 'chain.json': '[]' }, ['chain.json']],
  ['BTC-x.csv', { 'BTC-x.csv': 'a,b\n1,2\n', 'snapshots.csv': '' }, ['BTC-x.csv']],
  [
    'BTC-x.csv',
    { 'BTC-x.csv': `${CSV_HEADER}\n1767116000,20260130,100000,C,0.01,0.02,0.015,44,90000,0.2,1,1\n` },
    ['BTC-x.csv', 'SNAPSHOTS'],
  ],
  [
    'BTC-x.csv',
    {
      'BTC-x.csv': `${CSV_HEADER}\n1767116000,20260130,100000,C,abc,0.02,0.015,44,90000,0.2,1,1\n`,
      'snapshots.csv': 'ts,utc,ccy,idx_first\n1767116000,x,BTC,90000\n',
    },
    ['BTC-x.csv', 'row 1', 'bid', 'abc'],
  ],
  ['BTC-x.csv.gz', { 'BTC-x.csv.gz': 'this is not gzip' }, ['BTC-x.csv.gz']],
])('ends with 2 on the malformed market file %s', async (name, files, words) => {
  const { exitCode, stdout, stderr, folder } = await runCli(['once', '--market', name], { files })
  for (const word of words) expect(stderr).toContain(word === 'SNAPSHOTS' ? join(folder, 'snapshots.csv.gz') : word)
  expect(stderr).not.toContain('a bug')
  expect({ exitCode, stdout, files: readdirSync(folder).sort() }).toEqual({
    exitCode: 2,
    stdout: '',
    files: Object.keys(files).sort(),
  })
})

it('ends with 2 on a gzip bomb of a market file', async () => {
  const folder = tempFolder()
  writeFileSync(join(folder, 'BTC-x.csv.gz'), gzipSync(Buffer.alloc(450_000_000)))
  const { exitCode, stderr } = await runCli(['once', '--market', 'BTC-x.csv.gz'], { folder })
  expect(stderr).toContain('BTC-x.csv.gz')
  expect(exitCode).toBe(2)
})

it.each<[string, (folder: string) => void, string]>([
  ['a file', (folder) => writeFileSync(join(folder, 'logs'), ''), 'not a folder'],
  ['a link', (folder) => symlinkSync(tempFolder(), join(folder, 'logs')), 'not a folder'],
  ['a dangling link', (folder) => symlinkSync(join(folder, 'none'), join(folder, 'logs')), 'not a folder'],
  [
    'somebody else’s folder',
    (folder) => {
      mkdirSync(join(folder, 'logs'))
      writeFileSync(join(folder, 'logs', 'thesis.tex'), '')
    },
    'thesis.tex',
  ],
  [
    'somebody else’s folder with a lock, a halt and a memory in it',
    (folder) => {
      mkdirSync(join(folder, 'logs'))
      for (const name of ['agent.lock', 'agent.lock.old', 'HALT', 'memory.json', 'thesis.tex']) {
        writeFileSync(join(folder, 'logs', name), '')
      }
    },
    'is no log folder',
  ],
  [
    'a folder in which everybody may write',
    (folder) => {
      mkdirSync(join(folder, 'logs'))
      chmodSync(join(folder, 'logs'), 0o777)
    },
    'every user of this machine may write in it',
  ],
])('ends with 6 where the log folder is %s, and leaves it as it is', async (_, plant, words) => {
  const folder = tempFolder()
  plant(folder)
  const before = readdirSync(folder, { recursive: true })
  for (const flags of [[], ['--fresh']]) {
    const { exitCode, stdout, stderr } = await runCli([...short, ...flags], { folder })
    expect(stderr).toContain(words)
    expect({ exitCode, stdout }).toEqual({ exitCode: 6, stdout: '' })
  }
  expect(readdirSync(folder, { recursive: true })).toEqual(before)
})

it.each(['/proc/logs', '/dev/null/logs', '/dev/null'])('ends with 6 for the log folder %s', async (logDir) => {
  const { exitCode, stdout, stderr } = await runCli([...short, '--log-dir', logDir])
  expect(stderr).toContain(logDir)
  expect({ exitCode, stdout }).toEqual({ exitCode: 6, stdout: '' })
})

it.skipIf(process.getuid?.() === 0)('ends with 6 in a folder that takes no files', async () => {
  const folder = tempFolder()
  mkdirSync(join(folder, 'logs'))
  chmodSync(join(folder, 'logs'), 0o500)
  expect((await runCli(short, { folder })).exitCode).toBe(6)
})

it('refuses a recorded chain for run, and flags that a recorded chain has no use for', async () => {
  const files = { 'chain.json': '{}' }
  for (const [args, word] of [
    [['once', '--market', 'chain.json', '--seed', '2'], '--seed'],
    [['once', '--market', 'chain.json', '--start', '2026-01-02'], '--start'],
    [['once', '--market', 'chain.json', '--speed', '2'], '--speed'],
  ] as const) {
    const { exitCode, stderr } = await runCli(args, { files })
    expect(stderr).toContain(word)
    expect(exitCode).toBe(2)
  }
})

it('leaves no log folder behind after a usage error', async () => {
  const { folder } = await runCli([...short, '--market', 'none.json'])
  expect(existsSync(join(folder, 'logs'))).toBe(false)
})
