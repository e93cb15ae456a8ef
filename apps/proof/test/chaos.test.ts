import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createSystemClock } from '@cc/models/clock'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { runChaos } from '../src/chaos/chaos.ts'
import { AGENT } from '../src/chaos/life.ts'
import { reportLines } from '../src/chaos/report.ts'

// Processes that trade in real time, on a machine that is busy with other tests.
vi.setConfig({ testTimeout: 240_000 })

const top = mkdtempSync(join(tmpdir(), 'cc-chaos-test-'))
const wall = createSystemClock()
afterAll(() => rmSync(top, { recursive: true, force: true }))

it('six kills of the agent leave no trace at the exchange and in its record', async () => {
  const told: string[] = []
  const worlds = await runChaos({ kills: 6, seed: 1 }, { wall, main: AGENT, top, tell: (line) => void told.push(line) })
  expect(worlds.flatMap(({ findings }) => findings)).toEqual([])
  expect(worlds).toMatchObject([{ world: 0, kills: 6, lives: 7 }])
  expect(worlds[0]?.decisions).toBeGreaterThan(0)
  expect(worlds[0]?.orders).toBeGreaterThan(0)
  expect(told).toHaveLength(7)
  expect(readdirSync(top)).toEqual([])
})

it.each([
  [['--kills', '0']],
  [['--kills', '-3']],
  [['--kills', '1e3']],
  [['--kills']],
  [['--seed', 'x']],
  [['--lives', '3']],
  [['3']],
])('the command takes no %j, and kills nobody', (flags) => {
  const command = fileURLToPath(new URL('../src/chaos-command.ts', import.meta.url))
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...flags], { encoding: 'utf8' })
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  expect(stderr).toMatch(/^usage: pnpm chaos /)
})

describe.concurrent('an agent that is not to be trusted', () => {
  it.each([
    ['ends by itself', 'process.exitCode = 4; console.error("halted: garbage")', { stuck: 'ended with 4 by itself' }],
    [
      'sends before it writes down',
      `await rpc('private/sell', await sale('cc-00000000-00000000-o-1'))
       await new Promise(() => setInterval(() => {}, 1_000))`,
      { orphans: 'no journal knows it', lostRecords: 'is in no journal' },
    ],
    [
      'sends the same twice',
      `const order = await sale('cc-00000000-00000000-o-1')
       await Promise.all([rpc('private/sell', order), rpc('private/sell', order)])
       await new Promise(() => setInterval(() => {}, 1_000))`,
      { duplicates: '2 orders of cc-00000000-00000000-o-1' },
    ],
    [
      'sells more than there is',
      `const order = await sale('foreign')
       for (let count = 0; count < 8; count += 1) await rpc('private/sell', { ...order, amount: 1 })
       await new Promise(() => setInterval(() => {}, 1_000))`,
      { naked: 'resting over' },
    ],
    [
      'says what it did not write',
      `console.log(JSON.stringify({ kind: 'decision', decision: {}, runId: '0' }))
       await new Promise(() => setInterval(() => {}, 1_000))`,
      { lostRecords: 'not in the log' },
    ],
  ])('is caught where it %s', async (name, program, reasons) => {
    // It never decides: that is not waited for longer than a busy machine takes to start a process.
    const main = join(top, `${name.replaceAll(' ', '-')}.mjs`)
    writeFileSync(main, `${PRELUDE}\n${program}\n`)
    const worlds = await runChaos({ kills: 3, seed: 3 }, { wall, main, top, decisionWithinMs: 12_000 })
    const findings = worlds.flatMap((world) => world.findings)
    for (const [kind, reason] of Object.entries(reasons)) {
      expect(findings).toContainEqual(expect.objectContaining({ kind, reason: expect.stringContaining(reason) }))
    }
    const lines = reportLines(worlds, { seed: 3 })
    for (const kind of Object.keys(reasons)) {
      expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^${kind} [1-9]`)))
      expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^finding ${kind}: seed 3, world 0, life \\d: `)))
    }
    rmSync(main)
  })
})

/** A call far above the market that nobody buys, asked for in the protocol itself. */
const PRELUDE = `
const { DERIBIT_BASE_URL: url, DERIBIT_CLIENT_ID: id, DERIBIT_CLIENT_SECRET: secret } = process.env
const authorization = 'Basic ' + Buffer.from(id + ':' + secret).toString('base64')
async function rpc(method, params) {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  const headers = { 'content-type': 'application/json', authorization }
  const reply = await (await fetch(url + '/api/v2/' + method, { method: 'POST', headers, body })).json()
  if (reply.error) throw new Error(JSON.stringify(reply.error))
  return reply.result
}
async function sale(label) {
  const rows = await rpc('public/get_book_summary_by_currency', { currency: 'BTC', kind: 'option' })
  const row = rows.find((each) => each.instrument_name.endsWith('-C') && each.ask_price > 0.01 && each.ask_price < 0.02)
  const price = Number((Math.round((row.ask_price + 0.002) / 0.0005) * 0.0005).toFixed(4))
  return { instrument_name: row.instrument_name, type: 'limit', amount: 0.1, price, label, post_only: false }
}
`
