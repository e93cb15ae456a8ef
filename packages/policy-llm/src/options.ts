import { z } from 'zod'

const breakerSchema = z.strictObject({
  /** Failures in a row that open it, 1..100. Default 3. */
  failuresInARow: z.int().min(1).max(100).default(3),
  /** Failures among the last ten calls that open it, 1..10. Default 5. */
  failuresOfTen: z.int().min(1).max(10).default(5),
  /** How long it stays open the first time, ms; each time in a row twice as long. Default 10 minutes. */
  coolDownMs: z.int().positive().default(600_000),
  /** The longest that it stays open, ms. Default 2 hours. */
  maxCoolDownMs: z.int().positive().default(7_200_000),
})

const budgetSchema = z.strictObject({
  /** Requests in any hour, repeats included, 1..10 000. Default 60. */
  callsPerHour: z.int().min(1).max(10_000).default(60),
  /** The most that one call may cost, USD, judged before it is made by the most that it can. Default 0.05. */
  usdPerCall: z.number().positive().max(100).default(0.05),
  /** What all calls of a UTC day may cost, USD. Default 1. */
  usdPerDay: z.number().positive().max(10_000).default(1),
})

const menuSchema = z.strictObject({
  /** Sizes of each sale as shares of the largest legal one, above 0..1, largest first. Default 1 and 0.5. */
  sizeShares: z.array(z.number().gt(0).max(1)).min(1).max(8).readonly().default([1, 0.5]),
  /** Most lines of a menu, `HOLD` included, 2..250; of what is legal the best ranked calls stay. Default 200. */
  maxItems: z.int().min(2).max(250).default(200),
})

/** How the model is asked, and what it may cost. */
export const llmOptionsSchema = z.strictObject({
  /** `act`: the model decides. `shadow`: the rules decide, and the model's answer is recorded beside theirs. Default act. */
  mode: z.enum(['act', 'shadow']).default('act'),
  /** What is done where the model has no answer: `nothing`, or what the `rules` say. Default nothing. */
  fallback: z.enum(['nothing', 'rules']).default('nothing'),
  /** Name of the model. One that is not in the table of models is asked for plainly, and its cost is unknown. */
  model: z.string().min(1).max(200).default('gpt-6-luna'),
  /** `responses`: the Responses API. `chat`: chat completions, for local servers that have nothing else. Default responses. */
  transport: z.enum(['responses', 'chat']).default('responses'),
  /** How the answer's form is asked for: a strict schema, or where a server has none, any JSON object. Default json-schema. */
  answerFormat: z.enum(['json-schema', 'json-object']).default('json-schema'),
  /** Reasoning effort, where the model has one. Default low. */
  effort: z.enum(['none', 'minimal', 'low', 'medium', 'high']).default('low'),
  /** Time for the whole call on the real clock, repeats included, ms, 50..300 000. Default 20 000. */
  deadlineMs: z.int().min(50).max(300_000).default(20_000),
  /** Requests of one call, 1 or 2. Default 2. */
  maxAttempts: z.int().min(1).max(2).default(2),
  /** What premiums are judged in: told to the model. Default coin. */
  objective: z.enum(['coin', 'usd']).default('coin'),
  menu: menuSchema.prefault({}),
  /** Oldest state that a choice is still followed on once the answer is there, ms by the venue's clock. Default 60 000. */
  maxStateAgeMs: z.int().positive().default(60_000),
  /** How much worse the chosen call's price may have become meanwhile, a share 0..1. Default 0.10. */
  maxPriceMove: z.number().min(0).max(1).default(0.1),
  breaker: breakerSchema.prefault({}),
  budget: budgetSchema.prefault({}),
  /** Shuffles the menus. Default 0. */
  seed: z.int().nonnegative().default(0),
})
/** The settings as a caller writes them; all have defaults. */
export type LlmOptionsInput = z.input<typeof llmOptionsSchema>
/** The settings with their defaults filled in. */
export type LlmOptions = z.output<typeof llmOptionsSchema>
