import { execFileSync } from 'node:child_process'

/** What a contender did: tickers in a second of the wall clock, and in one of processor time, garbage collection included. */
export type Speed = { perSecond: number; perCpuSecond: number }

/** Counts from `start` on. */
export function stopwatch(): (count: number) => Speed {
  const fromCpu = process.cpuUsage()
  const fromNs = process.hrtime.bigint()
  return (count) => {
    const seconds = Number(process.hrtime.bigint() - fromNs) / 1e9
    const { user, system } = process.cpuUsage(fromCpu)
    return { perSecond: count / seconds, perCpuSecond: (count * 1e6) / (user + system) }
  }
}

/** All contenders in turn, `rounds` times, each time in a process of its own that prints its speed. */
export function race(
  rounds: number,
  names: readonly string[],
  argumentsOf: (name: string) => readonly string[],
): Map<string, Speed[]> {
  const speeds = new Map<string, Speed[]>(names.map((name) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const printed = execFileSync(process.execPath, argumentsOf(name), { encoding: 'utf8', timeout: 60_000 })
      speeds.get(name)?.push(JSON.parse(printed))
    }
  }
  return speeds
}

/** Medians as lines of `name value unit`, and those of the paired ratios to the reference, which is the first. */
export function compared(
  what: string,
  speeds: ReadonlyMap<string, readonly Speed[]>,
): { lines: string[]; greatestRatio: number } {
  const [[reference, ofReference] = ['', []], ...others] = speeds
  const absolute = [...speeds].flatMap(([name, of]) => {
    const perCpuSecond = median(of.map((speed) => speed.perCpuSecond))
    return [
      `${what}-${name} ${median(of.map((speed) => speed.perSecond)).toFixed(0)} /s`,
      `${what}-${name} ${perCpuSecond.toFixed(0)} /cpu-s`,
      `${what}-${name} ${(1e6 / perCpuSecond).toFixed(2)} cpu-us`,
    ]
  })
  const ratios = others.map(([name, of]) => ({
    name,
    ratio: median(of.map(({ perCpuSecond }, i) => (ofReference[i]?.perCpuSecond ?? Number.NaN) / perCpuSecond)),
  }))
  const relative = ratios.map(({ name, ratio }) => `${what}-${name}-over-${reference} ${ratio.toFixed(2)} cpu-ratio`)
  return { lines: [...absolute, ...relative], greatestRatio: Math.max(...ratios.map(({ ratio }) => ratio)) }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number
}
