import { CURRENCIES, currencySchema } from '@cc/models'
import { z } from 'zod'

/** Settings of a venue that listens. */
export const streamVenueOptionsSchema = z.strictObject({
  /** Of which currencies every option is heard; the others are asked for. Default both. */
  currencies: z
    .array(currencySchema)
    .min(1)
    .readonly()
    .default([...CURRENCIES]),
  /** A chain with a quote that is proved to be true of no later time than so many ms ago is asked for. Default 10,000. */
  maxChainAgeMs: z.int().positive().default(10_000),
  /**
   * The same of a single quote, on which orders are priced. Silence proves a quote to three seconds before the last
   * index, so that what is less than 4,000 asks for each quote that stands still. Default 5,000.
   */
  maxQuoteAgeMs: z.int().positive().default(5_000),
  /** The same of an index, which is told once a second. Default 5,000. */
  maxIndexAgeMs: z.int().positive().default(5_000),
  /** How long `warm` waits for what was subscribed to be told, ms. Default 20,000. */
  patienceMs: z.int().positive().default(20_000),
})
export type StreamVenueOptionsInput = z.input<typeof streamVenueOptionsSchema>
export type StreamVenueOptions = z.output<typeof streamVenueOptionsSchema>
