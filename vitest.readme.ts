import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, it, vi } from 'vitest'

/**
 * Compiles every `ts` block of a package's README, runs the first, and holds every line of it that prints to the comment
 * behind it: `console.log(x) // what it prints`.
 */
export function describeReadmeExample(packageFolder: string): void {
  const readme = readFileSync(join(packageFolder, 'README.md'), 'utf8')
  const examples = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, block]) => block ?? '')
  const promised = [...(examples[0] ?? '').matchAll(/^console\.log\(.*\) \/\/ (.*)$/gm)].map(([, comment]) => comment)

  describe('the example of the README', () => {
    it('compiles', async () => {
      await withExamples((paths) => {
        const { config } = ts.readConfigFile(join(packageFolder, 'tsconfig.json'), ts.sys.readFile)
        const { options } = ts.parseJsonConfigFileContent(config, ts.sys, packageFolder)
        const problems = ts.getPreEmitDiagnostics(ts.createProgram(paths, options))
        expect(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([])
      })
    }, 180_000)

    it('prints what its comments say', async () => {
      const log = vi.spyOn(console, 'log').mockImplementation(() => {})
      await withExamples(([first = '']) => import(first))
      expect(log.mock.calls.map(([value]) => String(value))).toEqual(promised)
      expect(promised.length).toBeGreaterThan(0)
      log.mockRestore()
    })
  })

  /** The files lie inside the package, where the package finds itself under its own name. */
  async function withExamples(use: (paths: string[]) => unknown): Promise<void> {
    const folder = mkdtempSync(join(packageFolder, 'test/.tmp-readme-'))
    const paths = examples.map((_, index) => join(folder, `example-${index + 1}.ts`))
    for (const [index, path] of paths.entries()) writeFileSync(path, examples[index] ?? '')
    try {
      await use(paths)
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
