import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { simOptionsSchema } from '@cc/exchange-sim'
import { expect, it } from 'vitest'
import { describeReadmeExample, namesUnder } from '../../../vitest.readme.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

describeReadmeExample(root)

it('lists every option, and no other', () => {
  expect(namesUnder(root, 'Options')).toEqual(Object.keys(simOptionsSchema.shape))
})

it('lists every error code that the sources throw, and no other', () => {
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/\.(test|fixture)\.ts$/.test(file))
    .map((file) => readFileSync(join(root, 'src', file), 'utf8'))
    .join('\n')
  const thrown = new Set([...sources.matchAll(/code: '(exchange-sim\/[a-z-]+)'/g)].map(([, code]) => code))
  expect(namesUnder(root, 'Errors').sort()).toEqual([...thrown].sort())
})
