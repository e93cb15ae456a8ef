import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type AgentState, CURRENCIES, EMPTY_MEMORY } from '@cc/models'
import { assembleUnderlying, shortlist, stateOptionsSchema } from '@cc/state'
import { BENCH_MS, benchReadings, quotesText } from './bench-readings.ts'

/**
 * Time of an `AgentState` of both currencies, from 2 × 1,000 parsed quotes and a year of hourly bars, without
 * reading anything. The reference parses the same quotes from JSON: what has to be done before. Contenders run in
 * processes of their own, interleaved; ratios are medians of those within a round.
 */
const rounds = 9
const options = stateOptionsSchema.parse({})
const moment = { timeMs: BENCH_MS, memory: EMPTY_MEMORY }
const readings = CURRENCIES.map((currency) => benchReadings(currency))
const texts = readings.map(quotesText)

const contenders: Record<string, () => number> = {
  'json-parse': () => texts.reduce((sum, text) => sum + JSON.parse(text).length, 0),
  'agent-state': () => agentState().underlyings.length,
  shortlist: () => readings.reduce((sum, each) => sum + shortlist(each, moment, options).length, 0),
}

const contender = process.argv[2]
if (contender === undefined) compare()
else console.log(millisecondsOf(contenders[contender] as () => number))

function agentState(): AgentState {
  return {
    timeMs: BENCH_MS,
    source: { kind: 'recorded-chain', description: 'benchmark' },
    venue: { testnet: true, locked: [], clockErrorMs: 0 },
    underlyings: readings.map((each) => assembleUnderlying(each, moment, options)),
    memory: EMPTY_MEMORY,
  }
}

function compare(): void {
  const names = Object.keys(contenders)
  const run = (name: string) => Number(execFileSync(process.execPath, [fileURLToPath(import.meta.url), name]))
  const times = Array.from({ length: rounds }, () => new Map(names.map((name) => [name, run(name)])))
  const medianOf = (value: (round: ReadonlyMap<string, number>) => number) =>
    times.map(value).toSorted((a, b) => a - b)[rounds >> 1] as number

  for (const name of names) console.log(`${name} ${medianOf((round) => round.get(name) as number).toFixed(3)} ms`)
  for (const name of names.slice(1)) {
    const ratio = medianOf((round) => (round.get(name) as number) / (round.get('json-parse') as number))
    console.log(`${name}-over-json-parse ${ratio.toFixed(2)} ratio`)
  }
  const state = agentState()
  for (const { currency, candidates, missing } of state.underlyings) {
    console.log(`${currency}-candidates ${candidates.length} calls`)
    console.log(`${currency}-missing ${missing.length} data`)
  }
  console.log(`state-as-json ${JSON.stringify(state).length} bytes`)
}

/** Of one run, once it is warm. */
function millisecondsOf(run: () => number): number {
  const passes = 200
  for (let pass = 0; pass < passes; pass++) run()
  const times = Array.from({ length: passes }, () => {
    const startNs = process.hrtime.bigint()
    run()
    return Number(process.hrtime.bigint() - startNs) / 1e6
  })
  return times.toSorted((a, b) => a - b)[passes >> 1] as number
}
