import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'

/**
 * What is said over the control socket: one request on a connection, lines of JSON. The agent greets with a nonce; the
 * client answers with its request, its own nonce, and the proof that it knows the token of `control.json`; the reply is
 * proven over the client's nonce. The token itself is never sent, so whoever else takes the name of a socket learns
 * nothing and cannot answer for the agent.
 */
export const MAX_LINE_LENGTH = 8_192
export const MAX_REASON_LENGTH = 500

const reason = z.string().min(1).max(MAX_REASON_LENGTH)
export const controlRequestSchema = z.discriminatedUnion('command', [
  z.strictObject({ command: z.literal('status') }),
  z.strictObject({ command: z.literal('pause'), reason }),
  z.strictObject({ command: z.literal('resume'), reason }),
  z.strictObject({ command: z.literal('close'), symbol: z.string().min(1).max(64), reason }),
  z.strictObject({ command: z.literal('kill'), reason }),
])
export type ControlRequest = z.infer<typeof controlRequestSchema>

const coin = z.number().nonnegative()
const mode = z.enum(['normal', 'reduce-only', 'halted'])
export const controlReplySchema = z.discriminatedUnion('answer', [
  z.object({ answer: z.literal('refused'), code: z.string(), message: z.string() }),
  z.object({
    answer: z.literal('status'),
    phase: z.enum(['starting', 'waiting', 'in-cycle', 'leaving']),
    cycles: z.int().nonnegative(),
    mode,
    latched: z.string().nullable(),
    haltReason: z.string().nullable(),
  }),
  z.object({
    answer: z.literal('done'),
    mode,
    closed: z.array(z.object({ symbol: z.string(), filledCoin: coin, leftCoin: coin })).readonly(),
  }),
])
export type ControlReply = z.infer<typeof controlReplySchema>

const hex = z.string().regex(/^[0-9a-f]{64}$/)

/** `control.json`: where a running agent listens, and what only its user can read. */
export const controlFileSchema = z.object({
  schemaVersion: z.literal(1),
  pid: z.int().positive(),
  /** A path, or `@name` in Linux's abstract namespace. */
  address: z.string().min(1),
  token: hex,
})
export type ControlFile = z.infer<typeof controlFileSchema>

export const greetingSchema = z.object({ schemaVersion: z.literal(1), nonce: hex })
/** `body` is JSON text: what is proven is what is read. */
export const signedRequestSchema = z.strictObject({ nonce: hex, body: z.string(), proof: hex })
export const signedReplySchema = z.object({ body: z.string(), proof: hex })

/** Proves a text to who knows the token, once: over the other side's nonce. */
export function proofOf(token: string, from: 'client' | 'agent', { nonce, body }: { nonce: string; body: string }) {
  return createHmac('sha256', token).update(`${from}\n${nonce}\n${body}`).digest('hex')
}

export function isSameProof(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Parses JSON by its schema; `undefined` for anything else. */
export function readAs<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** What `net` takes for an address. */
export function socketPathOf(address: string): string {
  return address.startsWith('@') ? `\0${address.slice(1)}` : address
}
