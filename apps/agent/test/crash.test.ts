import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { DAY, envOf, localExchange, rpc } from './local-exchange.js'
import { HANGS_MS, runCli } from './run-cli.js'
import { spawnCli } from './spawn-cli.js'
import { tempFolder } from './temp-folder.js'

const CANARY = 'canary-secret-1'
/** Makes something break in the process once the file is there. */
const breaking = (path: string, statement: string) =>
  `--import=data:text/javascript,${encodeURIComponent(
    `import { existsSync } from 'node:fs'; const t = setInterval(() => { if (!existsSync(${JSON.stringify(path)})) return; clearInterval(t); ${statement} }, 20); t.unref()`,
  )}`

it.each([
  ['an error that nobody caught', `throw new Error('the key is ${CANARY}')`],
  ['a promise that nobody watched', `void Promise.reject(new Error('the key is ${CANARY}'))`],
])('%s halts the agent, takes its order back and ends it; no secret is told', async (_, statement) => {
  const exchange = await localExchange(DAY)
  const folder = tempFolder({ '.env': '' })
  const agent = spawnCli(['run', '--venue', 'testnet', '--allow-loopback', '--underlying', 'BTC', '--no-dry-run'], {
    folder,
    env: { ...envOf(exchange), OPENAI_API_KEY: CANARY, NODE_OPTIONS: breaking(join(folder, 'go'), statement) },
  })
  const open = () => rpc(exchange, 'private/get_open_orders')
  await expect.poll(open, { timeout: HANGS_MS, interval: 20 }).not.toEqual([])
  writeFileSync(join(folder, 'go'), '')

  expect(await agent.exitCode()).toBe(4)
  expect(await open()).toEqual([])
  expect(agent.stderr()).toMatch(/^ccagent: a bug: Error: the key is \[redacted:OPENAI_API_KEY\]\n +at /m)
  expect(agent.stderr()).toMatch(/^ccagent: own resting orders cancelled: \d\.$/m)
  const halt = readFileSync(join(folder, 'logs', 'HALT'), 'utf8')
  expect(halt).toBe('a bug: Error: the key is [redacted:OPENAI_API_KEY]\n')
  for (const name of readdirSync(join(folder, 'logs'))) {
    expect(readFileSync(join(folder, 'logs', name), 'latin1'), name).not.toContain(CANARY)
  }
  expect(agent.stdout() + agent.stderr()).not.toContain(CANARY)
  const next = await runCli(['run', '--venue', 'testnet', '--allow-loopback'], { folder, env: envOf(exchange) })
  expect(next.exitCode).toBe(4)
})

it('ends with 1 and halts nobody where no agent runs', async () => {
  const folder = tempFolder({ go: '' })
  const server = spawnCli(['sim'], {
    folder,
    env: { NODE_OPTIONS: breaking(join(folder, 'later'), 'null.x'), OPENAI_API_KEY: CANARY },
  })
  await server.firstLine()
  writeFileSync(join(folder, 'later'), '')
  expect(await server.exitCode()).toBe(1)
  expect(server.stderr()).toMatch(/^ccagent: a bug: TypeError: /)
  expect(existsSync(join(folder, 'logs'))).toBe(false)
})

it('takes secrets out of the last line too, whatever is wrong', async () => {
  const env = { OPENAI_API_KEY: CANARY, LOG_DIR: CANARY, DELTA_MAX: CANARY }
  const { exitCode, stderr } = await runCli(['run', '--config', CANARY], { env })
  expect(exitCode).toBe(2)
  expect(stderr).toContain('[redacted:OPENAI_API_KEY]')
  expect(stderr).not.toContain(CANARY)
})
