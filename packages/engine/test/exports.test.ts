import * as engine from '@cc/engine'
import { expect, it } from 'vitest'

it('exports these names and no others', () => {
  expect(Object.keys(engine).sort()).toEqual(['createAgent', 'deferCommand', 'engineOptionsSchema', 'runCycle'])
})
