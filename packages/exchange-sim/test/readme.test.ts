import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { simOptionsSchema } from '@cc/exchange-sim'
import ts from 'typescript'
import { beforeAll, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const path = join(root, 'node_modules/.cache/readme-example.ts')

beforeAll(() => {
  mkdirSync(join(root, 'node_modules/.cache'), { recursive: true })
  writeFileSync(path, /```ts\n(.*?)```/s.exec(readme)?.[1] ?? '')
})

it('has an example that compiles', () => {
  const config = ts.getParsedCommandLineOfConfigFile(
    join(root, 'tsconfig.json'),
    {},
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (diagnostic) => expect(diagnostic).toBeUndefined() },
  )
  const program = ts.createProgram([path], config?.options ?? {})
  expect(ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText)).toEqual([])
})

it('has an example that runs and comes to what it says', async () => {
  const { result } = await import(path)
  expect(result).toMatchObject({ balanceCoin: 2, date: '2026-01-09T00:00:00.000Z' })
  expect(result.call.bidPriceCoin).toBeGreaterThan(0)
})

it('lists every option, and no other', () => {
  expect(firstCellsUnder('Options')).toEqual(Object.keys(simOptionsSchema.shape))
})

it('lists every error code that the sources throw, and no other', () => {
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/\.(test|fixture)\.ts$/.test(file))
    .map((file) => readFileSync(join(root, 'src', file), 'utf8'))
    .join('\n')
  const thrown = new Set([...sources.matchAll(/code: '(exchange-sim\/[a-z-]+)'/g)].map(([, code]) => code))
  expect(firstCellsUnder('Errors').sort()).toEqual([...thrown].sort())
})

function firstCellsUnder(heading: string): string[] {
  const section = readme.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  return [...section.matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name ?? '')
}
