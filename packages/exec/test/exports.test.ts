import * as exec from '@cc/exec'
import { expect, it } from 'vitest'

it('exports these names and no others', () => {
  expect(Object.keys(exec).sort()).toEqual(['createExecutor', 'execOptionsSchema', 'executeAction'])
})
