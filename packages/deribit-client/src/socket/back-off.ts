/** Pauses between tries. */
export type BackOff = {
  /** The pause before the next try: it doubles from the smallest up to the largest, and up to half is taken off by chance. */
  next(): number
  /** A try was a success: the next pause is the smallest again. */
  reset(): void
}

export function createBackOff({
  minMs,
  maxMs,
  random,
}: {
  minMs: number
  maxMs: number
  /** From 0 to below 1. */
  random: () => number
}): BackOff {
  let fullMs = minMs
  return {
    next() {
      const pauseMs = Math.ceil(fullMs * (1 - random() / 2))
      fullMs = Math.min(fullMs * 2, maxMs)
      return pauseMs
    },
    reset() {
      fullMs = minMs
    },
  }
}
