import type { FallbackReason } from './fallback-reason.js'

/** What is asked of a model. Nothing in it comes from outside but numbers and known words. */
export type ModelRequest = {
  /** Standing text. */
  instructions: string
  /** Compact JSON of this call. */
  input: string
  /** JSON Schema of the answer, strict. */
  schema: Readonly<Record<string, unknown>>
  /** SHA-256 of the standing text and the form of the answer. */
  promptHash: string
}

/** Tokens as the provider counts them; `output` includes reasoning. `null` where it does not say. */
export type Usage = {
  inputTokens: number | null
  cachedTokens: number | null
  cacheWriteTokens: number | null
  outputTokens: number | null
}

/** One answer, whatever API it came by. */
export type ModelReply = {
  /** The final text, commentary left out; `''` where there is none. */
  text: string
  /** As the provider names it. */
  model: string | null
  responseId: string | null
  usage: Usage | null
  /** Why the text is no answer; `null` where it may be one. */
  failure: Extract<FallbackReason, 'refusal' | 'incomplete' | 'failed' | 'empty' | 'bad-payload'> | null
}

/** One request and what became of it, for the log of diagnostics. No keys, no headers. */
export type Attempt = {
  durationMs: number
  status: number | null
  requestId: string | null
  failure: FallbackReason | null
  /** The class and message of what was thrown, without secrets, at most 300 characters. */
  problem: string | null
}

/** A whole call: its attempts, and the last reply or why there is none. */
export type ModelOutcome = {
  attempts: readonly Attempt[]
  /** As the provider names it in its answer; as it was asked for where there is none. */
  model: string
  /** Sum over the attempts that told; `null` where one that may have cost anything did not. */
  usage: Usage | null
  /** From the usage, or the most that it can have cost; `null` where no price is known. 0 without an attempt. */
  costUsd: number | null
  /** Whole answer of the last attempt; `null` where none came. */
  text: string | null
  failure: FallbackReason | null
}
