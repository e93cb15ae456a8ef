/** How a process dies at a call. `half`: in the midst of writing; `power`: the call is done, and what no sync took is lost. */
const CRASHES = ['before', 'after', 'half', 'power', 'sent', 'late'] as const
/** How the venue answers a call once: with nothing done, but for `done-…`. */
const READ_FAILURES = ['retry', 'reconcile', 'skip', 'halt'] as const
const CANCEL_FAILURES = ['done-retry', 'done-halt'] as const
const SEND_FAILURES = [
  'unknown-lost',
  'unknown-done',
  'unknown-late',
  'unknown-expired',
  'error-done',
  'halt-lost',
  'halt-done',
  'rejected-funds',
  'rejected-price',
  'rejected-post-only',
  'rejected-other',
] as const
/** How a disk fails one call. `part`: half of it is written, and from then on this life finds no room; `short`: half is written, and it says so. */
const DISK_FAILURES = ['ENOSPC', 'EIO', 'part', 'short'] as const
/** Meanwhile a person makes the file that halts the agent. */
const KILL = 'kill'
const HOWS = [...CRASHES, ...READ_FAILURES, ...CANCEL_FAILURES, ...SEND_FAILURES, ...DISK_FAILURES, KILL] as const

export type Crash = (typeof CRASHES)[number]
export type SendFailure = (typeof SEND_FAILURES)[number]
export type How = (typeof HOWS)[number]

/** What goes wrong, at which call of which life: 1 is the first that may be struck, 2 the one that recovers from it. */
export type Strike = { life: 1 | 2; call: number; how: How }

export function isCrash(how: How): how is Crash {
  return (CRASHES as readonly string[]).includes(how)
}

/** Whether it may take a person to go on: where the disk, the venue or a person said so. */
export function mayHalt(how: How): boolean {
  return [KILL, 'halt', 'done-halt', 'halt-lost', 'halt-done', 'ENOSPC', 'EIO', 'part'].includes(how)
}

/** The ways in which a process can die at a call of this name. */
export function crashesAt(name: string): readonly Crash[] {
  const [call = ''] = name.split(' ')
  if (call === 'place') return ['before', 'sent', 'late', 'after']
  if (call === 'policy') return ['before']
  if (call === 'disk.write') return ['before', 'half', 'after', 'power']
  return ['disk.open', 'disk.create', 'disk.rename', 'disk.remove', 'disk.truncate'].includes(call)
    ? ['before', 'after', 'power']
    : ['before', 'after']
}

/** The ways in which a call of this name can fail. None where it is made of calls that fail on their own. */
export function failuresAt(name: string): readonly How[] {
  const [call = ''] = name.split(' ')
  if (['journal', 'log', 'load', 'save', 'halt', 'policy'].includes(call)) return []
  if (call === 'place') return SEND_FAILURES
  if (call === 'cancel') return [...READ_FAILURES, ...CANCEL_FAILURES]
  if (call === 'disk.write') return DISK_FAILURES
  if (['disk.open', 'disk.create', 'disk.put', 'disk.ensureFolder'].includes(call)) return ['ENOSPC', 'EIO']
  return call.startsWith('disk.') ? ['EIO'] : READ_FAILURES
}

/** A point by its name: `ROLL:57:after`, and with what strikes the life after it, `ROLL:57:after:12:before`. */
export function pointName(script: string, strikes: readonly Strike[]): string {
  return [script, ...strikes.flatMap(({ call, how }) => [call, how])].join(':')
}

/**
 * The point of a name.
 *
 * @param firstLife the life that is struck first
 * @throws RangeError where it is none
 */
export function parsePoint(name: string, firstLife: (script: string) => 1 | 2): { script: string; strikes: Strike[] } {
  const [script = '', ...words] = name.split(':')
  const lives = firstLife(script) === 1 ? ([1, 2] as const) : ([2] as const)
  const strikes = lives.slice(0, Math.ceil(words.length / 2)).map((life, place) => {
    const [call, how] = [Number(words[2 * place]), words[2 * place + 1]]
    const known = HOWS.find((candidate) => candidate === how)
    if (!Number.isSafeInteger(call) || call < 1 || known === undefined) {
      throw new RangeError(`${name} is no point: SCENARIO:NUMBER:HOW, HOW of ${HOWS.join(', ')}`)
    }
    return { life, call, how: known }
  })
  if (strikes.length === 0 || words.length > 2 * lives.length) throw new RangeError(`${name} is no point`)
  return { script, strikes }
}
