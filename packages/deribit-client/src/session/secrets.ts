/** What must not come out again: credentials, tokens, signatures. The values themselves cannot be read back. */
export type Secrets = {
  keep(secret: string): void
  /** Whether a text holds one of them. */
  isIn(text: string): boolean
}

/** Enough for the tokens of some renewals; the oldest are forgotten. */
const MAX_KEPT = 64

export function createSecrets(): Secrets {
  const kept = new Set<string>()
  return {
    keep(secret) {
      if (secret === '') return
      kept.delete(secret)
      kept.add(secret)
      const [oldest] = kept
      if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest)
    },
    isIn(text) {
      for (const secret of kept) if (text.includes(secret)) return true
      return false
    },
  }
}
