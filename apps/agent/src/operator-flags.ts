import { resolve } from 'node:path'
import { InvalidArgumentError, Option } from 'commander'
import { MAX_REASON_LENGTH } from './control-protocol.js'
import { usageError } from './failure.js'
import { configFlag, given, jsonFlag, settingsUnder } from './flags.js'
import type { Io } from './io.js'

/** What a person says to an agent, and to which. */
export type OperatorFlags = { logDir?: string; config?: string; reason?: string; yes?: true; json?: true }

/** `yes`: for what cannot be taken back. `reason`: whether it may be left out. */
export const operatorFlags = ({ yes, reason }: { yes: boolean; reason: 'required' | 'optional' }) => [
  new Option('--log-dir <folder>', 'log folder of the agent (LOG_DIR)').argParser(given),
  new Option('--reason <text>', `why: it is written down; ${reason}`).argParser(readReason),
  ...(yes ? [new Option('--yes', 'do it without asking')] : []),
  configFlag(),
  jsonFlag('what came of it as one JSON document'),
]

/** The log folder of the agent that is spoken to. Where it is named, no setting is read. */
export function folderOf({ logDir, config }: OperatorFlags, io: Pick<Io, 'env' | 'folder'>): string {
  const named = logDir ?? settingsUnder(config === undefined ? {} : { config }, io).values.LOG_DIR
  return resolve(io.folder, named)
}

/** `ccagent resume …` for the same agent. */
export function resumeWords({ logDir }: OperatorFlags): string {
  return `"ccagent resume${logDir === undefined ? '' : ` --log-dir ${logDir}`} --reason …"`
}

/**
 * Asks a person to type `word`, unless `--yes` is given.
 *
 * @throws CcError `agent/usage` where there is nobody to ask, or who was asked types something else
 */
export async function confirm(
  { yes }: OperatorFlags,
  io: Io,
  { what, word }: { what: string; word: string },
): Promise<void> {
  if (yes) return
  if (io.ask === undefined) throw usageError(`${word} asks first, and there is no terminal to ask at: add --yes.`)
  const answer = await io.ask(`${what} Type "${word}" to do it: `)
  if (answer.trim() !== word) throw usageError('Nothing was done.')
}

/** Words of a person on one line. */
function readReason(text: string): string {
  const reason = given(text)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
  if (reason === '') throw new InvalidArgumentError('Expected some words.')
  if (reason.length <= MAX_REASON_LENGTH) return reason
  throw new InvalidArgumentError(`Expected at most ${MAX_REASON_LENGTH} characters.`)
}
