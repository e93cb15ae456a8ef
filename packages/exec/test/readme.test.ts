import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { approveForTest } from '@cc/models/testing'
import { expect, it } from 'vitest'
import { describeReadmeExample } from '../../../vitest.readme.ts'
import { createScriptedBroker, openLeg } from '../src/scripted-broker.fixture.js'

const root = fileURLToPath(new URL('..', import.meta.url))

describeReadmeExample(root)

it('has an example that trades', async () => {
  const example = /```ts\n(.*?)```/s.exec(readFileSync(`${root}README.md`, 'utf8'))?.[1] ?? ''
  const path = `${root}node_modules/.cache/readme-example.ts`
  mkdirSync(`${root}node_modules/.cache`, { recursive: true })
  writeFileSync(path, example.replace(/^console.*$/m, ''))
  const { ports } = createScriptedBroker({ script: [{ fillNow: 1 }] })
  const { trade } = await import(path)
  expect(await trade(ports, approveForTest({ legs: [openLeg()] }), ports)).toMatchObject({ status: 'filled' })
})
