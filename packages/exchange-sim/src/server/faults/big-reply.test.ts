import { constants, gunzipSync, inflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { packed, paddedReply } from './big-reply.js'

const TEXT = '{"jsonrpc":"2.0","id":7,"result":"ü"}'
const wholeOf = (bytes: number) => Buffer.concat([...paddedReply(TEXT, bytes).chunks()])

it('is as large as it is to be, or as its text, and says the same', () => {
  fc.assert(
    fc.property(fc.nat({ max: 300_000 }), (bytes) => {
      const whole = wholeOf(bytes)
      expect(whole.length).toBe(Math.max(bytes, Buffer.byteLength(TEXT)))
      expect(whole.length).toBe(paddedReply(TEXT, bytes).bytes)
      expect(JSON.parse(whole.toString())).toEqual(JSON.parse(TEXT))
    }),
    { numRuns: 50 },
  )
})

it('is unpacked as gzip', async () => {
  const bytes = await packed(paddedReply(TEXT, 1_000_000), 'gzip')
  expect(bytes.length).toBeLessThan(5_000)
  expect(gunzipSync(bytes)).toEqual(wholeOf(1_000_000))
})

it('is unpacked as the payload of a frame, which leaves the stream open for the next one', async () => {
  const bytes = await packed(paddedReply(TEXT, 1_000_000), 'permessage-deflate')
  const tail = Buffer.from([0, 0, 0xff, 0xff])
  expect(bytes.subarray(-4)).not.toEqual(tail)
  const two = Buffer.concat([bytes, tail, bytes, tail])
  const unpacked = inflateRawSync(two, { finishFlush: constants.Z_SYNC_FLUSH })
  expect(unpacked.length).toBe(2_000_000)
  expect(unpacked.subarray(1_000_000)).toEqual(wholeOf(1_000_000))
})
