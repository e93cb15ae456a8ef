import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { localExchange, rpc } from './local-exchange.js'
import { runCli } from './run-cli.js'
import { tempFolder } from './temp-folder.js'

const PLAN = {
  script: [{ on: 'request', method: 'public/test', fault: { kind: 'error', word: 'retry', when: 'before' } }],
}

it('misbehaves as its file says, and as it is told over the wire', async () => {
  const file = join(tempFolder({ 'faults.json': JSON.stringify(PLAN) }), 'faults.json')
  const exchange = await localExchange(['--virtual-time', '--faults', file])
  await expect(rpc(exchange, 'public/test')).rejects.toThrow('10040')
  await expect(rpc(exchange, 'public/test')).resolves.toBeDefined()
  await rpc(exchange, 'sim/set_faults', {
    rates: [{ on: 'request', probability: 1, fault: { kind: 'error', word: 'system_maintenance', when: 'before' } }],
  })
  await expect(rpc(exchange, 'public/get_time')).rejects.toThrow('11051')
  await rpc(exchange, 'sim/set_faults')
  await expect(rpc(exchange, 'public/get_time')).resolves.toBeTypeOf('number')
  expect(await rpc(exchange, 'sim/get_faults')).toMatchObject({ used: { 'request error': 2 }, left: 0 })
})

it('has no faults, and no way to ask for some, without the flag', async () => {
  const exchange = await localExchange()
  await expect(rpc(exchange, 'sim/set_faults', PLAN)).rejects.toThrow('Method not found')
})

it('tells a person that it misbehaves', async () => {
  const stop = new AbortController()
  const given = {
    files: { 'faults.json': JSON.stringify(PLAN) },
    stop: stop.signal,
    onOutput: () => stop.abort('SIGINT'),
  }
  const { exitCode, stdout } = await runCli(['sim', '--faults', 'faults.json'], given)
  expect(exitCode).toBe(130)
  expect(stdout).toContain('IT MISBEHAVES ON PURPOSE, as faults.json says')
  for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(110)
})

it.each([
  ['none.json', undefined, '--faults faults.json cannot be read: ENOENT'],
  ['no JSON', '{', '--faults faults.json is not JSON'],
  ['another field', '{"fault":[]}', '--faults faults.json: the plan is {"fault":[]}: Unrecognized key: "fault"'],
  [
    'a wrong value',
    '{"rates":[{"on":"upgrade","probability":2,"fault":{"kind":"reset"}}]}',
    '--faults faults.json: rates.0.probability is 2: Too big: expected number to be <=1',
  ],
])('ends with 2 for %s, and says why', async (_what, text, words) => {
  const folder = tempFolder()
  if (text !== undefined) writeFileSync(join(folder, 'faults.json'), text)
  const stop = new AbortController()
  onTestFinished(() => stop.abort('SIGTERM'))
  const { exitCode, stdout, stderr } = await runCli(['sim', '--faults', 'faults.json'], { folder, stop: stop.signal })
  expect(stderr).toContain(words)
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
})
