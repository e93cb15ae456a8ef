import {
  agentMemorySchema,
  agentStateSchema,
  decisionRecordSchema,
  outcomeRecordSchema,
  recentOpenSchema,
  underlyingStateSchema,
  verdictRecordSchema,
  volStateSchema,
} from '@cc/models'
import { z } from 'zod'

/*
 * Records of schema version 2. They are said by what sets them apart from those of today: whoever changes a field of today
 * that they share writes it out here.
 */

const volOf2Schema = volStateSchema.omit({ dvolDayChange: true })
export type VolOf2 = z.infer<typeof volOf2Schema>

const underlyingOf2Schema = underlyingStateSchema.extend({ vol: volOf2Schema })
export type UnderlyingOf2 = z.infer<typeof underlyingOf2Schema>

const memoryOf2Schema = agentMemorySchema
  .pick({ mode: true, highWaterCoin: true, unresolved: true, setAside: true, ledgerReadMs: true })
  .extend({ recentOpens: z.array(recentOpenSchema.pick({ symbol: true, timeMs: true })).readonly() })
export type MemoryOf2 = z.infer<typeof memoryOf2Schema>

export const agentStateOf2Schema = agentStateSchema
  .omit({ venue: true })
  .extend({ underlyings: z.array(underlyingOf2Schema).min(1).readonly(), memory: memoryOf2Schema })
export type AgentStateOf2 = z.infer<typeof agentStateOf2Schema>

const [allowed, refused] = verdictRecordSchema.options

export const decisionRecordOf2Schema = decisionRecordSchema.extend({
  schemaVersion: z.literal(2),
  state: agentStateOf2Schema.nullable(),
  verdict: z.discriminatedUnion('allowed', [allowed.omit({ maxOrders: true }), refused]).nullable(),
})
export type DecisionRecordOf2 = z.infer<typeof decisionRecordOf2Schema>

export const outcomeRecordOf2Schema = outcomeRecordSchema.extend({ schemaVersion: z.literal(2) })
