import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { CANDIDATE_REJECTIONS, type Venue } from '@cc/models'
import { type CallExplanation, stateOptionsSchema } from '@cc/state'
import { expect, it, vi } from 'vitest'
import { describeReadmeExample, namesUnder } from '../../../vitest.readme.ts'
import { fakeVenue, world } from './fake-venue.js'

const root = fileURLToPath(new URL('..', import.meta.url))

describeReadmeExample(root)

it('has an example that finds calls at a venue, and says why not another', async () => {
  const example = /```ts\n(.*?)```/s.exec(readFileSync(`${root}README.md`, 'utf8'))?.[1] ?? ''
  // Inside the package, so that the example finds it under its own name.
  const path = `${root}node_modules/.cache/readme-example.ts`
  mkdirSync(`${root}node_modules/.cache`, { recursive: true })
  writeFileSync(path, example)
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  const { callsToSell } = (await import(path)) as {
    callsToSell(venue: Venue, symbol: string): Promise<{ calls: string[]; whyNot: CallExplanation }[]>
  }
  log.mockRestore()
  const [btc] = await callsToSell(fakeVenue({ BTC: world() }), 'BTC-16JAN26-115000-C')
  expect(btc?.calls).toContain('BTC-16JAN26-100000-C: 0.15 delta, 621 USD a coin after the fee')
  const promised = /\/\/ \{ status: '(\S+)', reason: '(\S+)', limit: (\S+), value: (\S+) \}/.exec(example) ?? []
  const [, status, reason, limit, value] = promised
  expect(btc?.whyNot).toEqual({ status, reason, limit: Number(limit), value: Number(value) })
})

it('lists every option, and no other', () => {
  const { liquidity, ...others } = stateOptionsSchema.shape
  const nested = Object.keys(liquidity.unwrap().shape).map((name) => `liquidity.${name}`)
  expect(namesUnder(root, 'Options').sort()).toEqual([...Object.keys(others), ...nested].sort())
})

it('lists every reason that a call is no candidate for, in order', () => {
  expect(namesUnder(root, 'Why not this one')).toEqual(CANDIDATE_REJECTIONS)
})
