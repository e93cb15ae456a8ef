import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readLog } from '@cc/logging'
import type { OperatorRecord } from '@cc/models'
import { describe, expect, it } from 'vitest'
import { DAY, envOf, localExchange } from './local-exchange.js'
import { HANGS_MS, runCli } from './run-cli.js'
import { spawnCli } from './spawn-cli.js'
import { tempFolder } from './temp-folder.js'

const AT = ['--log-dir', 'logs']
const ACCOUNT = ['run', '--venue', 'testnet', '--allow-loopback', '--underlying', 'BTC', ...AT]

describe('a person commands a running agent', () => {
  it('pauses, closes all, resumes, and everything is told and written down', async () => {
    const folder = tempFolder()
    const agent = spawnCli(['run', '--every', '1h', '--speed', '7200'], { folder })
    await expect.poll(() => agent.stdout().split('OPEN').length, { timeout: HANGS_MS }).toBe(3)

    const paused = await runCli(['pause', '--reason', 'the Fed speaks at two', ...AT], { folder })
    expect({ exitCode: paused.exitCode, stderr: paused.stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(paused.stdout).toMatch(
      /^Paused: nothing is sold any more.*"ccagent resume --log-dir logs --reason …" ends it\.\n$/,
    )

    const closed = await runCli(['close', 'all', '--yes', '--reason', 'out for now', ...AT, '--json'], { folder })
    expect(closed.exitCode).toBe(0)
    expect(JSON.parse(closed.stdout)).toMatchObject({
      command: 'close',
      agent: 'obeyed',
      mode: 'reduce-only',
      closed: [
        { symbol: expect.stringMatching(/^BTC-/), filledCoin: 2, leftCoin: 0 },
        { symbol: expect.stringMatching(/^ETH-/), filledCoin: 20, leftCoin: 0 },
      ],
    })
    const again = await runCli(['close', 'all', '--yes', '--reason', 'sure?', ...AT], { folder })
    expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Nothing is short') })
    const none = await runCli(['close', 'BTC-27MAR26-100000-C', '--yes', '--reason', 'x', ...AT], { folder })
    expect(none).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('No such call is short') })
    await expect.poll(agent.stdout, { timeout: HANGS_MS }).toContain('Paused. "ccagent resume --reason …" ends that.')

    expect((await runCli(['resume', '--reason', 'all fine', ...AT], { folder })).exitCode).toBe(0)
    agent.child.kill('SIGTERM')
    expect(await agent.exitCode()).toBe(143)
    expect(agent.stderr()).toBe('')
    expect(agent.stdout()).toMatch(/ PAUSE +the Fed speaks at two\n.* CLOSE all +out for now\n.* RESUME +all fine\n/s)
    expect(await commandsIn(join(folder, 'logs'))).toEqual([
      ['pause', null, 'the Fed speaks at two'],
      ['close', 'all', 'out for now'],
      ['close', 'all', 'sure?'],
      ['close', 'BTC-27MAR26-100000-C', 'x'],
      ['resume', null, 'all fine'],
    ])
    expect(readdirSync(join(folder, 'logs'))).not.toContain('control.json')

    const { stdout } = await runCli(['decisions', 'logs'], { folder })
    expect(stdout).toMatch(/ PAUSE +the Fed speaks at two\n/)
    expect((await runCli(['decisions', 'logs', '--action', 'CLOSE'], { folder })).stdout).not.toContain('PAUSE')
    const { commands } = JSON.parse((await runCli(['decisions', 'logs', '--json'], { folder })).stdout)
    expect(commands[0]).toMatchObject({ command: 'pause', symbol: null, reason: 'the Fed speaks at two' })
    for (const command of [['replay'], ['logs', 'verify'], ['data', 'export']]) {
      const { exitCode, stderr } = await runCli([...command, 'logs'], { folder })
      expect({ command, exitCode, stderr: stderr.replaceAll(/^\d.*\n/gm, '') }).toEqual({
        command,
        exitCode: 0,
        stderr: '',
      })
    }
  })

  it('tells commands as lines of JSON too', async () => {
    const folder = tempFolder()
    const agent = spawnCli(['run', '--json', '--deposit', 'BTC=0,ETH=0'], { folder })
    await agent.firstLine()
    expect((await runCli(['pause', '--reason', 'x', ...AT], { folder })).exitCode).toBe(0)
    agent.child.kill('SIGTERM')
    await agent.exitCode()
    const kinds = agent
      .stdout()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).kind)
    expect(kinds).toContain('operator')
  })

  it('does not wait for ever for one that takes no commands', async () => {
    const folder = tempFolder()
    mkdirSync(join(folder, 'logs'))
    writeFileSync(join(folder, 'logs', 'agent.lock'), 'of somebody else')
    const { exitCode, stderr } = await runCli(['pause', '--reason', 'x', ...AT], { folder })
    expect(stderr).toContain('takes no commands')
    expect(exitCode).toBe(3)
  })
})

