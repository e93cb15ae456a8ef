import { z } from 'zod'
import { wireObject } from './wire-object.js'

/** A combination of instruments with a book of its own: https://docs.deribit.com/api-reference/combo-books/public-get_combos */
export const comboSchema = wireObject(
  {
    /** The instrument name of its book. */
    id: z.string(),
    /** `active`, `inactive`; more may come. */
    state: z.string(),
    /** Bought per unit of the combo; sold where negative. */
    legs: z.array(wireObject({ instrument_name: z.string(), amount: z.number() })),
    creation_timestamp: z.int(),
  },
  'instrument_id state_timestamp',
)
export type WireCombo = z.infer<typeof comboSchema>
