import { createSourceProgram, packageSources } from './ambient-program.ts'
import { findAmbient } from './ambient-rule.ts'

/*
 * Run in the root of the repository. Exits 1 and names file, line and what for each finding.
 */

const root = process.cwd()
const files = packageSources(root)
const findings = findAmbient(createSourceProgram(root, files), files)
for (const { file, line, what } of findings) process.stderr.write(`${file}:${line} reaches for ${what}\n`)
process.stdout.write(`${files.length} source files of packages, ${findings.length} reach for ambient state.\n`)
process.exitCode = files.length > 0 && findings.length === 0 ? 0 : 1
