import { z } from 'zod'
import { simOptionsSchema } from '../options.js'

/** Settings of the served exchange. */
export const simServerOptionsSchema = z.strictObject({
  /** Port on 127.0.0.1; 0 takes a free one. */
  port: z.int().min(0).max(65_535).default(0),
  currencies: simOptionsSchema.shape.currencies,
  depositsCoin: simOptionsSchema.shape.depositsCoin,
  /** How long an access token lives, in seconds of venue time, where `scope` asks for nothing else. */
  accessTokenSec: z.int().min(1).max(31_536_000).default(900),
  /**
   * Whether a token without a session is good on the TCP connection alone that it was made on, as Deribit's documents say.
   * Clients with a pool of connections count on the contrary.
   */
  bindTokens: z.boolean().default(false),
  /** Deribit's credit pools, in venue time and, where that is virtual, by the clock of the machine too; or none. */
  rateLimits: z.enum(['deribit', 'off']).default('deribit'),
  /** Whether `sim/advance_time` exists. It sleeps on the clock, so that is to be a virtual one. */
  virtualTime: z.boolean().default(false),
  /** A WebSocket for which more bytes than these wait, because its client does not read them, is ended. */
  maxBacklogBytes: z.int().min(65_536).default(8_388_608),
  /** Whether `sim/set_faults` and `sim/get_faults` exist, with which anybody makes it misbehave. */
  faultControl: z.boolean().default(false),
})
export type SimServerOptionsInput = z.input<typeof simServerOptionsSchema>
export type SimServerOptions = z.infer<typeof simServerOptionsSchema>
