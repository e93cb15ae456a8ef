import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { black76, type ImpliedVolatilityInput, impliedVolatility } from '@cc/pricing'
import { IMPLIED_VOLATILITY_ROWS } from '../test/implied-volatility-reference.ts'
import { normal } from './textbook-normal.ts'

/**
 * Speed and error of `impliedVolatility` from `dist` against bisection on the textbook's formula, and beside one plain
 * textbook price; each contender in its own process, interleaved. The chain is a grid of strikes and expiries around one
 * forward, as an exchange lists it, without the options that cost less than a dollar over their intrinsic value.
 */
const contenders: Record<string, (input: ImpliedVolatilityInput, index: number) => number | null> = {
  'implied-volatility': impliedVolatility,
  bisection,
  'textbook-price': (input, index) => textbookUsd(input, ivs[index] as number),
}
const rounds = 7

const listed = [1, 2, 7, 14, 30, 60, 90, 180, 270].flatMap((days) =>
  Array.from({ length: 100 }, (_, i) => {
    const option = {
      forwardUsd: 60_000 + 10 * days,
      strikeUsd: 30_000 + 900 * Math.floor(i / 2),
      expiryYears: days / 365,
      kind: i % 2 === 0 ? ('call' as const) : ('put' as const),
    }
    const iv = 0.4 + 0.004 * Math.abs(i - 50)
    return { iv, input: { ...option, priceUsd: black76({ ...option, iv }).priceUsd } }
  }),
)
const chain = listed.filter(({ input }) => input.priceUsd > intrinsicUsd(input) + 1)
const inputs = chain.map(({ input }) => input)
const ivs = chain.map(({ iv }) => iv)

const contender = process.argv[2]
if (contender === undefined) compare()
else console.log(nanosecondsPerOption(contenders[contender] as typeof impliedVolatility))

function compare(): void {
  const run = (name: string) => Number(execFileSync(process.execPath, [fileURLToPath(import.meta.url), name]))
  const times = Array.from({ length: rounds }, () =>
    Object.fromEntries(Object.keys(contenders).map((name) => [name, run(name)])),
  )
  const medianOf = (name: string, reference?: string) =>
    median(times.map((time) => (time[name] as number) / (reference === undefined ? 1 : (time[reference] as number))))
  for (const name of Object.keys(contenders)) console.log(`${name} ${medianOf(name).toFixed(1)} ns/option`)
  for (const reference of ['bisection', 'textbook-price']) {
    console.log(`implied-volatility-over-${reference} ${medianOf('implied-volatility', reference).toFixed(3)} ratio`)
  }
  console.log(`implied-volatility-worst-error ${worstError(impliedVolatility).toExponential(1)} iv`)
  console.log(`bisection-worst-error ${worstError(bisection).toExponential(1)} iv`)
}

function nanosecondsPerOption(solve: (input: ImpliedVolatilityInput, index: number) => number | null): number {
  const passes = 100
  let checksum = 0
  const run = () => {
    for (let pass = 0; pass < passes; pass++) {
      for (let i = 0; i < inputs.length; i++) checksum += solve(inputs[i] as ImpliedVolatilityInput, i) ?? Number.NaN
    }
  }
  run()
  const start = process.hrtime.bigint()
  run()
  const elapsed = Number(process.hrtime.bigint() - start)
  if (!Number.isFinite(checksum)) throw new Error('a contender found no volatility')
  return elapsed / passes / inputs.length
}

/** On the rows whose price carries the volatility: out of the money. */
function worstError(solve: (input: ImpliedVolatilityInput) => number | null): number {
  const outOfTheMoney = IMPLIED_VOLATILITY_ROWS.filter(({ input }) => intrinsicUsd(input) === 0)
  return Math.max(...outOfTheMoney.map(({ input, iv }) => Math.abs((solve(input) ?? Number.NaN) - iv)))
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number
}

function intrinsicUsd({ forwardUsd, strikeUsd, kind }: ImpliedVolatilityInput): number {
  return Math.max(0, kind === 'call' ? forwardUsd - strikeUsd : strikeUsd - forwardUsd)
}

/** Halves 0-1,000 % until no double lies between, unchecked. */
function bisection(input: ImpliedVolatilityInput): number {
  let low = 0
  let high = 10
  for (let middle = 5; middle > low && middle < high; middle = (low + high) / 2) {
    if (textbookUsd(input, middle) < input.priceUsd) low = middle
    else high = middle
  }
  return low
}

/** φ(F·N(φd1) − K·N(φd2)) with N after Hart 5666 as given by West (Wilmott, May 2005). */
function textbookUsd({ forwardUsd, strikeUsd, expiryYears, kind }: ImpliedVolatilityInput, iv: number): number {
  const sign = kind === 'call' ? 1 : -1
  const deviation = iv * Math.sqrt(expiryYears)
  const d1 = Math.log(forwardUsd / strikeUsd) / deviation + deviation / 2
  return sign * (forwardUsd * normal(sign * d1) - strikeUsd * normal(sign * (d1 - deviation)))
}
