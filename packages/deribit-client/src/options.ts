import { z } from 'zod'

/** How Deribit is talked to. Credentials are not among the options: they are a dependency. Times in ms. */
export const deribitOptionsSchema = z
  .strictObject({
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
    /** Largest reply in bytes. All instruments in one listing were 4 MB in 2026, and there are more every month. */
    maxBodyBytes: z.int().positive().default(16_777_216),
    /**
     * Connections at a time, of which a quarter, rounded up, is kept for orders, changes and sign-ins. Deribit serves 32 for
     * one address, and 8 orders of one account side by side.
     */
    connections: z.int().min(2).max(32).default(8),
    /** Refuses a reply with fields that are not known, instead of reporting them. */
    strict: z.boolean().default(false),
    /** How often a read is repeated after a passing failure, inside `timeoutMs`. Nothing else is ever repeated. */
    readRetries: z.int().min(0).max(10).default(3),
    /** Pause before the first repetition; it doubles with each, and a random half is taken off. */
    retryPauseMs: z.int().positive().default(200),
    /** Share of the account's rate limits that is used: all its keys and the website draw on the same. */
    creditShare: z.number().gt(0).max(1).default(0.5),
    /** Whether requests wait for Deribit's rate limits here. `off` is for a local exchange that has none. */
    rateLimits: z.enum(['deribit', 'off']).default('deribit'),
  })
  .refine(({ rateLimits, baseUrl }) => rateLimits === 'deribit' || baseUrl.startsWith('http:'), {
    path: ['rateLimits'],
    error: 'expected deribit, but for a local exchange',
  })
export type DeribitOptionsInput = z.input<typeof deribitOptionsSchema>
export type DeribitOptions = z.output<typeof deribitOptionsSchema>
