import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { breachSchema } from '@cc/models'
import { riskLimitsSchema } from '@cc/risk'
import ts from 'typescript'
import { afterAll, beforeAll, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const example = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? ''

let folder: string
let path: string

beforeAll(() => {
  // Inside the package, so that the example finds it under its own name.
  folder = mkdtempSync(join(root, 'test/.tmp-readme-'))
  path = join(folder, 'example.ts')
  writeFileSync(path, example)
})

afterAll(() => rmSync(folder, { recursive: true }))

it('has an example that compiles', () => {
  const config = ts.getParsedCommandLineOfConfigFile(
    join(root, 'tsconfig.json'),
    {},
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (diagnostic) => expect(diagnostic).toBeUndefined() },
  )
  const program = ts.createProgram([path], config?.options ?? {})
  expect(ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText)).toEqual([])
})

it('has an example that says what its comments say', async () => {
  const { half, tooMuch } = await import(path)
  expect(half).toMatchObject({ allowed: true, legs: [{ side: 'sell', maxSizeCoin: 0.5, worstPriceCoin: 0.0095 }] })
  expect(tooMuch.allowed).toBe(false)
  const promised = [...example.matchAll(/^\/\/ (BTC: .*)$/gm)].map(([, sentence]) => sentence)
  expect(promised).toEqual(tooMuch.reasons)
})

/** First cells of the rows of the table under a heading. */
function rowsUnder(heading: string): string[] {
  const section = readme.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  return [...section.matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name ?? '')
}

it('lists every code of a breach, and no other', () => {
  const codes = breachSchema.options.map((option) => option.shape.code.value)
  expect(rowsUnder('Breaches')).toEqual(codes)
})

it('lists every limit, and no other', () => {
  expect(rowsUnder('Limits')).toEqual(Object.keys(riskLimitsSchema.shape))
})
