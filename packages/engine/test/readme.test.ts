import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { describeReadmeExample } from '../../../vitest.readme.ts'
import { createWorld } from '../src/engine-world.fixture.js'

const root = fileURLToPath(new URL('..', import.meta.url))

describeReadmeExample(root)

it('has an example that runs an agent', async () => {
  const example = /```ts\n(.*?)```/s.exec(readFileSync(`${root}README.md`, 'utf8'))?.[1] ?? ''
  const path = `${root}node_modules/.cache/readme-example.ts`
  mkdirSync(`${root}node_modules/.cache`, { recursive: true })
  writeFileSync(path, example.replace(/^console.*$/m, ''))
  const { runForADay } = await import(path)
  expect(await runForADay(createWorld().ports, new AbortController().signal)).toBe('finished after 25 records')
})
