import { z } from 'zod'
import { authSchema, statusSchema, testSchema } from '../wire/platform.js'
import { defineMethod } from './define-method.js'
import { noParams, timestamp } from './params.js'

export const getTime = defineMethod({ name: 'public/get_time', params: noParams, result: z.int() })

export const test = defineMethod({
  name: 'public/test',
  params: z.strictObject({ expected_result: z.literal('exception').optional() }),
  result: testSchema,
})

export const status = defineMethod({ name: 'public/status', params: noParams, result: statusSchema })

const secret = z.string().min(1, 'expected a text that is not empty')
const granted = { scope: z.string().optional(), state: z.string().optional() }

/**
 * Signs in, by one of three grants. `client_signature` proves the secret without sending it: `signature` is
 * hex(HMAC-SHA256(secret, `timestamp\nnonce\ndata`)), good for 60 seconds from `timestamp`.
 * https://docs.deribit.com/articles/authentication
 */
export const auth = defineMethod({
  name: 'public/auth',
  params: z.discriminatedUnion('grant_type', [
    z.strictObject({
      grant_type: z.literal('client_credentials'),
      client_id: secret,
      client_secret: secret,
      ...granted,
    }),
    z.strictObject({
      grant_type: z.literal('client_signature'),
      client_id: secret,
      timestamp,
      signature: secret,
      nonce: z.string().optional(),
      data: z.string().optional(),
      ...granted,
    }),
    z.strictObject({ grant_type: z.literal('refresh_token'), refresh_token: secret, ...granted }),
  ]),
  result: authSchema,
})
