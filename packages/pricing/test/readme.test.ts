import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const example = /```ts\n(.*?)```/s.exec(readFileSync(join(root, 'README.md'), 'utf8'))?.[1] ?? ''

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
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: (diagnostic) => expect(diagnostic).toBeUndefined(),
    },
  )
  const program = ts.createProgram([path], config?.options ?? {})
  const problems = ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText)
  expect(problems).toEqual([])
})

it('has an example that prints what its comments say', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  await import(path)
  const promised = [...example.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm)].map(([, comment]) => comment)
  expect(log.mock.calls.map(([value]) => String(value))).toEqual(promised)
  expect(promised.length).toBeGreaterThan(0)
  log.mockRestore()
})
