import { CcError } from '@cc/models'
import { type CommandOutcome, checkedCommand, type OperatorCommand } from './operator.js'

/** A command that waits to be obeyed, and who waits for its answer. */
export type WaitingCommand = {
  command: OperatorCommand
  answer(outcome: CommandOutcome): void
  refuse(error: unknown): void
}

/**
 * Where commands wait for the loop. It is open while a run lives; what then still waits is refused.
 */
export type CommandDesk = {
  /** @throws CcError `engine/not-running`, `engine/invalid-command`; what obeying it throws. */
  submit(command: OperatorCommand): Promise<CommandOutcome>
  /** The oldest one, which waits no longer. */
  take(): WaitingCommand | undefined
  /** Aborted while any waits. */
  readonly bell: AbortSignal
  /** Aborted while one waits that forbids to sell: a pause, or a close, which begins with one. */
  readonly brake: AbortSignal
  open(): void
  close(): void
}

export function createCommandDesk(): CommandDesk {
  let isOpen = false
  let waiting: WaitingCommand[] = []
  let bell = new AbortController()
  let brake = new AbortController()

  function ring(): void {
    if (waiting.length > 0) bell.abort(new Error('a command waits'))
    if (waiting.some(({ command }) => command.command !== 'resume')) brake.abort(new Error('a command forbids to sell'))
  }

  function quiet(): void {
    bell = new AbortController()
    brake = new AbortController()
    ring()
  }

  return {
    async submit(command) {
      const checked = checkedCommand(command)
      if (!isOpen) throw notRunning()
      return new Promise((answer, refuse) => {
        waiting.push({ command: checked, answer, refuse })
        ring()
      })
    },
    take() {
      const next = waiting.shift()
      if (next !== undefined) quiet()
      return next
    },
    get bell() {
      return bell.signal
    },
    get brake() {
      return brake.signal
    },
    open() {
      isOpen = true
    },
    close() {
      isOpen = false
      for (const { refuse } of waiting) refuse(notRunning())
      waiting = []
      quiet()
    },
  }
}

export function notRunning(): CcError {
  return new CcError('The agent does not run, and obeys no command.', { code: 'engine/not-running', recovery: 'skip' })
}
