import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Venue } from '@cc/models'
import { expect, it, vi } from 'vitest'
import { describeReadmeExample } from '../../../vitest.readme.ts'
import { fakeVenue, world } from './fake-venue.js'

const root = fileURLToPath(new URL('..', import.meta.url))

describeReadmeExample(root)

it('has an example that finds calls at a venue', async () => {
  const example = /```ts\n(.*?)```/s.exec(readFileSync(`${root}README.md`, 'utf8'))?.[1] ?? ''
  // Inside the package, so that the example finds it under its own name.
  const path = `${root}node_modules/.cache/readme-example.ts`
  mkdirSync(`${root}node_modules/.cache`, { recursive: true })
  writeFileSync(path, example)
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  const { callsToSell } = (await import(path)) as { callsToSell(venue: Venue): Promise<string[]> }
  log.mockRestore()
  expect(await callsToSell(fakeVenue({ BTC: world() }))).toContain(
    'BTC-16JAN26-100000-C: 0.15 delta, 621 USD a coin after the fee',
  )
})
