import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deribitOptionsSchema } from '@cc/deribit-client'
import { createVirtualClock } from '@cc/models/clock'
import { expect, it } from 'vitest'
import { describeReadmeExample, namesUnder } from '../../../vitest.readme.ts'
import { accept } from '../src/acts.fixture.js'
import { INSTRUMENT } from '../src/replies.fixture.js'
import { politeAnswer } from '../src/scripted-client.fixture.js'
import { createScriptedExchange } from '../src/scripted-exchange.fixture.js'

const root = fileURLToPath(new URL('..', import.meta.url))

describeReadmeExample(root)

it('has an example that trades', async () => {
  const example = /```ts\n(.*?)```/s.exec(readFileSync(`${root}README.md`, 'utf8'))?.[1] ?? ''
  const path = `${root}node_modules/.cache/readme-example.ts`
  mkdirSync(`${root}node_modules/.cache`, { recursive: true })
  writeFileSync(path, example.replace(/^console.*$/m, ''))
  const clock = createVirtualClock({ startMs: 0 })
  const { dispatcher } = createScriptedExchange(clock, (request) =>
    request.method === 'private/sell' ? accept(request) : politeAnswer(request),
  )
  const credentials = () => ({ clientId: 'id', clientSecret: 'secret' })
  const { offer } = await import(path)
  expect(await offer({ clock, credentials, dispatcher }, INSTRUMENT.instrument_name, 0.012)).toBe('accepted')
})

it('lists every option, and no other', () => {
  expect(namesUnder(root, 'Options')).toEqual(Object.keys(deribitOptionsSchema.shape))
})

it('lists every error code that the sources throw, and no other', () => {
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/\.(test|fixture)\.ts$/.test(file))
    .map((file) => readFileSync(join(root, 'src', file), 'utf8'))
    .join('\n')
  const thrown = new Set([...sources.matchAll(/code: '(deribit\/[a-z-]+)'/g)].map(([, code]) => code))
  expect(namesUnder(root, 'Errors').sort()).toEqual([...thrown].sort())
})
