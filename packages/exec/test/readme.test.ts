import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { execOptionsSchema } from '@cc/exec'
import { approveForTest } from '@cc/models/testing'
import { expect, it } from 'vitest'
import { describeReadmeExample } from '../../../vitest.readme.ts'
import { REJECTION_RULES } from '../src/rejection.js'
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

const readme = readFileSync(`${root}README.md`, 'utf8')
const sources = readdirSync(`${root}src`).filter((name) => !/\.(test|fixture)\.ts$/.test(name))

it('names every error code, and no other', () => {
  const written = sources.flatMap((name) =>
    matches(readFileSync(`${root}src/${name}`, 'utf8'), /['"](exec\/[a-z-]+)['"]/g),
  )
  expect(matches(readme, /^\| `(exec\/[a-z-]+)`/gm).sort()).toEqual([...new Set(written)].sort())
})

it('names every rejection that is believed, and why, and no other', () => {
  const [, table = ''] = /### Rejections that are believed\n(.*?)\nAll others/s.exec(readme) ?? []
  const rows = table.split('\n').map((row) => row.split('|').map((cell) => cell.trim()))
  const written = rows.flatMap(([, codes = '', why = '']) =>
    matches(codes, /`([a-z_0-9]+)`/g).map((code) => [code, why] as const),
  )
  expect(new Map(written)).toEqual(new Map([...REJECTION_RULES].map(([code, { why }]) => [code, why])))
})

it('names every option', () => {
  const [, table = ''] = /## Options\n(.*?)\n`executeAction`/s.exec(readme) ?? []
  expect(matches(table, /^\| `(\w+)`/gm)).toEqual(Object.keys(execOptionsSchema.shape))
})

function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, name = '']) => name)
}
