import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readWorkspace } from './workspace.ts'

/*
 * Run in the root of the repository, after the tests. Adds up the reports that each package's tests left;
 * a package without one counts as a failure.
 */

type Report = { numPassedTests: number; numFailedTests: number; numPendingTests: number; success: boolean }

let passed = 0
let failed = 0
let skipped = 0
for (const { folder } of readWorkspace(process.cwd())) {
  const path = join(folder, 'coverage/tests.json')
  if (!existsSync(path)) {
    process.stdout.write(`${folder} left no report of its tests.\n`)
    failed += 1
    continue
  }
  const report = JSON.parse(readFileSync(path, 'utf8')) as Report
  passed += report.numPassedTests
  skipped += report.numPendingTests
  // A file that does not load fails without a test of its own.
  failed += report.success ? report.numFailedTests : Math.max(1, report.numFailedTests)
}
process.stdout.write(`${skipped > 0 ? `${skipped} skipped\n` : ''}${passed} passed, ${failed} failed\n`)
