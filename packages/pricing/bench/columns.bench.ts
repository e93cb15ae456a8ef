import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  black76,
  type ChainEngine,
  createImpliedVolColumns,
  createPriceColumns,
  impliedVolatility,
  impliedVolChain,
  priceChain,
} from '@cc/pricing'
import { REFERENCE_ROWS } from '../test/black76-reference.ts'
import { IMPLIED_VOLATILITY_ROWS } from '../test/implied-volatility-reference.ts'
import { benchChain, columnsOf, writeChain } from './chain-file.ts'

/**
 * Speed and error of `priceChain` and `impliedVolChain` from `dist`, by either engine and with the copies in and out,
 * against a textbook loop in C (`gcc -O3`, libm) where a compiler is present; the scalar functions beside them. Each
 * contender runs in its own process, interleaved; the ratios are medians of the ratios within a round.
 */
const rounds = 9
const passes = 1000
const { name: chainName, chain } = benchChain()
const rows = chain.isCall.length
const priceResult = createPriceColumns(rows)
const volatilityResult = createImpliedVolColumns(rows)
const kindOf = (row: number) => (chain.isCall[row] === 1 ? ('call' as const) : ('put' as const))
const scalarRows = Array.from({ length: rows }, (_, row) => ({
  forwardUsd: chain.forwardUsd[row] as number,
  strikeUsd: chain.strikeUsd[row] as number,
  expiryYears: chain.expiryYears[row] as number,
  iv: chain.iv[row] as number,
  kind: kindOf(row),
}))
priceChain(chain, priceResult)
const priceUsd = priceResult.priceUsd.slice()
const quotedRows = scalarRows.map((row, index) => ({ ...row, priceUsd: priceUsd[index] as number }))

const plainFields = ['priceUsd', 'delta', 'gamma', 'vega', 'theta', 'rho'] as const
const fields = [...plainFields, 'netDelta'] as const
type Results = Partial<Record<(typeof fields)[number], ArrayLike<number>>>

const contenders: Record<string, () => number> = {
  'greeks-columns-webassembly': () => greeksBy('webassembly'),
  'greeks-columns-typescript': () => greeksBy('typescript'),
  'greeks-scalar': () => scalarRows.reduce((sum, row) => sum + black76(row).theta, 0),
  'iv-columns-webassembly': () => volatilitiesBy('webassembly'),
  'iv-columns-typescript': () => volatilitiesBy('typescript'),
  'iv-scalar': () => quotedRows.reduce((sum, row) => sum + (impliedVolatility(row) ?? 0), 0),
}

const contender = process.argv[2]
if (contender === undefined) compare()
else console.log(nanosecondsPerOption(contenders[contender] as () => number))

function greeksBy(engine: ChainEngine): number {
  priceChain(chain, priceResult, { engine })
  return priceResult.theta[0] as number
}

function volatilitiesBy(engine: ChainEngine): number {
  return impliedVolChain({ ...chain, priceUsd }, volatilityResult, { engine }).computed
}

