import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { buildMenu, llmOptionsSchema, promptOf, readAnswer } from '@cc/policy-llm'
import { STATE } from './bench-state.ts'

/**
 * Time of a menu and its prompt on a state of two coins with thirty calls each, and of reading an answer, without what
 * risk takes to judge each line. The reference writes the same state as JSON, which is what a record does. Contenders run
 * in processes of their own, interleaved; ratios are medians of those within a round.
 */
const rounds = 5
const options = llmOptionsSchema.parse({})
const isLegal = () => true
const menu = buildMenu(STATE, { isLegal, options })
const prompt = promptOf(STATE, menu, options)
const ids = menu.items.map(({ id }) => id)
const answer = JSON.stringify({ rationale: 'Good edge.', reason_codes: [], choice: ids[7], confidence: 'low' })

const contenders: Record<string, () => boolean> = {
  'json-stringify-state': () => JSON.stringify(STATE).length > 0,
  menu: () => buildMenu(STATE, { isLegal, options }).items.length === ids.length,
  'menu-and-prompt': () => {
    const built = buildMenu(STATE, { isLegal, options })
    return promptOf(STATE, built, options).input.length === prompt.input.length
  },
  'read-answer': () => 'answer' in readAnswer(answer, ids),
}

const contender = process.argv[2]
if (contender === undefined) compare()
else console.log(microsecondsOf(contenders[contender] as () => boolean))

function compare(): void {
  const names = Object.keys(contenders)
  const [reference = ''] = names
  const run = (name: string) => Number(execFileSync(process.execPath, [fileURLToPath(import.meta.url), name]))
  const times = Array.from({ length: rounds }, () => new Map(names.map((name) => [name, run(name)])))
  const medianOf = (value: (round: ReadonlyMap<string, number>) => number) =>
    times.map(value).toSorted((a, b) => a - b)[rounds >> 1] as number

  for (const name of names) console.log(`${name} ${medianOf((round) => round.get(name) as number).toFixed(2)} µs`)
  for (const name of names.slice(1)) {
    const ratio = medianOf((round) => (round.get(name) as number) / (round.get(reference) as number))
    console.log(`${name}-over-${reference} ${ratio.toFixed(3)} ratio`)
  }
  console.log(`menu-lines ${ids.length} lines`)
  console.log(`prompt-instructions ${Buffer.byteLength(prompt.instructions)} bytes`)
  console.log(`prompt-input ${Buffer.byteLength(prompt.input)} bytes`)
}

/** Of one run, once it is warm, in the batch that the machine disturbed least. */
function microsecondsOf(run: () => boolean): number {
  const size = 20
  const batch = () => {
    const startNs = process.hrtime.bigint()
    for (let i = 0; i < size; i++) if (!run()) throw new Error('the result is another than the one that is timed')
    return Number(process.hrtime.bigint() - startNs) / size / 1e3
  }
  for (let i = 0; i < 60; i++) batch()
  return Math.min(...Array.from({ length: 60 }, batch))
}
