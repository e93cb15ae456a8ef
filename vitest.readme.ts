import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, it, vi } from 'vitest'

/**
 * Compiles and runs the first `ts` block of a package's README, and holds every line that prints to the
 * comment behind it: `console.log(x) // what it prints`.
 */
export function describeReadmeExample(packageFolder: string): void {
  const readme = readFileSync(join(packageFolder, 'README.md'), 'utf8')
  const example = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? ''
  const promised = [...example.matchAll(/^console\.log\(.*\) \/\/ (.*)$/gm)].map(([, comment]) => comment)

  describe('the example of the README', () => {
    it('compiles', async () => {
      await withExample((path) => {
        const { config } = ts.readConfigFile(join(packageFolder, 'tsconfig.json'), ts.sys.readFile)
        const { options } = ts.parseJsonConfigFileContent(config, ts.sys, packageFolder)
        const problems = ts.getPreEmitDiagnostics(ts.createProgram([path], options))
        expect(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([])
      })
    }, 60_000)

    it('prints what its comments say', async () => {
      const log = vi.spyOn(console, 'log').mockImplementation(() => {})
      await withExample((path) => import(path))
      expect(log.mock.calls.map(([value]) => String(value))).toEqual(promised)
      expect(promised.length).toBeGreaterThan(0)
      log.mockRestore()
    })
  })

  /** The file lies inside the package, where the package finds itself under its own name. */
  async function withExample(use: (path: string) => unknown): Promise<void> {
    const folder = mkdtempSync(join(packageFolder, 'test/.tmp-readme-'))
    const path = join(folder, 'example.ts')
    writeFileSync(path, example)
    try {
      await use(path)
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
}

/** The names in the first column of the table under a heading, in order. */
export function namesUnder(packageFolder: string, heading: string): string[] {
  const readme = readFileSync(join(packageFolder, 'README.md'), 'utf8')
  const section = readme.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  return [...section.matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name ?? '')
}
