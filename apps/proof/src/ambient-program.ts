import { globSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { isTestFile } from './architecture.ts'

/** Source files of all packages that the ambient-time rule judges, relative to `root`. */
export function packageSources(root: string): readonly string[] {
  return globSync('packages/*/src/**/*.ts', { cwd: root })
    .filter((path) => !isTestFile(path))
    .sort()
}

/** One program over `files`, read as the packages themselves are: sources of each other, not builds. */
export function createSourceProgram(root: string, files: readonly string[]): ts.Program {
  return ts.createProgram({ rootNames: files.map((file) => join(root, file)), options: sourceOptions(root) })
}

export function sourceOptions(root: string): ts.CompilerOptions {
  const { config, error } = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile)
  if (error !== undefined) throw new Error(ts.flattenDiagnosticMessageText(error.messageText, '\n'))
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root)
  return options
}
