import { fileURLToPath } from 'node:url'
import { breachSchema } from '@cc/models'
import { riskLimitsSchema } from '@cc/risk'
import { expect, it } from 'vitest'
import { describeReadmeExample, namesUnder } from '../../../vitest.readme.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

describeReadmeExample(root)

it('lists every code of a breach, and no other', () => {
  const codes = breachSchema.options.map((option) => option.shape.code.value)
  expect(namesUnder(root, 'Breaches')).toEqual(codes)
})

it('lists every limit, and no other', () => {
  expect(namesUnder(root, 'Limits')).toEqual(Object.keys(riskLimitsSchema.shape))
})
