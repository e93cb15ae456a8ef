import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type Black76Input, type Black76Value, black76 } from '@cc/pricing'
import { REFERENCE_ROWS } from '../test/black76-reference.ts'
import { normal } from './textbook-normal.ts'

/**
 * Speed and error of `black76` from `dist` against the textbook, each contender in its own process, interleaved.
 * The chain is a grid of strikes and expiries around one forward, as an exchange lists it.
 */
const contenders: Record<string, (input: Black76Input) => Black76Value> = { black76, textbook }
const rounds = 7

const chain: Black76Input[] = [1, 2, 7, 14, 30, 60, 90, 180, 270].flatMap((days) =>
  Array.from({ length: 100 }, (_, i) => ({
    forwardUsd: 60_000 + 10 * days,
    strikeUsd: 30_000 + 900 * Math.floor(i / 2),
    expiryYears: days / 365,
    iv: 0.4 + 0.004 * Math.abs(i - 50),
    kind: i % 2 === 0 ? 'call' : 'put',
  })),
)

const contender = process.argv[2]
if (contender === undefined) compare()
else console.log(nanosecondsPerOption(contenders[contender] as typeof black76))

function compare(): void {
  const run = (name: string) => Number(execFileSync(process.execPath, [fileURLToPath(import.meta.url), name]))
  const times = Array.from({ length: rounds }, () => ({ ours: run('black76'), textbook: run('textbook') }))
  console.log(`black76 ${median(times.map(({ ours }) => ours)).toFixed(1)} ns/option`)
  console.log(`textbook ${median(times.map((time) => time.textbook)).toFixed(1)} ns/option`)
  console.log(`black76-over-textbook ${median(times.map((time) => time.ours / time.textbook)).toFixed(2)} ratio`)
  for (const [name, price] of Object.entries(contenders)) {
    for (const field of ['priceUsd', 'delta', 'gamma', 'vega', 'theta', 'rho', 'netDelta'] as const) {
      console.log(`${name}-worst-${field}-error ${worstError(price, field).toExponential(1)} relative`)
    }
  }
}

function nanosecondsPerOption(price: typeof black76): number {
  const passes = 300
  let checksum = 0
  const run = () => {
    for (let pass = 0; pass < passes; pass++) for (const input of chain) checksum += price(input).theta
  }
  run()
  const start = process.hrtime.bigint()
  run()
  const elapsed = Number(process.hrtime.bigint() - start)
  if (!Number.isFinite(checksum)) throw new Error('a contender returned NaN')
  return elapsed / passes / chain.length
}

function worstError(price: typeof black76, field: keyof Black76Value): number {
  return Math.max(...REFERENCE_ROWS.map(({ input, value }) => Math.abs(price(input)[field] / value[field] - 1)))
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number
}

/** φ(F·N(φd1) − K·N(φd2)), unchecked. */
function textbook({ forwardUsd, strikeUsd, expiryYears, iv, kind }: Black76Input): Black76Value {
  const sign = kind === 'call' ? 1 : -1
  const deviation = iv * Math.sqrt(expiryYears)
  const d1 = Math.log(forwardUsd / strikeUsd) / deviation + deviation / 2
  const d2 = d1 - deviation
  const density = forwardUsd * Math.exp((-d1 * d1) / 2) * 0.3989422804014327
  const delta = sign * normal(sign * d1)
  const strikeLeg = sign * strikeUsd * normal(sign * d2)
  const priceUsd = forwardUsd * delta - strikeLeg
  const theta = (density * iv) / (2 * Math.sqrt(expiryYears)) / 365
  return {
    priceUsd,
    priceCoin: priceUsd / forwardUsd,
    delta,
    gamma: density / (forwardUsd * forwardUsd * deviation),
    vega: (density * Math.sqrt(expiryYears)) / 100,
    theta: -Math.min(theta * Math.min(1, expiryYears * 365), priceUsd),
    rho: (strikeLeg * expiryYears) / 100,
    netDelta: delta - priceUsd / forwardUsd,
  }
}
