#!/usr/bin/env node
import { nodeProblem } from './node-version.js'
import { stopOnSignals } from './stop-on-signals.js'

/*
 * Everything else is imported after the check: on an older Node the imports themselves would fail, with a
 * message that nobody can read.
 */
const problem = nodeProblem(process.versions.node)
if (problem === undefined) {
  const stop = stopOnSignals()
  const [{ main }, { processIo }, { endOnCrash }, { redactorOf }] = await Promise.all([
    import('./cli.js'),
    import('./io.js'),
    import('./crash-guard.js'),
    import('./known-secrets.js'),
  ])
  const io = processIo(stop)
  const guard = endOnCrash(redactorOf(io))
  process.exitCode = await main(process.argv.slice(2), { ...io, crashes: guard })
} else {
  process.stderr.write(`ccagent: ${problem}\n`)
  process.exitCode = 2
}
