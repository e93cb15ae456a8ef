import { expect, it } from 'vitest'
import { runFaultSession, type SessionReport } from './fault-session.ts'

/*
 * FAULT_SEED=17 plays one session again, FAULT_SESSIONS=2000 plays more of them, FAULT_FROM=1000 others. The same seed
 * draws the same faults; what they hit depends on the machine too.
 */
const ONE = process.env.FAULT_SEED
const COUNT = Number(process.env.FAULT_SESSIONS ?? 200)
const FROM = Number(process.env.FAULT_FROM ?? 1)
const SIDE_BY_SIDE = Number(process.env.FAULT_WIDTH ?? 24)
const SEEDS = ONE === undefined ? Array.from({ length: COUNT }, (_, index) => FROM + index) : [Number(ONE)]
const TIMEOUT_MS = 60_000 + SEEDS.length * 6_000

it(
  `of mixed faults (${SEEDS.length}) leave books and account as they are at the exchange, and nothing behind`,
  async () => {
    const rejections: string[] = []
    const onRejection = (reason: unknown) => void rejections.push(String(reason))
    process.on('unhandledRejection', onRejection)
    const before = resources()
    const reports = await played([...SEEDS])
    console.log(summaryOf(reports))
    await expect.poll(resources, { timeout: 60_000, interval: 20 }).toEqual(before)
    process.off('unhandledRejection', onRejection)
    expect(rejections).toEqual([])
    expect(reports.filter(({ problems }) => problems.length > 0).map(storyOf)).toEqual([])
    if (SEEDS.length >= 100) expect(kindsOf(reports).length).toBeGreaterThan(20)
  },
  TIMEOUT_MS,
)

async function played(left: number[]): Promise<SessionReport[]> {
  const reports: SessionReport[] = []
  const line = async () => {
    for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
      const report = await runFaultSession(seed).catch((error: unknown) => broken(seed, error))
      reports.push(report)
      if (report.problems.length > 0)
        process.stderr.write(`${JSON.stringify(storyOf(report), null, 1).slice(0, 4_000)}\n`)
    }
  }
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, line))
  return reports
}

function broken(seed: number, error: unknown): SessionReport {
  const problems = [`the session broke: ${error instanceof Error ? error.stack : String(error)}`]
  return { seed, problems, faults: {}, faultLog: [], connections: 0, trades: 0, orders: 0 }
}

/** Sockets and servers that keep the process alive. */
function resources(): Readonly<Record<string, number>> {
  const counts: Record<string, number> = { TCPSocketWrap: 0, TCPServerWrap: 0 }
  for (const kind of process.getActiveResourcesInfo()) if (kind in counts) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

function storyOf({ seed, problems, faults, faultLog }: SessionReport) {
  return { seed, problems: problems.slice(0, 10), faults, lastFaults: faultLog.slice(ONE === undefined ? -30 : 0) }
}

function kindsOf(reports: readonly SessionReport[]): readonly string[] {
  return [...new Set(reports.flatMap(({ faults }) => Object.keys(faults)))].sort()
}

function summaryOf(reports: readonly SessionReport[]): string {
  const sum = (of: (report: SessionReport) => number) => reports.reduce((all, report) => all + of(report), 0)
  const faults = sum((report) => Object.values(report.faults).reduce((all, count) => all + count, 0))
  const told = `${sum(({ trades }) => trades)} trades, ${sum(({ orders }) => orders)} orders`
  const rest = `${sum(({ connections }) => connections)} connections, ${told}`
  return `${reports.length} sessions, ${faults} faults of ${kindsOf(reports).length} kinds, ${rest}`
}
