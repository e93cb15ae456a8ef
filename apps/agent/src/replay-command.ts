import { Option } from 'commander'
import { EXIT, type ExitCode, notInThisVersion } from './failure.js'
import { type Coins, jsonFlag, readSize } from './flags.js'
import type { Io } from './io.js'
import { createJsonList } from './json-list.js'
import { findLog, linesOf } from './log-source.js'
import { type Change, createReplayer, type Replay } from './replay.js'
import { createReplayPrinter, type ReplayCounts, type ReplayPrinter } from './replay-lines.js'

export type ReplayFlags = { policy?: 'rules' | 'llm'; size?: Coins; json?: true }

export const replayFlags = () => [
  new Option('--policy <name>', 'also what another policy decided; default: what rules decided').choices([
    'rules',
    'llm',
  ]),
  new Option('--size <coins>', 'largest sale, instead of that of the log: 0.5, or BTC=0.5,ETH=10').argParser(readSize),
  jsonFlag('as one JSON document'),
]

/**
 * `ccagent replay DIR|FILE`: makes every decision again from its own state. Ends with 6 where the same policy under the
 * same settings comes to something else. Changes nothing.
 */
export async function replay(named: string, { policy, size, json }: ReplayFlags, io: Io): Promise<ExitCode> {
  if (policy === 'llm') throw notInThisVersion('A replay by a language model')
  const log = await findLog(named, io)
  const replayer = createReplayer({ environment: io.env, size, anyPolicy: policy === 'rules' })
  const printer = json ? createJson(io, log.folder) : createReplayPrinter(io)
  const counts: ReplayCounts = { ...NOTHING_YET, skipped: {} }
  const changes = new Map<string, Change>()
  for await (const line of linesOf(log)) {
    const { entry } = line
    if (entry.kind === 'header') replayer.under(entry)
    if (entry.kind !== 'decision') continue
    const again = await replayer.again(entry)
    count(counts, again)
    for (const change of replayer.changes) changes.set(JSON.stringify(change), change)
    printer.tell(again, entry, line)
  }
  printer.end({ ...counts, changes: [...changes.values()] })
  return counts.broken === 0 ? EXIT.done : EXIT.record
}

const NOTHING_YET = { decisions: 0, same: 0, different: 0, broken: 0, reworded: 0, mayLack: 0 }

function count(counts: ReplayCounts, again: Replay): void {
  counts.decisions += 1
  if (again.outcome === 'skipped') {
    counts.skipped[again.why] = (counts.skipped[again.why] ?? 0) + 1
    return
  }
  const { outcome, bound, reworded, mayLack } = again
  counts[outcome] += 1
  if (outcome === 'different' && bound) counts.broken += 1
  if (reworded) counts.reworded += 1
  if (mayLack) counts.mayLack += 1
}

function createJson(io: Io, folder: string): ReplayPrinter {
  const list = createJsonList(io, { folder, policy: 'rules', name: 'differences' })
  return {
    tell(again, { cycle, startedMs }, { file, lineNumber }) {
      if (again.outcome !== 'different') return
      const { recorded, replayed, verdict, bound, mayLack } = again
      list.add({ cycle, startedMs, recorded, replayed, verdict, bound, mayLack, file, lineNumber })
    },
    end: (summary) => list.end(summary),
  }
}
