import { CcError, type OperatorRecord, RECORD_SCHEMA_VERSION, type Store } from '@cc/models'
import { z } from 'zod'
import { halting } from './failure.js'
import { loadMemory, paused, type Remembered, resumed, saveMemory } from './memory-store.js'
import type { EngineOptions } from './options.js'
import type { EnginePorts } from './ports.js'

const reason = z.string().trim().min(1)
const pauseSchema = z.strictObject({ command: z.literal('pause'), reason })
const resumeSchema = z.strictObject({ command: z.literal('resume'), reason })
const closeSchema = z.strictObject({ command: z.literal('close'), symbol: z.string().min(1), reason })
const commandSchema = z.discriminatedUnion('command', [pauseSchema, resumeSchema, closeSchema])
const deferredSchema = z.discriminatedUnion('command', [pauseSchema, resumeSchema])

/** What a person tells a running agent, and why. It is obeyed between two cycles. */
export type OperatorCommand =
  /** Nothing is sold any more; what is open is still managed. Holds over restarts, until `resume`. */
  | { command: 'pause'; reason: string }
  /**
   * Lifts a pause and every latch, and begins to count opens, rejects and what the ledger explains anew; the last not
   * where a delivery is due.
   */
  | { command: 'resume'; reason: string }
  /** Pauses, then buys back: one call, or all. */
  | { command: 'close'; symbol: string | 'all'; reason: string }

/** What can be told to an agent that does not run: it is obeyed at the next start. */
export type DeferredCommand = Exclude<OperatorCommand, { command: 'close' }>

/** What an agent says of itself. */
export type AgentStatus = {
  phase: 'starting' | 'waiting' | 'in-cycle' | 'leaving'
  cycles: number
  mode: 'normal' | 'reduce-only' | 'halted'
  /** Why nothing is sold until a person resumes; `null`: nothing is latched. */
  latched: string | null
  haltReason: string | null
}

/** What came of a command. */
export type CommandOutcome = {
  mode: AgentStatus['mode']
  /** Of `close`: what was bought back, and what is still short. */
  closed: readonly { symbol: string; filledCoin: number; leftCoin: number }[]
}

const KEY = 'command'

/**
 * Leaves a command for an agent that does not run, in its store under the key `command`. It is obeyed and recorded at the
 * next start, before the first decision. The latest one counts. Only who holds the lock of the store may call it.
 *
 * @throws CcError `engine/invalid-command`; what the store throws.
 */
export async function deferCommand(store: Store, command: DeferredCommand): Promise<void> {
  await store.save(KEY, readCommand(deferredSchema, command))
}

/** A command that means something. @throws CcError `engine/invalid-command` */
export function checkedCommand(command: OperatorCommand): OperatorCommand {
  return readCommand(commandSchema, command)
}

/**
 * Obeys what {@link deferCommand} left, if anything. It is forgotten last: after a crash in between it is obeyed again.
 *
 * @throws CcError `engine/command-unreadable`: it may have been a pause.
 */
export async function obeyDeferred(
  ports: Pick<EnginePorts, 'store' | 'log' | 'clock' | 'logger'>,
  options: Pick<EngineOptions, 'runId'>,
): Promise<void> {
  const stored = await ports.store.load(KEY)
  if (stored === undefined || stored === null) return
  const parsed = deferredSchema.safeParse(stored)
  if (!parsed.success) {
    throw new CcError('A command was left for this start and cannot be read.', {
      code: 'engine/command-unreadable',
      recovery: 'halt',
      facts: { problem: z.prettifyError(parsed.error) },
    })
  }
  await obey(ports, options, parsed.data)
  await ports.store.save(KEY, null)
}

/**
 * Remembers and records what a command changes; `close` pauses. A pause is remembered first and a resume last, so that a
 * crash in between sells nothing more than it may.
 */
export async function obey(
  { store, log, clock, logger }: Pick<EnginePorts, 'store' | 'log' | 'clock' | 'logger'>,
  { runId }: Pick<EngineOptions, 'runId'>,
  command: OperatorCommand,
): Promise<Remembered> {
  const timeMs = clock.now()
  const remembered = await loadMemory(store)
  const changed = command.command === 'resume' ? resumed(remembered, timeMs) : paused(remembered)
  const record: OperatorRecord = {
    kind: 'operator',
    schemaVersion: RECORD_SCHEMA_VERSION,
    runId,
    timeMs,
    command: command.command,
    symbol: command.command === 'close' ? command.symbol : null,
    reason: command.reason,
  }
  const remember = () => saveMemory(store, changed).catch((error) => orHalt(error, NOT_REMEMBERED))
  const write = () => log.record(record).catch((error) => orHalt(error, NOT_RECORDED))
  for (const step of command.command === 'resume' ? [write, remember] : [remember, write]) await step()
  logger.info('obeyed a command', { command: command.command, reason: command.reason })
  return changed
}

const NOT_REMEMBERED = { code: 'engine/not-remembered', message: 'A command could not be remembered.' }
const NOT_RECORDED = { code: 'engine/not-recorded', message: 'A command could not be recorded.' }

function orHalt(error: unknown, otherwise: { code: string; message: string }): never {
  throw halting(error, otherwise)
}

function readCommand<T>(schema: z.ZodType<T>, command: unknown): T {
  const parsed = schema.safeParse(command)
  if (parsed.success) return parsed.data
  throw new CcError('This is no command, or it does not say why.', {
    code: 'engine/invalid-command',
    recovery: 'skip',
    facts: { problem: z.prettifyError(parsed.error) },
  })
}
