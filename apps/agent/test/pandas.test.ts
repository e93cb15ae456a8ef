import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { runCli } from './run-cli.js'
import { tempFolder } from './temp-folder.js'

const PYTHON = '/usr/bin/python3'
const hasPandas = spawnSync(PYTHON, ['-c', 'import pandas']).status === 0
if (!hasPandas) console.warn(`${PYTHON} has no pandas: the README's lines for it are not tried.`)

const readme = readFileSync(fileURLToPath(new URL('../../../packages/logging/README.md', import.meta.url)), 'utf8')
const [, script = ''] = /```python\n(.*?)```/s.exec(readme) ?? []

describe.skipIf(!hasPandas)("the README's lines for pandas", () => {
  it('read what was exported', async () => {
    const folder = tempFolder()
    await runCli(['run', '--for', '2d', '--every', '1h', '--log-dir', 'logs'], { folder })
    const rows = new Map<string, number>()
    for (const table of ['flat', 'trajectory']) {
      const { stdout } = await runCli(['data', 'export', 'logs', '--table', table, '--format', 'csv', '--json'], {
        folder,
      })
      rows.set(table, JSON.parse(stdout).rows)
    }
    const { status, stdout, stderr } = spawnSync(PYTHON, ['-c', script], { cwd: folder, encoding: 'utf8' })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const counted = [...stdout.matchAll(/^(?:BTC|ETH)? +[A-Z_]+ +(\d+)$/gm)].map(([, count]) => Number(count))
    expect(counted.reduce((sum, count) => sum + count, 0)).toBe(rows.get('flat'))
    const header = readFileSync(join(folder, 'logs/export/trajectory.csv'), 'utf8').split('\n', 1)[0] ?? ''
    const observed = header.split(',').filter((name) => name.startsWith('obs'))
    expect(stdout).toContain(`(${Number(rows.get('trajectory')) - 1}, ${observed.length}) 123`)
  })
})
