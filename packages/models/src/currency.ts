import { z } from 'zod'

/** The coins whose inverse options are in scope. Option prices, premiums, fees and margins are in this coin. */
export const CURRENCIES = ['BTC', 'ETH'] as const

export const currencySchema = z.enum(CURRENCIES)
export type Currency = z.infer<typeof currencySchema>
