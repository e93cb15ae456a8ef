import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PROOFS, type ProofName, readEvidence } from './reliability/evidence.ts'
import { describeReliability, type Findings, survivorProblems } from './reliability/page.ts'
import { JUSTIFIED_SURVIVORS } from './reliability/survivors.ts'

/*
 * Run in the root of the repository. Writes docs/reliability.md from what the proofs left of their last runs; exits 1,
 * and writes nothing, where survivors and their justifications do not match.
 */

const names = Object.keys(PROOFS) as ProofName[]
const findings: Findings = Object.fromEntries(names.map((name) => [name, readEvidence(name)]))
const problems = survivorProblems(findings, JUSTIFIED_SURVIVORS)
for (const problem of problems) process.stderr.write(`${problem}\n`)
if (problems.length > 0) process.exitCode = 1
else {
  writeFileSync(join(process.cwd(), 'docs/reliability.md'), describeReliability(findings, JUSTIFIED_SURVIVORS))
  const missing = names.filter((name) => findings[name] === undefined)
  process.stdout.write(`docs/reliability.md tells of ${names.length - missing.length} proofs`)
  process.stdout.write(missing.length === 0 ? '.\n' : `; missing: ${missing.join(', ')}.\n`)
}
