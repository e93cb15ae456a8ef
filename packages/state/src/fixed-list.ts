import type { OptionInstrument } from '@cc/models'

/**
 * Remembers what was computed of a list of instruments that nobody can change any more: frozen, with all that is in it. A
 * venue in memory answers with the same list for a day. Of any other list it is computed each time.
 */
export function perFixedList<T>(
  compute: (instruments: readonly OptionInstrument[]) => T,
): (instruments: readonly OptionInstrument[]) => T {
  const known = new WeakMap<readonly OptionInstrument[], { value: T }>()
  return (instruments) => {
    const before = known.get(instruments)
    if (before !== undefined) return before.value
    const value = compute(instruments)
    if (isFixed(instruments)) known.set(instruments, { value })
    return value
  }
}

function isFixed(instruments: readonly OptionInstrument[]): boolean {
  if (!Object.isFrozen(instruments)) return false
  // Mostly all instruments share theirs.
  let fixedSteps: OptionInstrument['tickSteps'] | undefined
  for (const instrument of instruments) {
    if (!Object.isFrozen(instrument)) return false
    const { tickSteps } = instrument
    if (tickSteps === fixedSteps) continue
    if (!(Object.isFrozen(tickSteps) && tickSteps.every((step) => Object.isFrozen(step)))) return false
    fixedSteps = tickSteps
  }
  return true
}
