import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { ProposedAction } from '@cc/models'
import { createRiskGate, verdictRecord } from '@cc/risk'
import { benchRequest, HELD, OFFERED } from './bench-request.ts'

/**
 * Time of a `review` on a state of 20 positions and 10 candidates, allowed and refused, seal and sentences included. The
 * reference reads the same state from JSON, which is what a replay does before. Contenders run in processes of their
 * own, interleaved; ratios are medians of those within a round.
 */
const rounds = 5
const gate = createRiskGate()
const sale = benchRequest(open(OFFERED, 0.5))
const tooMuch = benchRequest(open(OFFERED, 6.5))
const exit = benchRequest({ action: 'CLOSE_COVERED_CALL', params: { symbol: HELD, size: 0.1 }, reasoning: '' })
const text = JSON.stringify(sale.state)

const contenders: Record<string, () => boolean> = {
  'json-parse': () => JSON.parse(text).timeMs > 0,
  'review-open': () => gate.review(sale).allowed,
  'review-close': () => gate.review(exit).allowed,
  'review-refused-open': () => !gate.review(tooMuch).allowed,
}

const contender = process.argv[2]
if (contender === undefined) compare()
else console.log(microsecondsOf(contenders[contender] as () => boolean))

function open(symbol: string, size: number): ProposedAction {
  return { action: 'OPEN_COVERED_CALL', params: { symbol, size }, reasoning: '' }
}

function compare(): void {
  const names = Object.keys(contenders)
  const run = (name: string) => Number(execFileSync(process.execPath, [fileURLToPath(import.meta.url), name]))
  const times = Array.from({ length: rounds }, () => new Map(names.map((name) => [name, run(name)])))
  const medianOf = (value: (round: ReadonlyMap<string, number>) => number) =>
    times.map(value).toSorted((a, b) => a - b)[rounds >> 1] as number

  for (const name of names) console.log(`${name} ${medianOf((round) => round.get(name) as number).toFixed(2)} µs`)
  for (const name of names.slice(1)) {
    const ratio = medianOf((round) => (round.get(name) as number) / (round.get('json-parse') as number))
    console.log(`${name}-over-json-parse ${ratio.toFixed(3)} ratio`)
  }
  const refused = verdictRecord(gate.review(tooMuch))
  console.log(`refused-open-breaches ${refused.allowed ? 0 : refused.breaches.length} breaches`)
  console.log(`state-as-json ${text.length} bytes`)
}

/** Of one run, once it is warm, in the batch that the machine disturbed least. */
function microsecondsOf(run: () => boolean): number {
  const size = 50
  const batch = () => {
    const startNs = process.hrtime.bigint()
    for (let i = 0; i < size; i++) if (!run()) throw new Error('the verdict is another than the one that is timed')
    return Number(process.hrtime.bigint() - startNs) / size / 1e3
  }
  for (let i = 0; i < 150; i++) batch()
  return Math.min(...Array.from({ length: 150 }, batch))
}
