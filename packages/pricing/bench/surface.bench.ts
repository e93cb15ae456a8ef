import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { dvolLike, type ExpiryQuotes, fitSurface, type SmileQuote, smilePoints, yearsBetween } from '@cc/pricing'

/**
 * SVI smiles of all expiries of a recorded chain with the repair of their arbitrage, from its books, beside the plain way:
 * all five parameters by Nelder and Mead's simplex on the same points, butterflies and crossings left in. From `dist`,
 * in turns in one process.
 */
const rounds = 60
const chainPath = fileURLToPath(
  new URL('../../../../shared/fixtures/chains/BTC_20260226T094105Z.json', import.meta.url),
)

const { atMs, expiries } = existsSync(chainPath) ? recordedChain() : madeChain()
const contenders: Record<string, () => unknown> = {
  'surface-with-repair': () => fitSurface(expiries),
  'plain-simplex-without-repair': () => expiries.map(plainFit),
  'dvol-like': () => dvolLike({ atMs, expiries }),
}

const { slices, omitted } = fitSurface(expiries)
const names = Object.keys(contenders)
const times = new Map<string, number[]>(names.map((name) => [name, []]))
for (let round = -20; round < rounds; round++) {
  for (const name of names) {
    const start = process.hrtime.bigint()
    contenders[name]?.()
    const elapsed = Number(process.hrtime.bigint() - start) / 1e6
    if (round >= 0) times.get(name)?.push(elapsed)
  }
}
const medianOf = (name: string) => (times.get(name) ?? []).toSorted((a, b) => a - b)[rounds >> 1] as number

console.log(`surface-quotes ${expiries.reduce((sum, { quotes }) => sum + quotes.length, 0)} quotes`)
console.log(`surface-points ${slices.reduce((sum, { quality }) => sum + quality.points, 0)} points`)
console.log(`surface-slices ${slices.length} slices`)
console.log(`surface-omitted ${omitted.length} expiries`)
console.log(`surface-repaired ${slices.filter(({ repairs }) => repairs.butterfly || repairs.calendar).length} slices`)
for (const name of names) console.log(`${name} ${medianOf(name).toFixed(2)} ms/chain`)
const ratio = medianOf('surface-with-repair') / medianOf('plain-simplex-without-repair')
console.log(`surface-with-repair-over-plain-simplex ${ratio.toFixed(3)} ratio`)

type Row = {
  underlying: number
  strike: number
  option_type: 'call' | 'put'
  expiry_datetime: string
  bid_price: number | null
  ask_price: number | null
}

function recordedChain(): { atMs: number; expiries: ExpiryQuotes[] } {
  const { collected_at, rows } = JSON.parse(readFileSync(chainPath, 'utf8')) as { collected_at: string; rows: Row[] }
  const at = Date.parse(collected_at)
  const quotes = new Map<number, SmileQuote[]>()
  for (const row of rows) {
    const expiryMs = Date.parse(row.expiry_datetime)
    quotes.set(expiryMs, [
      ...(quotes.get(expiryMs) ?? []),
      {
        ...{ forwardUsd: row.underlying, strikeUsd: row.strike, kind: row.option_type },
        ...{ bidCoin: row.bid_price, askCoin: row.ask_price },
      },
    ])
  }
  const chain = [...quotes].map(([expiryMs, books]) => ({ expiryYears: yearsBetween(at, expiryMs), quotes: books }))
  return { atMs: at, expiries: chain }
}

/** Books on a smile, 84 a expiry, whose prices are rounded to the tick. */
function madeChain(): { atMs: number; expiries: ExpiryQuotes[] } {
  console.error('No recorded chain: measured on a made one.')
  const days = [1, 2, 3, 8, 15, 22, 29, 57, 85, 120, 211, 302]
  return {
    atMs: Date.UTC(2026, 1, 26),
    expiries: days.map((count) => ({ expiryYears: count / 365, quotes: madeBooks(count / 365) })),
  }
}

