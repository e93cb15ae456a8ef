import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { runCli } from './run-cli.js'
import { tempFolder } from './temp-folder.js'

const FILE = 'agent_decisions_20260102.jsonl'
let source: readonly { name: string; text: string }[]

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'logs-'))
  const { exitCode } = await runCli(['run', '--for', '6h', '--every', '1h', '--log-dir', folder], { folder })
  expect(exitCode).toBe(0)
  source = readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }))
  rmSync(folder, { recursive: true })
})

/** The log of a short run, in a folder of its own. */
function logOfRun(): string {
  const folder = tempFolder()
  for (const { name, text } of source) writeFileSync(join(folder, name), text, { mode: 0o600 })
  return folder
}

function breakLine(folder: string, lineNumber: number): void {
  const path = join(folder, FILE)
  const lines = readFileSync(path, 'utf8').split('\n')
  lines[lineNumber - 1] = lines[lineNumber - 1]?.replace('"cycle":', '"cycle" :') ?? ''
  writeFileSync(path, lines.join('\n'))
}

const logs = (...args: string[]) => runCli(['logs', ...args], { folder: tempFolder() })

describe('logs verify', () => {
  it('says that the log of a run is whole, and where it ends', async () => {
    const { exitCode, stdout } = await logs('verify', logOfRun())
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(
      /^decisions: \d+ lines in 1 file, whole, up to seq \d+ [0-9a-f]{16}\nintents: \d+ lines in 1 file, whole, .*\n$/,
    )
  })

  it('names the first line that is not what was written, and ends with 6', async () => {
    const folder = logOfRun()
    breakLine(folder, 3)
    const { exitCode, stdout } = await logs('verify', folder)
    expect(exitCode).toBe(6)
    expect(stdout).toContain(`decisions: 2 lines in 1 file, then broken: ${FILE}, line 3 (byte `)
    const json = await logs('verify', folder, '--json')
    expect(json.exitCode).toBe(6)
    expect(JSON.parse(json.stdout).logs[0].firstBad).toMatchObject({ file: FILE, lineNumber: 3 })
  })

  it('takes an unfinished last line for what it is', async () => {
    const folder = logOfRun()
    appendFileSync(join(folder, FILE), '{"kind":"dec')
    const { exitCode, stdout } = await logs('verify', folder)
    expect(exitCode).toBe(0)
    expect(stdout).toContain(`; ${FILE} ends in 12 bytes of a line that was never done`)
  })

  it.each([['none'], [FILE]])('refuses what is no folder: %s', async (name) => {
    const { exitCode, stderr } = await logs('verify', join(logOfRun(), name))
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/ is no folder\.\n$/)
  })
})

describe('logs recover', () => {
  it('has nothing to do with a log that is whole', async () => {
    const folder = logOfRun()
    const before = readdirSync(folder)
    expect(await logs('recover', folder)).toMatchObject({ exitCode: 0, stdout: 'Nothing was broken.\n' })
    expect(readdirSync(folder)).toEqual(before)
  })

  it('puts an unfinished last line aside, and the log is whole', async () => {
    const folder = logOfRun()
    appendFileSync(join(folder, FILE), '{"kind":"dec')
    const { exitCode, stdout } = await logs('recover', folder)
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: `${FILE}: an unfinished last line, 12 bytes, is in ${FILE}.torn-1 now.\n`,
    })
    expect(readFileSync(join(folder, `${FILE}.torn-1`), 'utf8')).toBe('{"kind":"dec')
    expect((await logs('verify', folder)).stdout).not.toContain('never done')
  })

  it('touches a broken log only when told to quarantine', async () => {
    const folder = logOfRun()
    breakLine(folder, 3)
    const before = readFileSync(join(folder, FILE), 'utf8')
    const refused = await logs('recover', folder)
    expect(refused).toMatchObject({ exitCode: 6, stdout: '' })
    expect(refused.stderr).toContain('line 3 does not fit its hash')
    expect(refused.stderr).toContain('--quarantine puts it aside, with all that follows.')
    expect(readFileSync(join(folder, FILE), 'utf8')).toBe(before)

    const { exitCode, stdout } = await logs('recover', folder, '--quarantine', '--json')
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout).recoveries).toMatchObject([{ what: 'quarantine', movedTo: `${FILE}.quarantined-1` }])
    expect(await logs('verify', folder)).toMatchObject({ exitCode: 0 })
    const kept = readFileSync(join(folder, FILE), 'utf8').split('\n').slice(0, 2)
    expect(kept).toEqual(before.split('\n').slice(0, 2))
  })

  it('waits for no agent: a folder in use is refused', async () => {
    const folder = logOfRun()
    writeFileSync(join(folder, 'agent.lock'), 'somebody')
    expect((await logs('recover', folder)).exitCode).toBe(3)
  })
})
