import { evaluate } from './evals/evaluate.ts'
import { type EvalsFlags, readEvalsFlags } from './evals/flags.ts'

/*
 * Scores agents on the golden scenarios: `pnpm evals [--record] [--model NAME]`. Writes packages/policy-llm/evals/
 * SCOREBOARD.md and scoreboard.json; `--record` makes the recording of the pseudo model anew, `--model` records a real one,
 * for which OPENAI_API_KEY or Replit's pair must be set. Exits 1 where an agent that must be right is not, or a recording
 * is of another prompt, and 2 for flags that make no sense.
 */

const flags = flagsOrNothing(process.argv.slice(2))
if (flags === undefined) process.exitCode = 2
else {
  try {
    const { scores, faults } = await evaluate(flags, process.env)
    for (const { agent, expected, forbidden } of scores) {
      process.stdout.write(`${agent}-expected ${expected.rate.toFixed(4)} ratio\n`)
      process.stdout.write(`${agent}-forbidden ${forbidden.rate.toFixed(4)} ratio\n`)
    }
    for (const fault of faults) process.stderr.write(`${fault}\n`)
    process.exitCode = faults.length === 0 ? 0 : 1
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`)
    process.exitCode = 1
  }
}

function flagsOrNothing(words: readonly string[]): EvalsFlags | undefined {
  try {
    return readEvalsFlags(words)
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`)
    return undefined
  }
}
