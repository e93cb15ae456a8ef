import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { BacktestResult } from '@cc/backtest'
import { describe, expect, it } from 'vitest'
import { ALONE, backtest, FORTNIGHT, tree } from './backtest-runs.js'
import { tempFolder } from './temp-folder.js'

describe('what a backtest refuses', () => {
  it.each([
    [['--preset', 'weekly-33-delta'], {}, 'PRESET=weekly-33-delta (--preset): expected bxm or '],
    [['--data', 'nowhere'], {}, '--data nowhere: expected synthetic, or a folder'],
    [['--data', 'file.csv'], {}, '--data file.csv: expected synthetic, or a folder'],
    [['--data', 'empty'], {}, 'empty'],
    [['--data', 'empty', '--model'], {}, '--model needs --from and --to.'],
    [
      ['--model', '--from', '2026-01-02', '--to', '2026-01-03'],
      {},
      '--model reconstructs quotes from the bars of a folder',
    ],
    [['--underlying', 'BTC', '--deposit', 'BTC=1,ETH=2'], {}, '--deposit ETH: only BTC are traded here.'],
    [['--deposit', 'BTC=1'], {}, '--deposit: expected coins of ETH too'],
    [['--deposit', 'BTC=1,ETH=0'], {}, '--deposit: expected coins of ETH too'],
    [['--underlying', 'BTC,SOL'], {}, 'UNDERLYINGS=BTC,SOL (--underlying): expected BTC, ETH or BTC,ETH.'],
    [['--from', '2026-02-01', '--to', '2026-01-10'], {}, '--from must be before --to.'],
    [['--every', '30s'], {}, '--every: expected a minute or more.'],
    [['--data', 'chains', '--underlying', 'ETH'], {}, 'has no snapshot of ETH'],
    [['--data', 'chains', '--from', '2027-01-01'], {}, 'has no snapshot from 2027-01-01'],
    [['--data', 'unsorted'], {}, 'chains.csv row 2 ts: expected no time before 2026-01-02T09:00:00.000Z'],
    [[], { LLM_ENABLED: 'true' }, 'A backtest decides by rules: a model knows the past.'],
    [[], { DELTA_MAX: '20' }, 'DELTA_MAX=20 (environment)'],
    [[], { DELTA_MXA: '0.2' }, 'DELTA_MXA'],
  ])('%j under %j, with 2', async (args, env, message) => {
    const files = { 'chains/chains.csv': chains(9, 10), 'unsorted/chains.csv': chains(9, 8), 'file.csv': '' }
    const folder = tempFolder(files)
    mkdirSync(join(folder, 'empty'))
    const { exitCode, stdout, stderr } = await backtest([...args, ...ALONE, '--no-cache'], { env, folder })
    expect(stderr).toContain(message)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(readdirSync(folder).sort()).toEqual(['chains', 'empty', 'file.csv', 'unsorted'])
  })

  it.each([
    { files: { 'o/notes.txt': 'mine' }, args: ['--fresh'], message: 'is no folder of a backtest: it holds notes.txt' },
    { files: { 'o/result.json': '{}' }, args: [], message: 'holds another backtest. Use --fresh to delete it' },
    { files: { o: 'a file' }, args: ['--fresh'], message: 'cannot be used' },
  ])('a folder that holds $files without touching it, with 6', async ({ files, args, message }) => {
    const folder = tempFolder(files)
    const before = tree(folder)
    const { exitCode, stdout, stderr } = await backtest([...FORTNIGHT, ...ALONE, '--out', 'o', ...args], { folder })
    expect(stderr).toContain(message)
    expect({ exitCode, stdout }).toEqual({ exitCode: 6, stdout: '' })
    expect(tree(folder)).toEqual(before)
  })
})

describe('rows that cannot be true', () => {
  it('are left out and counted with --bad-rows skip', async () => {
    const files = { "it's here/chains.csv": chains(9, 8, 10) }
    const { exitCode, stdout } = await backtest(['--data', "it's here", '--bad-rows', 'skip', '--json', ...ALONE], {
      folder: tempFolder(files),
      env: { XDG_CACHE_HOME: tempFolder() },
    })
    expect(exitCode).toBe(0)
    const { history, reproduce } = (JSON.parse(stdout) as BacktestResult).run
    expect(history.badRows).toMatchObject({ count: 1, first: [{ file: 'chains.csv', row: 2, field: 'ts' }] })
    expect(reproduce).toContain(`ccagent backtest --data 'it'\\''s here' --underlying BTC `)
  })
})

/** A quote of one call at each of these hours, in the plain format. */
function chains(...hours: readonly number[]): string {
  const rows = hours.map(
    (hour) =>
      `2026-01-02T${String(hour).padStart(2, '0')}:00:00Z,BTC,2026-01-09,100000,C,0.01,0.011,0.0105,0.45,90000,90000,1,1`,
  )
  return `${['ts,currency,expiry,strike,cp,bid,ask,mark,iv,fwd,index,oi,vol', ...rows].join('\n')}\n`
}
