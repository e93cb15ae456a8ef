import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { breachSchema } from '@cc/models'
import { riskLimitsSchema } from '@cc/risk'
import { expect, it } from 'vitest'
import { describeReadmeExample, namesUnder } from '../../../vitest.readme.ts'
import { breachTable, defaultOf } from './readme-tables.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const readme = readFileSync(`${root}README.md`, 'utf8')

describeReadmeExample(root)

// `vitest run test/readme.test.ts -u` writes the table anew.
it('has the table of breaches that the checks make', async () => {
  const [before = '', after = ''] = readme.split(/<!-- breaches -->\n[\s\S]*?<!-- \/breaches -->/)
  const written = `${before}<!-- breaches -->\n\n${breachTable()}\n\n<!-- /breaches -->${after}`
  await expect(written).toMatchFileSnapshot(`${root}README.md`)
})

it('lists every code of a breach, and no other', () => {
  const codes = breachSchema.options.map((option) => option.shape.code.value)
  expect(namesUnder(root, 'Breaches')).toEqual(codes)
})

it('lists every limit, and no other, each with its default', () => {
  const limits = Object.keys(riskLimitsSchema.shape)
  expect(namesUnder(root, 'Limits')).toEqual(limits)
  for (const limit of limits) {
    const row = readme.split('\n').find((line) => line.startsWith(`| \`${limit}\` `)) ?? ''
    expect([limit, row.split('|').at(-2)?.trim()]).toEqual([limit, defaultOf(limit)])
  }
})
