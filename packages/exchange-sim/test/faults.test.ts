import { fileURLToPath } from 'node:url'
import { faultPlanSchema } from '@cc/exchange-sim/server'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { namesUnder } from '../../../vitest.readme.ts'

it('lists every fault of a request in the README, and no other', () => {
  const names = namesUnder(fileURLToPath(new URL('..', import.meta.url)), 'Faults on demand')
  const text = JSON.stringify(z.toJSONSchema(faultPlanSchema, { io: 'input' }))
  const schema = JSON.parse(text) as { properties: { script: { items: { oneOf: readonly Entry[] } } } }
  const ofRequest = schema.properties.script.items.oneOf.find(({ properties }) => properties.on.const === 'request')
  expect(names).toEqual(ofRequest?.properties.fault.oneOf.map(({ properties }) => properties.kind.const))
})

type Entry = {
  properties: { on: { const: string }; fault: { oneOf: readonly { properties: { kind: { const: string } } }[] } }
}
