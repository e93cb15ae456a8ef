import type { PlantedBug } from '../planted-bug.ts'

const CYCLE = 'packages/engine/src/run-cycle.ts'
const EXECUTION = 'packages/engine/src/execution-memory.ts'
const LEDGER = 'packages/engine/src/ledger-memory.ts'
const THINK = 'packages/engine/src/think.ts'
const RECORD = 'packages/logging/src/open-record.ts'
const APPEND = 'packages/logging/src/append-file.ts'

/** What must outlive a cycle, a process or a power cut. */
export const REMEMBERING_BUGS: readonly PlantedBug[] = [
  {
    name: 'forgotten-journal',
    why: 'A start does not ask the journal what an earlier life left open.',
    edits: [
      {
        file: 'packages/exec/src/recover.ts',
        find: 'for (const intent of await journal.unfinished()) {',
        replace: 'for (const intent of (await journal.unfinished()).slice(0, 0)) {',
      },
    ],
    caughtBy: { by: 'seeds', seeds: [4] },
  },
  {
    name: 'memory-forgotten-at-start',
    why: 'A start begins with an empty memory.',
    edits: [
      {
        file: 'packages/engine/src/life.ts',
        find: 'const remembered = await loadMemory(store)\n  const ledgerReadMs',
        replace:
          'const remembered = { ...(await loadMemory({ ...store, load: async () => undefined })) }\n  const ledgerReadMs',
      },
    ],
    caughtBy: { by: 'seeds', seeds: [1] },
  },
  {
    name: 'opens-not-remembered',
    why: 'What was sold is not remembered, and the pause between two opens is none.',
    edits: [
      {
        file: EXECUTION,
        find: 'const opens: RecentOpen[] = sold === undefined ? [] : [',
        replace: 'const opens: RecentOpen[] = sold === undefined || sold.filledCoin > 0 ? [] : [',
      },
    ],
    caughtBy: { by: 'seeds', seeds: [7] },
  },
  {
    name: 'sends-not-remembered',
    why: 'What was sent is not remembered, and the send rates never bind.',
    edits: [
      {
        file: EXECUTION,
        find: 'left.map(({ terms: { label, symbol } }) => ({ label, symbol, timeMs })),',
        replace: 'left.slice(0, 0).map(({ terms: { label, symbol } }) => ({ label, symbol, timeMs })),',
      },
    ],
    caughtBy: { by: 'seeds', seeds: [16] },
  },
  {
    name: 'rates-forgotten-at-start',
    why: 'A start does not count what the journal says was sent and sold before the crash.',
    edits: [
      {
        file: EXECUTION,
        find: 'const recent = sends.filter(({ intent }) => intent.timeMs > nowMs - JOURNAL_SPAN_MS)',
        replace: 'const recent = sends.filter(({ intent }) => intent.timeMs > nowMs)',
      },
    ],
    caughtBy: { by: 'seeds', seeds: [31, 37] },
  },
  {
    name: 'unknown-outcome-forgotten',
    why: 'A send whose outcome is not known is not remembered, and the next call is sold beside it.',
    edits: [
      {
        file: EXECUTION,
        find: 'unresolved: [...memory.unresolved, ...unresolved],',
        replace: 'unresolved: [...memory.unresolved, ...unresolved.slice(0, 0)],',
      },
      {
        file: 'packages/engine/src/life.ts',
        find: 'return afterJournal({ ...memory, unresolved }, sends, nowMs)',
        replace: 'return afterJournal({ ...memory, unresolved: unresolved.slice(0, 0) }, sends, nowMs)',
      },
    ],
    caughtBy: { by: 'check', check: 'an-unknown-outcome-is-remembered' },
  },
  {
    name: 'ledger-rows-skipped',
    why: 'The ledger counts as read up to now, though its last second was not asked for.',
    edits: [{ file: THINK, find: '  return { rows, readMs: toMs }', replace: '  return { rows, readMs: nowMs }' }],
    caughtBy: { by: 'seeds', seeds: [2] },
  },
  {
    name: 'ledger-rows-twice',
    why: 'Two reads of the ledger overlap.',
    edits: [
      {
        file: THINK,
        find: '  return { rows, readMs: toMs }',
        replace: '  return { rows, readMs: toMs - 1_800_000 }',
      },
    ],
    caughtBy: { by: 'seeds', seeds: [1] },
  },
  {
    name: 'high-water-mark-lost',
    why: 'The high-water mark follows the equity down.',
    edits: [
      {
        file: LEDGER,
        find: 'Math.max(markCoin ?? step.equityCoin, step.equityCoin)',
        replace: 'Math.max(Math.min(markCoin ?? step.equityCoin, step.equityCoin), step.equityCoin)',
      },
    ],
    caughtBy: { by: 'seeds', seeds: [1] },
  },
  {
    name: 'latch-not-kept',
    why: 'A latch is forgotten with the cycle that saw it.',
    edits: [
      {
        file: CYCLE,
        find: 'const guards = state?.memory.guards ?? seen.memory.guards',
        replace: 'const guards = state === null ? seen.memory.guards : seen.memory.guards',
      },
    ],
    caughtBy: { by: 'seeds', seeds: [35] },
  },
  {
    name: 'memory-before-record',
    why: 'The memory is saved before the record: a crash in between loses rows of the ledger.',
    edits: [
      {
        file: CYCLE,
        find: '  try {\n    await log.record(record)\n',
        replace: '  if (memory !== null) await saveMemory(store, memory)\n  try {\n    await log.record(record)\n',
      },
    ],
    caughtBy: { by: 'seeds', seeds: [7] },
  },
  {
    name: 'record-not-awaited',
    why: 'A cycle goes on though it was not recorded.',
    edits: [
      {
        file: CYCLE,
        find: '    await log.record(record)\n',
        replace: '    void log.record(record).catch(() => {})\n',
      },
    ],
    caughtBy: { by: 'check', check: 'a-cycle-without-record-halts' },
  },
  {
    name: 'journal-not-synced',
    why: 'The journal is written and not synced.',
    edits: [
      {
        file: RECORD,
        find: "openChain({ ...shared, log: 'intents', firstFile: INTENTS_FILE }, disk)",
        replace: "openChain({ ...shared, synced: false, log: 'intents', firstFile: INTENTS_FILE }, disk)",
      },
    ],
    caughtBy: { by: 'seeds', seeds: [1] },
  },
  {
    name: 'log-not-synced',
    why: 'The decisions are written and not synced.',
    edits: [
      {
        file: RECORD,
        find: "openChain({ ...shared, log: 'decisions', gathered }, disk)",
        replace: "openChain({ ...shared, synced: false, log: 'decisions', gathered }, disk)",
      },
    ],
    caughtBy: { by: 'seeds', seeds: [1] },
  },
  {
    name: 'short-write-unseen',
    why: 'A write that took only a part counts as whole.',
    edits: [
      { file: APPEND, find: '        written += count\n', replace: '        written = bytes.length + 0 * count\n' },
    ],
    caughtBy: { by: 'seeds', seeds: [7] },
  },
  {
    name: 'failed-sync-ignored',
    why: 'A sync that failed counts as done.',
    edits: [
      {
        file: APPEND,
        find: '      if (synced) handle.datasync()\n',
        replace: '      try {\n        if (synced) handle.datasync()\n      } catch {}\n',
      },
    ],
    caughtBy: { by: 'seeds', seeds: [42] },
  },
  {
    name: 'torn-tail-kept',
    why: 'What a power cut left of a line stays where the next one is appended.',
    edits: [
      {
        file: 'packages/logging/src/chain-writer.ts',
        find: '    if (tail.tornBytes > 0) {',
        replace: '    if (tail.tornBytes < 0) {',
      },
      {
        file: 'packages/logging/src/chain-writer.ts',
        find: 'openAt(path, { ...settings, sizeBytes: tail.wholeBytes }, disk)',
        replace: 'openAt(path, { ...settings, sizeBytes: tail.wholeBytes + tail.tornBytes }, disk)',
      },
    ],
    caughtBy: { by: 'seeds', seeds: [7] },
  },
  {
    name: 'secrets-written',
    why: 'Secrets in an error reach the record.',
    edits: [
      {
        file: RECORD,
        find: 'const redact = createRedactor(secrets)',
        replace: 'const redact = createRedactor(secrets.slice(0, 0))',
      },
    ],
    caughtBy: { by: 'seeds', seeds: [1] },
  },
  {
    name: 'pause-not-remembered',
    why: 'A pause is recorded and not remembered.',
    edits: [
      {
        file: 'packages/engine/src/operator.ts',
        find: "const changed = command.command === 'resume' ? resumed(remembered, timeMs) : paused(remembered)",
        replace:
          "const changed = command.command === 'resume' ? resumed(remembered, timeMs) : { ...paused(remembered), paused: false }",
      },
    ],
    caughtBy: { by: 'seeds', seeds: [1] },
  },
  {
    name: 'rotation-breaks-the-chain',
    why: 'The first line of a new day does not say what came before it.',
    edits: [
      {
        file: 'packages/logging/src/chain-writer.ts',
        find: 'const previous = newest === undefined ? null : { file: newest, ...link }',
        replace: 'const previous = newest === undefined || link.seq >= 0 ? null : { file: newest, ...link }',
      },
    ],
    caughtBy: { by: 'seeds', seeds: [1] },
  },
]
