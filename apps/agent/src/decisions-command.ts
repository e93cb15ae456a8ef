import type { LogLine } from '@cc/logging'
import type { ActionName, DecisionRecord, OperatorRecord } from '@cc/models'
import { InvalidArgumentError, Option } from 'commander'
import { decisionFacts, decisionHeader, decisionLines } from './decision-line.js'
import { EXIT, type ExitCode } from './failure.js'
import { given, jsonFlag, readDate } from './flags.js'
import type { Io } from './io.js'
import { createJsonList } from './json-list.js'
import { findLog, linesOf } from './log-source.js'
import { commandLines } from './narrator.js'
import { roomOf } from './terminal-width.js'
import { answerFor, createCallPrinter, readCall } from './why-call.js'

export type DecisionsFlags = { since?: number; action?: ActionName; vetoed?: true; why?: string; json?: true }

export const decisionsFlags = () => [
  new Option('--since <date>', 'from this time on, UTC: 2026-01-02 or 2026-01-02T08:00Z').argParser(readDate),
  new Option('--action <name>', 'only OPEN, ROLL, CLOSE or DO_NOTHING').argParser(readAction),
  new Option('--vetoed', 'only what the risk engine refused'),
  new Option('--why <symbol>', 'what became of this call at each decision, and by which number').argParser(readCall),
  jsonFlag('as one JSON document'),
]

/** `ccagent decisions DIR|FILE`: a line per decision; with `--why SYMBOL` what became of one call. Changes nothing. */
export async function decisions(named: string, flags: DecisionsFlags, io: Io): Promise<ExitCode> {
  const log = await findLog(named, io)
  const printer = printerOf(flags, io, log.folder)
  let all = 0
  let told = 0
  for await (const line of linesOf(log)) {
    if (line.entry.kind === 'operator' && fitsCommand(line.entry, flags)) printer.tellCommand(line.entry, line)
    if (line.entry.kind !== 'decision') continue
    all += 1
    if (!fits(line.entry, flags)) continue
    told += 1
    printer.tell(line.entry, line)
  }
  printer.end()
  if (!flags.json) io.stderr.write(`${told === all ? '' : `${told} of `}${counted(all, 'decision')}.\n`)
  return EXIT.done
}

type Place = Pick<LogLine<unknown>, 'file' | 'lineNumber'>
type Printer = {
  tell(record: DecisionRecord, place: Place): void
  tellCommand(record: OperatorRecord, place: Place): void
  end(): void
}

function printerOf({ json, why }: DecisionsFlags, io: Io, folder: string): Printer {
  if (why === undefined) return json ? createJson(io, { folder }, decisionFacts) : createTable(io)
  if (!json) return { ...createCallPrinter(why, io), tellCommand() {} }
  return createJson(io, { folder, symbol: why }, (record) => {
    const { cycle, startedMs, decision } = record
    return { cycle, startedMs, ...answerFor(record, why), decided: decision?.proposal.action ?? null }
  })
}

function createTable({ stdout, paint }: Io): Printer {
  stdout.write(`${paint('bold', decisionHeader(roomOf(stdout)))}\n`)
  return {
    tell(record) {
      for (const line of decisionLines(record, roomOf(stdout))) stdout.write(`${line}\n`)
    },
    tellCommand(record) {
      for (const line of commandLines(record, roomOf(stdout))) stdout.write(`${line}\n`)
    },
    end() {},
  }
}

function createJson(io: Io, head: object, factsOf: (record: DecisionRecord) => object): Printer {
  const list = createJsonList(io, { ...head, name: 'decisions' })
  const commands: object[] = []
  return {
    tell: (record, { file, lineNumber }) => list.add({ ...factsOf(record), file, lineNumber }),
    tellCommand({ timeMs, command, symbol, reason }, { file, lineNumber }) {
      commands.push({ timeMs, time: new Date(timeMs).toISOString(), command, symbol, reason, file, lineNumber })
    },
    end: () => list.end({ commands }),
  }
}

function fits({ startedMs, decision, verdict }: DecisionRecord, { since, action, vetoed }: DecisionsFlags): boolean {
  return (
    (since === undefined || startedMs >= since) &&
    (action === undefined || decision?.proposal.action === action) &&
    (vetoed === undefined || verdict?.allowed === false)
  )
}

/** What a person commanded belongs to all decisions, and to no selection of them. */
function fitsCommand({ timeMs }: OperatorRecord, { since, action, vetoed, why }: DecisionsFlags): boolean {
  return (since === undefined || timeMs >= since) && action === undefined && vetoed === undefined && why === undefined
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

const ACTIONS = ['OPEN_COVERED_CALL', 'ROLL_COVERED_CALL', 'CLOSE_COVERED_CALL', 'DO_NOTHING'] as const

/** An action by its name or its first word, in any case. */
function readAction(text: string): ActionName {
  const name = given(text).toUpperCase()
  const action = ACTIONS.find((one) => one === name || one === `${name}_COVERED_CALL`)
  if (action !== undefined) return action
  throw new InvalidArgumentError('Expected OPEN, ROLL, CLOSE or DO_NOTHING.')
}
