import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runOptionsSchema } from '@cc/backtest'
import { expect, it } from 'vitest'
import { describeReadmeExample, namesUnder } from '../../../vitest.readme.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

describeReadmeExample(root)

it('lists every option of a run, and no other', () => {
  const { passive, ...others } = runOptionsSchema.shape
  const nested = Object.keys(passive.unwrap().shape).map((name) => `passive.${name}`)
  expect(namesUnder(root, 'A run').sort()).toEqual([...Object.keys(others), ...nested].sort())
})

it('lists every error code, and no other', () => {
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !/\.(test|fixture)\.ts$/.test(name),
  )
  const thrown = sources.flatMap((name) => {
    const source = readFileSync(join(root, 'src', name), 'utf8')
    return [...source.matchAll(/code: '(backtest\/[a-z-]+)'/g)].map(([, code]) => code)
  })
  expect(namesUnder(root, 'Errors').sort()).toEqual([...new Set(thrown)].sort())
})