function compare(): void {
  const folder = mkdtempSync(join(tmpdir(), 'pricing-bench-'))
  try {
    const plain = compilePlainLoop(folder)
    const chainPath = join(folder, 'chain')
    writeChain(chainPath, chain)
    const times = Array.from({ length: rounds }, () => ({
      ...Object.fromEntries(Object.keys(contenders).map((name) => [name, runContender(name)])),
      ...(plain === null ? {} : { 'greeks-c': plain('greeks', chainPath), 'price-c': plain('price', chainPath) }),
    })) as Record<string, number>[]

    console.log(`chain ${chainName}, ${rows} rows`)
    for (const name of Object.keys(times[0] ?? {})) {
      console.log(`${name} ${median(times.map((time) => time[name] as number)).toFixed(1)} ns/option`)
    }
    const goals = [
      ...['greeks-columns-webassembly', 'greeks-columns-typescript', 'greeks-scalar'].map((name) => [name, 'greeks-c']),
      ...['iv-columns-webassembly', 'iv-columns-typescript', 'iv-scalar'].map((name) => [name, 'price-c']),
    ] as [string, string][]
    if (plain === null) console.log('no C compiler: no ratios')
    else {
      for (const [name, reference] of goals) {
        const ratio = median(times.map((time) => (time[name] as number) / (time[reference] as number)))
        console.log(`${name}-over-${reference} ${ratio.toFixed(2)} ratio`)
      }
    }
    printErrors(plain === null ? null : (path) => printedColumns(folder, path), folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function runContender(name: string): number {
  return Number(execFileSync(process.execPath, [fileURLToPath(import.meta.url), name]))
}

/** Runs the C loop over a chain file, or `null` without a compiler. */
function compilePlainLoop(folder: string): ((task: string, path: string) => number) | null {
  const source = fileURLToPath(new URL('plain-black76.c', import.meta.url))
  const compiler = ['gcc', 'cc', 'clang'].find((command) => {
    try {
      execFileSync(command, ['-O3', '-o', join(folder, 'plain'), source, '-lm'], { stdio: 'ignore' })
      return true
    } catch {
      return false
    }
  })
  if (compiler === undefined) return null
  return (task, path) => Number(execFileSync(join(folder, 'plain'), [task, path, String(passes)]))
}

/** Columns of what the C loop computes. */
function printedColumns(folder: string, path: string): Results {
  const lines = execFileSync(join(folder, 'plain'), ['print', path], { encoding: 'utf8' }).trim().split('\n')
  const table = lines.map((line) => line.split(' ').map(Number))
  return Object.fromEntries(plainFields.map((field, i) => [field, table.map((row) => row[i] as number)]))
}

/** Worst errors against references of 60 digits and more. */
function printErrors(plainResults: ((path: string) => Results) | null, folder: string): void {
  const inputs = columnsOf(REFERENCE_ROWS.map(({ input }) => input))
  for (const engine of ['webassembly', 'typescript'] as const) {
    const result = createPriceColumns(REFERENCE_ROWS.length)
    priceChain(inputs, result, { engine })
    printWorst(`greeks-columns-${engine}`, result)
  }
  const scalar = REFERENCE_ROWS.map(({ input }) => black76(input))
  printWorst('greeks-scalar', Object.fromEntries(fields.map((field) => [field, scalar.map((value) => value[field])])))
  if (plainResults !== null) {
    const path = join(folder, 'references')
    writeChain(path, inputs)
    printWorst('greeks-c', plainResults(path))
  }

  const quoted = IMPLIED_VOLATILITY_ROWS.filter(({ input }) => isOutOfTheMoney(input))
  const worstIv = (ivs: ArrayLike<number>) =>
    Math.max(...quoted.map(({ iv }, row) => Math.abs((ivs[row] as number) - iv)))
  const columns = {
    ...columnsOf(quoted.map(({ input, iv }) => ({ ...input, iv }))),
    priceUsd: Float64Array.from(quoted, ({ input }) => input.priceUsd),
  }
  for (const engine of ['webassembly', 'typescript'] as const) {
    const result = createImpliedVolColumns(quoted.length)
    impliedVolChain(columns, result, { engine })
    console.log(`iv-columns-${engine}-worst-error ${worstIv(result.iv).toExponential(1)} iv`)
  }
  const ivs = quoted.map(({ input }) => impliedVolatility(input) ?? Number.NaN)
  console.log(`iv-scalar-worst-error ${worstIv(ivs).toExponential(1)} iv`)
}

/** One line per result that a contender has. */
function printWorst(name: string, results: Results): void {
  for (const field of fields) {
    const column = results[field]
    if (column === undefined) continue
    const errors = REFERENCE_ROWS.map(({ value }, row) => Math.abs((column[row] as number) / value[field] - 1))
    console.log(`${name}-worst-${field}-error ${Math.max(...errors).toExponential(1)} relative`)
  }
}

function isOutOfTheMoney({ forwardUsd, strikeUsd, kind }: { forwardUsd: number; strikeUsd: number; kind: string }) {
  return kind === 'call' ? strikeUsd >= forwardUsd : strikeUsd <= forwardUsd
}

function nanosecondsPerOption(run: () => number): number {
  const pass = () => {
    let checksum = 0
    for (let i = 0; i < passes; i++) checksum += run()
    if (!Number.isFinite(checksum)) throw new Error('a contender returned NaN')
  }
  pass()
  const start = process.hrtime.bigint()
  pass()
  return Number(process.hrtime.bigint() - start) / passes / rows
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number
}
