import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { decisionRecordSchema } from '@cc/models'
import { build } from 'tsup'
import { expect, it, onTestFinished } from 'vitest'
import config from '../tsup.config.js'
import { DAY, envOf, localExchange } from './local-exchange.js'
import { spawnCli } from './spawn-cli.js'

/** What it does not bring along is found from there. */
const cache = fileURLToPath(new URL('../node_modules/.cache', import.meta.url))

it('is one bundle that trades over the network, whatever its packages bring along', async () => {
  mkdirSync(cache, { recursive: true })
  const outDir = mkdtempSync(join(cache, 'bundle-'))
  onTestFinished(() => rmSync(outDir, { recursive: true, force: true }))
  await build({ ...config, config: false, outDir, silent: true, sourcemap: false })

  const exchange = await localExchange(DAY)
  const agent = spawnCli(['once', '--venue', 'testnet', '--allow-loopback', '--underlying', 'BTC', '--json'], {
    bundle: join(outDir, 'main.js'),
    env: envOf(exchange),
  })
  expect(await agent.exitCode(), agent.stderr()).toBe(0)
  expect(decisionRecordSchema.parse(JSON.parse(agent.stdout())).decision?.proposal.action).toBe('OPEN_COVERED_CALL')
})
