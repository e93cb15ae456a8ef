import { deferCommand, type OperatorCommand } from '@cc/engine'
import { reachAgent } from './agent-line.js'
import type { ControlReply } from './control-protocol.js'
import { EXIT, type ExitCode, exitCodeOfFailure, usageError } from './failure.js'
import { createFileStore } from './file-store.js'
import { readOwner } from './folder-owner.js'
import { liftHalt } from './halt-file.js'
import type { Io } from './io.js'
import { size } from './number-format.js'
import { confirm, folderOf, type OperatorFlags, resumeWords } from './operator-flags.js'

/** `ccagent pause`: nothing is sold any more, what is open is still managed. Also where no agent runs. */
export async function pause(flags: OperatorFlags, io: Io): Promise<ExitCode> {
  const command = { command: 'pause', reason: reasonOf('pause', flags) } as const
  return obeyedOrKept(
    command,
    { flags, io },
    `Paused: nothing is sold any more, and what is open is still managed. ${resumeWords(flags)} ends it.`,
  )
}

/** `ccagent resume`: lifts a pause, a latch, and where no agent runs also the halt. */
export async function resume(flags: OperatorFlags, io: Io): Promise<ExitCode> {
  const command = { command: 'resume', reason: reasonOf('resume', flags) } as const
  return obeyedOrKept(command, { flags, io }, 'Resumed: calls are sold again.')
}

/** `ccagent close SYMBOL|all`: pauses, then buys back. The running agent does it. */
export async function closeCalls(symbol: string, flags: OperatorFlags, io: Io): Promise<ExitCode> {
  const command = { command: 'close', symbol, reason: reasonOf('close', flags) } as const
  const folder = folderOf(flags, io)
  const what = symbol === 'all' ? 'Every call that is short is bought back' : `${symbol} is bought back`
  await confirm(flags, io, { what: `${what} at the market, and nothing is sold any more.`, word: 'close' })
  const reached = await reachAgent(folder, command, io)
  if ('reply' in reached)
    return tell(
      reached.reply,
      { command, folder, flags, io },
      `Paused: nothing is sold any more. ${resumeWords(flags)} ends it.`,
    )
  reached.leave()
  throw usageError(
    `No agent runs in ${folder}, and it is the agent that buys back: start it there ("ccagent run … --log-dir ${folder}"), then close. Or buy back at the exchange itself.`,
  )
}

type Told = { command: OperatorCommand; folder: string; flags: OperatorFlags; io: Io }

/** Told to the agent that runs; else kept for the next one. */
async function obeyedOrKept(
  command: OperatorCommand & { command: 'pause' | 'resume' },
  { flags, io }: { flags: OperatorFlags; io: Io },
  words: string,
): Promise<ExitCode> {
  const folder = folderOf(flags, io)
  const reached = await reachAgent(folder, command, io)
  if ('reply' in reached) return tell(reached.reply, { command, folder, flags, io }, words)
  try {
    const isAccount = readOwner(folder) !== undefined
    if (isAccount) await deferCommand(createFileStore(folder, { synced: true }), command)
    // Last: while anything goes wrong it stays halted.
    const lifted = command.command === 'resume' ? liftHalt(folder) : undefined
    if (!isAccount && lifted === undefined) throw nothingToDo(command, folder)
    if (flags.json) {
      writeJson(io, { command: command.command, folder, agent: 'none', haltLifted: lifted ?? null })
    } else {
      if (lifted !== undefined)
        io.stdout.write(`The halt is lifted: ${lifted.reason} (HALT is ${lifted.movedTo} now.)\n`)
      if (isAccount) io.stdout.write(`${words}\nNo agent runs in ${folder}: the next one there goes by it.\n`)
    }
    return EXIT.done
  } finally {
    reached.leave()
  }
}

function tell(reply: ControlReply, { command, folder, flags, io }: Told, words: string): ExitCode {
  if (reply.answer === 'refused') {
    if (command.command === 'close' && command.symbol === 'all' && reply.code === NOTHING_SHORT) {
      if (flags.json) writeJson(io, { command: 'close', folder, agent: 'obeyed', mode: 'reduce-only', closed: [] })
      else io.stdout.write(`Nothing is short, so nothing was bought back.\n${words}\n`)
      return EXIT.done
    }
    io.stderr.write(`ccagent: not done: ${reply.message}\n`)
    return exitCodeOfFailure({ code: reply.code, recovery: 'halt' }, { halted: false })
  }
  const closed = reply.answer === 'done' ? reply.closed : []
  if (flags.json) {
    writeJson(io, { command: command.command, folder, agent: 'obeyed', mode: reply.mode, closed })
  } else {
    for (const { symbol, filledCoin, leftCoin } of closed) {
      const left = leftCoin > 0 ? `, ${size(leftCoin)} are still short` : ''
      io.stdout.write(`${symbol}: ${size(filledCoin)} bought back${left}.\n`)
    }
    io.stdout.write(`${words}\n`)
  }
  if (closed.every(({ leftCoin }) => leftCoin === 0)) return EXIT.done
  io.stderr.write(
    'ccagent: not all was bought back: nobody sold at a price that risk allows. Close again, or at the exchange itself.\n',
  )
  return EXIT.exchangeUnreachable
}

const NOTHING_SHORT = 'engine/nothing-to-close'

function reasonOf(command: string, { reason }: OperatorFlags): string {
  if (reason !== undefined) return reason
  throw usageError(`${command} needs --reason TEXT: why is written down.`)
}

/** A simulated run is never continued, and what an empty folder will hold nobody knows. */
function nothingToDo({ command }: OperatorCommand, folder: string) {
  const what = command === 'resume' ? ' It is not halted either.' : ''
  return usageError(
    `There is nothing to ${command}: no agent runs in ${folder}, and it holds no record of an account that a next one would go on with.${what}`,
  )
}

function writeJson(io: Io, facts: object): void {
  io.stdout.write(`${JSON.stringify({ schemaVersion: 1, ...facts }, null, 2)}\n`)
}
