import { globSync, readFileSync } from 'node:fs'
import { describeStructure, measureStructure } from './structure.ts'

/*
 * Run in the root of the repository. Prints the picture; exits 1 where something breaks the rules.
 */

const sources = globSync('{packages,apps}/*/src/**/*.ts')
  .sort()
  .map((path) => ({ path, text: readFileSync(path, 'utf8') }))
const structure = measureStructure(sources)
process.stdout.write(describeStructure(structure))
process.exitCode = structure.packages.length > 0 && structure.problems.length === 0 ? 0 : 1