function madeBooks(expiryYears: number): SmileQuote[] {
  const forwardUsd = 68_000
  const root = Math.sqrt(expiryYears)
  return Array.from({ length: 84 }, (_, i): SmileQuote => {
    const logMoneyness = 0.5 * root * 2.4 * ((i >> 1) / 20.5 - 1)
    const scaled = logMoneyness / root
    const deviation = (0.5 - 0.06 * scaled + 0.12 * scaled * scaled) * root
    const strikeUsd = forwardUsd * Math.exp(logMoneyness)
    const kind = i % 2 === 0 ? 'call' : 'put'
    const d1 = deviation / 2 - logMoneyness / deviation
    const call = normalTail(-d1) - (strikeUsd / forwardUsd) * normalTail(deviation - d1)
    const priceCoin = kind === 'call' ? call : call - 1 + strikeUsd / forwardUsd
    const tick = priceCoin > 0.005 ? 0.0005 : 0.0001
    return {
      forwardUsd,
      strikeUsd,
      kind,
      bidCoin: Math.floor(priceCoin / tick) * tick,
      askCoin: Math.ceil(priceCoin / tick) * tick,
    }
  })
}

/** Probability above x, by Zelen and Severo's series (Abramowitz and Stegun 26.2.17): good enough to make prices. */
function normalTail(x: number): number {
  if (x < 0) return 1 - normalTail(-x)
  const t = 1 / (1 + 0.2316419 * x)
  const series = ((((1.330274429 * t - 1.821255978) * t + 1.781477937) * t - 0.356563782) * t + 0.31938153) * t
  return (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * series
}

/** The least weighted squared error over (a, b, ρ, m, σ), the search bounded by an infinite cost. */
function plainFit(quotes: ExpiryQuotes): number[] | null {
  const { points } = smilePoints(quotes)
  if (points.length < 5) return null
  const { expiryYears } = quotes
  const rows = points.map(({ logMoneyness, iv, halfSpreadIv, isDeep }) => {
    const halfSpread = 2 * iv * expiryYears * Math.max(halfSpreadIv, 0.0005)
    return { k: logMoneyness, w: iv * iv * expiryYears, weight: (isDeep ? 0.2 : 1) / (halfSpread * halfSpread) }
  })
  const costAt = ([a, b, rho, m, sigma]: readonly number[]): number => {
    if (a === undefined || b === undefined || rho === undefined || m === undefined || sigma === undefined)
      return Infinity
    if (!(b >= 0 && Math.abs(rho) < 1 && sigma > 0)) return Infinity
    let cost = 0
    for (const { k, w, weight } of rows) {
      const miss = a + b * (rho * (k - m) + Math.sqrt((k - m) * (k - m) + sigma * sigma)) - w
      cost += weight * miss * miss
    }
    return cost
  }
  const level = Math.min(...rows.map(({ w }) => w))
  const root = Math.sqrt(level)
  return simplex(costAt, [level / 2, root / 2, 0, 0, root], [level / 4, root / 4, 0.2, root / 4, root / 4])
}

function simplex(costAt: (at: readonly number[]) => number, start: number[], steps: number[]): number[] {
  const vertex = (at: number[]) => ({ at, cost: costAt(at) })
  const vertices = [
    vertex(start),
    ...steps.map((step, j) => vertex(start.map((value, i) => (i === j ? value + step : value)))),
  ]
  for (let iteration = 0; iteration < 600; iteration++) {
    vertices.sort((first, second) => first.cost - second.cost)
    const [best, worst] = [vertices[0], vertices.pop()]
    if (best === undefined || worst === undefined) break
    if (worst.cost - best.cost <= 1e-4 * best.cost) return best.at
    const centre = start.map((_, i) => vertices.reduce((sum, { at }) => sum + (at[i] as number), 0) / vertices.length)
    const along = (share: number) => vertex(centre.map((value, i) => value + share * (value - (worst.at[i] as number))))
    const reflected = along(1)
    if (reflected.cost < best.cost) {
      const expanded = along(2)
      vertices.push(expanded.cost < reflected.cost ? expanded : reflected)
    } else if (reflected.cost < (vertices.at(-1)?.cost ?? Infinity)) vertices.push(reflected)
    else {
      const contracted = along(reflected.cost < worst.cost ? 0.5 : -0.5)
      if (contracted.cost < Math.min(reflected.cost, worst.cost)) vertices.push(contracted)
      else {
        const shrunk = vertices
          .slice(1)
          .map(({ at }) => vertex(at.map((value, i) => (value + (best.at[i] as number)) / 2)))
        vertices.splice(
          1,
          vertices.length,
          ...shrunk,
          vertex(worst.at.map((value, i) => (value + (best.at[i] as number)) / 2)),
        )
      }
    }
  }
  return vertices.toSorted((first, second) => first.cost - second.cost)[0]?.at ?? start
}