describe('where no agent runs', () => {
  it('a pause is kept for the next one on the account, and so is its end', async () => {
    const exchange = await localExchange(DAY)
    const folder = tempFolder()
    const env = envOf(exchange)
    const live = [...ACCOUNT, '--every', '2s', '--for', '4s']
    expect((await runCli(live, { folder, env })).exitCode).toBe(0)

    const paused = await runCli(['pause', '--reason', 'holiday', ...AT], { folder })
    expect(paused).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('the next one there goes by it') })
    const second = await runCli(live, { folder, env })
    expect(second.exitCode).toBe(0)
    expect(second.stdout).toMatch(/ PAUSE +holiday\n/)
    expect(second.stdout).not.toContain('OPEN')

    writeFileSync(join(folder, 'logs', 'HALT'), 'odd fills')
    expect((await runCli(live, { folder, env })).exitCode).toBe(4)
    const resumed = await runCli(['resume', '--reason', 'looked at it', ...AT, '--json'], { folder })
    expect(JSON.parse(resumed.stdout)).toMatchObject({
      command: 'resume',
      agent: 'none',
      haltLifted: { reason: 'odd fills', movedTo: 'HALT.lifted-1' },
    })
    const third = await runCli(live, { folder, env })
    expect(third.exitCode).toBe(0)
    expect(third.stdout).toMatch(/ RESUME +looked at it\n/)
    expect(third.stdout).toContain('OPEN')
  })

  it('a halt of a simulated run is lifted, and nothing is left that would keep the next one out', async () => {
    const folder = tempFolder({ 'logs/HALT': 'lunch' })
    const resumed = await runCli(['resume', '--reason', 'back', ...AT], { folder })
    expect(resumed).toMatchObject({ exitCode: 0, stderr: '' })
    expect(resumed.stdout).toBe('The halt is lifted: lunch (HALT is HALT.lifted-1 now.)\n')
    expect(readdirSync(join(folder, 'logs'))).toEqual(['HALT.lifted-1'])
    expect((await runCli(['run', '--for', '1h', ...AT], { folder })).exitCode).toBe(0)
  })

  it.each([
    [['pause', '--reason', 'x'], 'nothing to pause'],
    [['resume', '--reason', 'x'], 'not halted either'],
    [['close', 'all', '--reason', 'x', '--yes'], 'it is the agent that buys back'],
  ])('%j has nothing to do, and says what can be done', async (args, words) => {
    const folder = tempFolder({ 'logs/.keep': '' })
    const { exitCode, stdout, stderr } = await runCli([...args, ...AT], { folder })
    expect(stderr).toContain(words)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(readdirSync(join(folder, 'logs'))).toEqual(['.keep'])
    const missing = await runCli([...args, '--log-dir', 'nowhere'], { folder })
    expect(missing).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('There is no folder') })
    expect(existsSync(join(folder, 'nowhere'))).toBe(false)
  })
})

it.each([
  [['pause'], 'pause needs --reason TEXT'],
  [['resume'], 'resume needs --reason TEXT'],
  [['close', 'all', '--yes'], 'close needs --reason TEXT'],
  [['pause', '--reason', ' \t'], 'Expected some words.'],
  [['pause', '--reason', 'x'.repeat(501)], 'at most 500'],
  [['pause', '--reason', '--json'], 'The value is missing.'],
  [['close', '--reason', 'x'], 'missing required argument'],
  [['close', 'everything', '--reason', 'x', '--yes'], 'Expected a call'],
  [['close', 'all', '--reason', 'x'], 'add --yes'],
  [['pause', '--reason', 'x', '--yes'], 'unknown option'],
])('%j is wrong, and changes nothing', async (args, words) => {
  const { exitCode, stdout, stderr, folder } = await runCli(args)
  expect(stderr).toContain(words)
  expect({ exitCode, stdout, files: readdirSync(folder) }).toEqual({ exitCode: 2, stdout: '', files: [] })
})

async function commandsIn(folder: string) {
  const commands: [OperatorRecord['command'], string | null, string][] = []
  for await (const { entry } of readLog(folder, 'decisions')) {
    if (entry.kind === 'operator') commands.push([entry.command, entry.symbol, entry.reason])
  }
  return commands
}
