import { z } from 'zod'

/** Of every client. Times in ms. */
const common = z.strictObject({
  /** The testnet, or a loopback address with `allowLoopback`. A client without private methods may also read production. */
  baseUrl: z.string().default('https://test.deribit.com'),
  /** Lets `baseUrl` be `http://127.0.0.1`, `http://[::1]` or `http://localhost`, with any port: a local exchange. */
  allowLoopback: z.boolean().default(false),
  /** How a session begins. `client_signature` proves the secret without sending it; both then work alike. */
  auth: z.enum(['client_credentials', 'client_signature']).default('client_credentials'),
  /** Rights that are asked for, and all that may be granted, separated by spaces. */
  scope: z.string().default('account:read trade:read_write'),
  /** For the whole of a read: waiting for credits, connecting, headers, body, and every retry. */
  timeoutMs: z.int().positive().default(10_000),
  /** For the answer to an order or a change, once it was sent; and before that, for what it waits for. */
  orderTimeoutMs: z.int().positive().default(2_000),
  /** Refuses a reply with fields that are not known, instead of reporting them. */
  strict: z.boolean().default(false),
  /** How often a read is repeated after a passing failure, inside `timeoutMs`. Nothing else is ever repeated. */
  readRetries: z.int().min(0).max(10).default(3),
  /** Pause before the first repetition; it doubles with each, and up to half of it is taken off by chance. */
  retryPauseMs: z.int().positive().default(200),
  /** Share of the account's rate limits that is used: all its keys and the website draw on the same. */
  creditShare: z.number().gt(0).max(1).default(0.5),
  /** Whether requests wait for Deribit's rate limits here. `off` is for a local exchange that has none. */
  rateLimits: z.enum(['deribit', 'off']).default('deribit'),
})
export type CommonOptions = z.output<typeof common>

const LIMITS_FAULT = { path: ['rateLimits'], error: 'expected deribit, but for a local exchange' }

/** How Deribit is talked to over HTTP. Credentials are not among the options: they are a dependency. Times in ms. */
export const deribitOptionsSchema = common
  .extend({
    /** Largest reply in bytes. All instruments in one listing were 4 MB in 2026, and there are more every month. */
    maxBodyBytes: z.int().positive().default(16_777_216),
    /**
     * Connections at a time, of which a quarter, rounded up, is kept for orders, changes and sign-ins. Deribit serves 32 for
     * one address, and 8 orders of one account side by side.
     */
    connections: z.int().min(2).max(32).default(8),
  })
  .refine(keepsLimits, LIMITS_FAULT)
export type DeribitOptionsInput = z.input<typeof deribitOptionsSchema>
export type DeribitOptions = z.output<typeof deribitOptionsSchema>

/** How Deribit is talked to over one WebSocket. Credentials are not among the options. Times in ms. */
export const deribitSocketOptionsSchema = common
  .extend({
    /** Seconds between the heartbeats that the exchange is asked for: it may not be less. */
    heartbeatSec: z.int().min(10).max(600).default(10),
    /** Longest time without any frame, after which another connection is made: more than one and a half heartbeats. */
    silenceMs: z.int().positive().default(30_000),
    /** Pause after the first loss of a connection; it doubles with each, and up to half of it is taken off by chance. */
    reconnectMinMs: z.int().positive().default(250),
    /** Longest pause between two tries. */
    reconnectMaxMs: z.int().positive().default(30_000),
    /**
     * Whether the exchange cancels the orders of a connection that breaks, in good order or not. Needs the right
     * `account:read_write` in `scope`.
     */
    cancelOnDisconnect: z.boolean().default(false),
    /** Largest message in bytes, unpacked. */
    maxFrameBytes: z.int().positive().default(16_777_216),
  })
  .refine(keepsLimits, LIMITS_FAULT)
  .refine(({ silenceMs, heartbeatSec }) => silenceMs > heartbeatSec * 1_500, {
    path: ['silenceMs'],
    error: 'expected more than one and a half heartbeats',
  })
  .refine(({ reconnectMinMs, reconnectMaxMs }) => reconnectMinMs <= reconnectMaxMs, {
    path: ['reconnectMaxMs'],
    error: 'expected at least reconnectMinMs',
  })
  .refine(({ cancelOnDisconnect, scope }) => !cancelOnDisconnect || scope.split(/\s+/).includes('account:read_write'), {
    path: ['scope'],
    error: 'expected account:read_write among it, which cancelOnDisconnect needs',
  })
export type DeribitSocketOptionsInput = z.input<typeof deribitSocketOptionsSchema>
export type DeribitSocketOptions = z.output<typeof deribitSocketOptionsSchema>

function keepsLimits({ rateLimits, baseUrl }: CommonOptions): boolean {
  return rateLimits === 'deribit' || baseUrl.startsWith('http:')
}
