import { closeSync, fdatasyncSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openRecord } from '@cc/logging'
import { cycleRecord } from './cycle-record.ts'

/**
 * What it costs to append a decision, with schema check, two secrets looked for, hash chain and a look at the file, on
 * top of a bare `writeSync` and `fdatasyncSync` of the same bytes: one after the other, in turns, in one folder.
 */
const rounds = 1_500
const secrets = [
  { name: 'DERIBIT_CLIENT_SECRET', value: 'Vb4kq_7xTzY2mWcRj9LpHnD3sGfEaUoQ1iKtBv5Xr8Z' },
  { name: 'OPENAI_API_KEY', value: 'sk-proj-0Nf3yqk2bQm8tVxLw5JrHc7DzEgPaSuTiYo1Kv9X4R6M' },
]

for (const sizeBytes of [4_000, 32_000]) await compare(sizeBytes)

async function compare(sizeBytes: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'cc-logging-bench-'))
  const identity = { runId: 'bench', codeVersion: '0.0.0', configuration: {} }
  const { decisions, close } = await openRecord({ folder, ...identity }, { secrets })
  const bare = openSync(join(folder, 'bare'), 'a', 0o600)
  await decisions.record(cycleRecord(0, sizeBytes))
  const line = readFileSync(join(folder, 'agent_decisions_20260102.jsonl')).toString().split('\n').at(-2) ?? ''
  const bytes = Buffer.from(`${line}\n`)

  const pairs: { ours: Cost; bare: Cost }[] = []
  for (let round = 1; round <= rounds; round += 1) {
    const bareStart = spent()
    writeSync(bare, bytes)
    fdatasyncSync(bare)
    const bareEnd = spent()
    // Made just before it is written, as a cycle does.
    const record = cycleRecord(round, sizeBytes)
    const start = spent()
    await decisions.record(record)
    const end = spent()
    // The first are of a process that has not compiled its code yet.
    if (round > rounds / 3) pairs.push({ bare: since(bareStart, bareEnd), ours: since(start, end) })
  }
  await close()
  closeSync(bare)
  rmSync(folder, { recursive: true })

  const name = `append-${bytes.length}-bytes`
  const print = (what: string, unit: string, figure: (pair: { ours: Cost; bare: Cost }) => number, digits = 0) =>
    console.log(`${name}${what} ${median(pairs.map(figure)).toFixed(digits)} ${unit}`)
  print('', 'us', ({ ours }) => ours.us)
  print('-bare', 'us', ({ bare }) => bare.us)
  print('-over-bare', 'ratio', ({ ours, bare }) => ours.us / bare.us, 2)
  print('-above-bare', 'us', ({ ours, bare }) => ours.us - bare.us)
  print('-above-bare-processor', 'us', ({ ours, bare }) => ours.cpuUs - bare.cpuUs)
}

/** Time by the clock, and of the processor, which neither the disk nor another program adds to. */
type Cost = { us: number; cpuUs: number }

function spent(): Cost {
  const { user, system } = process.cpuUsage()
  return { us: Number(process.hrtime.bigint()) / 1000, cpuUs: user + system }
}

function since(start: Cost, end: Cost): Cost {
  return { us: end.us - start.us, cpuUs: end.cpuUs - start.cpuUs }
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number
}
