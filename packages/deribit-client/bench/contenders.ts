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

/** Prints medians, and those of the paired ratios to the reference, which is the first. Throws where a ratio is beyond. */
export function report(what: string, speeds: ReadonlyMap<string, readonly Speed[]>, mostOverReference: number): void {
  const [[reference, ofReference] = ['', []], ...others] = speeds
  for (const [name, of] of speeds) {
    console.log(`${what}-${name} ${median(of.map(({ perSecond }) => perSecond)).toFixed(0)} /s`)
    console.log(`${what}-${name} ${median(of.map(({ perCpuSecond }) => perCpuSecond)).toFixed(0)} /cpu-s`)
    console.log(`${what}-${name} ${(1e6 / median(of.map(({ perCpuSecond }) => perCpuSecond))).toFixed(2)} cpu-us`)
  }
  for (const [name, of] of others) {
    const ratio = median(of.map(({ perCpuSecond }, i) => (ofReference[i]?.perCpuSecond ?? Number.NaN) / perCpuSecond))
    console.log(`${what}-${name}-over-${reference} ${ratio.toFixed(2)} cpu-ratio`)
    if (!(ratio <= mostOverReference)) throw new Error(`${name} takes more than ${mostOverReference} times ${reference}`)
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number
}
