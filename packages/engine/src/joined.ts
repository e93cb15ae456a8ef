/**
 * Joins two signals: aborted once either is. The same two again give the same signal, for a joined one costs more to make
 * than all that listens to it, and these live as long as a run.
 */
export function joined(first: AbortSignal, second: AbortSignal): AbortSignal {
  let others = known.get(first)
  if (others === undefined) {
    others = new WeakMap()
    known.set(first, others)
  }
  let both = others.get(second)
  if (both === undefined) {
    both = AbortSignal.any([first, second])
    others.set(second, both)
  }
  return both
}

const known = new WeakMap<AbortSignal, WeakMap<AbortSignal, AbortSignal>>()
