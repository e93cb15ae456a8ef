import { z } from 'zod'
import { isErrorWord } from '../error-table.js'

/** Longest wait, in ms of the machine. */
const MAX_WAIT_MS = 3_600_000
const MAX_REPLY_BYTES = 268_435_456
const YEAR_MS = 366 * 86_400_000

const msSchema = z.int().min(0).max(MAX_WAIT_MS)
const bytesSchema = z.int().min(1).max(MAX_REPLY_BYTES)
const partSchema = z.enum(['headers', 'body'])
const statusSchema = z.int().min(200).max(599)
/** An address as a header can carry it. */
const locationSchema = z.string().regex(/^[\x21-\x7e]{1,2000}$/, 'expected an address of visible ASCII characters')

/** Where in the life of a request something goes wrong: before the exchange has seen it, or after it has acted on it. */
const whenSchema = z.enum(['before', 'after'])

const malformedFormSchema = z.enum([
  'empty',
  'not-json',
  /** JSON that stops half-way, in a message that is whole. */
  'truncated',
  /** A message that stops half-way, and the connection with it. */
  'cut-off',
  'invalid-utf8',
  'wrong-id',
  'no-result',
  'result-and-error',
  'not-an-object',
  'wrong-version',
])
export type MalformedForm = z.infer<typeof malformedFormSchema>

const errorFaultSchema = z
  .strictObject({
    kind: z.literal('error'),
    word: z.string().min(1).max(200),
    /** Of an error that Deribit's table does not have. Default: the number of the word. */
    code: z.int().optional(),
    when: whenSchema,
    /** `data.wait`, in seconds. */
    waitSec: z.number().nonnegative().optional(),
  })
  .refine(({ word, code }) => code !== undefined || isErrorWord(word), {
    path: ['word'],
    message: "expected one of Deribit's words, or a code beside it",
  })

/** What can go wrong with one request and its reply, over HTTP and over WebSocket. Times in ms of the machine. */
export const requestFaultSchema = z.discriminatedUnion('kind', [
  /** The reply is held back; the request has taken effect. */
  z.strictObject({ kind: z.literal('latency'), ms: msSchema }),
  /** The request itself arrives late and takes effect then, whether or not its connection is still there. */
  z.strictObject({ kind: z.literal('late-arrival'), ms: msSchema }),
  /** There is never a reply; the connection stays. */
  z.strictObject({ kind: z.literal('drop'), when: whenSchema }),
  /** The reply comes twice. Over HTTP the second one is a stray response on the connection. */
  z.strictObject({ kind: z.literal('duplicate') }),
  /** The reply comes after that of the next request on the connection, or after `ms` where there is none. */
  z.strictObject({ kind: z.literal('reorder'), ms: msSchema.default(100) }),
  /** The connection is reset (TCP RST). */
  z.strictObject({ kind: z.literal('reset'), when: whenSchema }),
  /** The connection stays, and nothing is read from it or written to it any more. */
  z.strictObject({ kind: z.literal('half-open'), when: whenSchema }),
  /** The head, or the body, of the reply comes byte by byte. A WebSocket has one frame for both. */
  z.strictObject({ kind: z.literal('slow'), part: partSchema, msPerByte: z.number().min(0).max(60_000) }),
  /**
   * The head, or the body, of the reply never ends, and comes at this pace. On a WebSocket it is a message whose last
   * frame never comes.
   */
  z.strictObject({
    kind: z.literal('endless'),
    part: partSchema,
    bytesPerMs: z.int().min(1).max(100_000).default(100),
  }),
  /** The reply is not what it should be. */
  z.strictObject({ kind: z.literal('malformed'), form: malformedFormSchema }),
  /** The reply is that large, and right in all else. */
  z.strictObject({ kind: z.literal('giant'), bytes: bytesSchema }),
  /**
   * The reply is small and packed, and that large when unpacked. A WebSocket whose client did not offer
   * `permessage-deflate` gets a packed frame all the same, which breaks the protocol.
   */
  z.strictObject({ kind: z.literal('gzip-bomb'), bytes: bytesSchema }),
  /** A page of HTML from something before the exchange. A WebSocket is closed (1012): it carries no HTTP any more. */
  z.strictObject({ kind: z.literal('html'), status: statusSchema, when: whenSchema }),
  /** An error of Deribit's, by its word. `too_many_requests` ends a WebSocket, as at Deribit. */
  errorFaultSchema,
  /** All tokens are gone before the request is looked at: it is refused where it needs one, and so is every later one. */
  z.strictObject({ kind: z.literal('token-loss') }),
  /**
   * From this request on the exchange takes it to be that much later than it is, or earlier: in what it tells of time
   * (`usIn`, `usOut`, `public/get_time`), and where it judges `valid_until`. 0 ends it.
   */
  z.strictObject({ kind: z.literal('clock-skew'), ms: z.int().min(-YEAR_MS).max(YEAR_MS) }),
  /** The request is sent elsewhere (307), without effect. A WebSocket is closed (1012). */
  z.strictObject({ kind: z.literal('redirect'), location: locationSchema }),
])
export type RequestFault = z.infer<typeof requestFaultSchema>

/** What can go wrong with one notification. Times in ms of the machine. */
export const notificationFaultSchema = z.discriminatedUnion('kind', [
  /** It is never sent: a gap in a sequence. */
  z.strictObject({ kind: z.literal('drop') }),
  z.strictObject({ kind: z.literal('duplicate') }),
  /** It comes after the next one of its channel, or after `ms` where there is none. */
  z.strictObject({ kind: z.literal('reorder'), ms: msSchema.default(100) }),
  /** It comes late, and those of its channel that follow it wait behind it. */
  z.strictObject({ kind: z.literal('latency'), ms: msSchema }),
  z.strictObject({ kind: z.literal('malformed'), form: z.enum(['not-json', 'truncated', 'invalid-utf8']) }),
])
export type NotificationFault = z.infer<typeof notificationFaultSchema>

/** What can go wrong with the upgrade to a WebSocket. */
export const connectionFaultSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('reset') }),
  /** The connection stays, and the upgrade is never answered. */
  z.strictObject({ kind: z.literal('half-open') }),
  /** Answered with another status, and a page. */
  z.strictObject({ kind: z.literal('html'), status: statusSchema }),
  /** Answered with 307. */
  z.strictObject({ kind: z.literal('redirect'), location: locationSchema }),
])
export type ConnectionFault = z.infer<typeof connectionFaultSchema>

/** How a request comes in. */
export type FaultTransport = 'http' | 'websocket'

/** Says what goes wrong next. Asked once for everything that could. */
export type FaultInjector = {
  ofRequest(request: { readonly method: string; readonly transport: FaultTransport }): RequestFault | undefined
  ofNotification(channel: string): NotificationFault | undefined
  ofUpgrade(): ConnectionFault | undefined
}
