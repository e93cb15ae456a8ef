import { z } from 'zod'
import { comboSchema } from '../wire/combo.js'
import {
  contractSizeSchema,
  currencyInfoSchema,
  expirationsSchema,
  indexNamesSchema,
  instrumentSchema,
} from '../wire/instrument.js'
import { defineMethod } from './define-method.js'
import { currency, currencyOrAny, flag, instrumentName, kind, noParams } from './params.js'

export const getInstruments = defineMethod({
  name: 'public/get_instruments',
  pool: 'get-instruments',
  params: z.strictObject({ currency: currencyOrAny, kind: kind.optional(), expired: flag.optional() }),
  result: z.array(instrumentSchema),
})

export const getInstrument = defineMethod({
  name: 'public/get_instrument',
  params: z.strictObject({ instrument_name: instrumentName }),
  result: instrumentSchema,
})

export const getExpirations = defineMethod({
  name: 'public/get_expirations',
  params: z.strictObject({
    currency: z.enum(['BTC', 'ETH', 'USDC', 'USDT', 'any', 'grouped']),
    kind: z.enum(['future', 'option', 'any']),
  }),
  result: expirationsSchema,
})

export const getCurrencies = defineMethod({
  name: 'public/get_currencies',
  params: noParams,
  result: z.array(currencyInfoSchema),
})

export const getIndexPriceNames = defineMethod({
  name: 'public/get_index_price_names',
  params: z.strictObject({ extended: flag.optional() }),
  result: indexNamesSchema,
})

export const getContractSize = defineMethod({
  name: 'public/get_contract_size',
  params: z.strictObject({ instrument_name: instrumentName }),
  result: contractSizeSchema,
})

export const getCombos = defineMethod({
  name: 'public/get_combos',
  params: z.strictObject({ currency: currencyOrAny }),
  result: z.array(comboSchema),
})

export const getComboIds = defineMethod({
  name: 'public/get_combo_ids',
  params: z.strictObject({ currency, state: z.enum(['active', 'inactive']).optional() }),
  result: z.array(z.string()),
})

export const getComboDetails = defineMethod({
  name: 'public/get_combo_details',
  params: z.strictObject({ combo_id: z.string().min(1, 'expected the id of a combo') }),
  result: comboSchema,
})
