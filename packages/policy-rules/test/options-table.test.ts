import { fileURLToPath } from 'node:url'
import { rulesOptionsSchema } from '@cc/policy-rules'
import { expect, it } from 'vitest'
import { namesUnder } from '../../../vitest.readme.ts'

/** Names of all options, a slice's with its own name before them; coins per currency are one option. */
function namesOf(options: object, prefix = ''): string[] {
  return Object.entries(options).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null && !name.endsWith('Coin') && name !== 'capTargetFloor'
      ? namesOf(value, `${prefix}${name}.`)
      : [`${prefix}${name}`],
  )
}

it('every option is in the table of the README, in its order', () => {
  const root = fileURLToPath(new URL('..', import.meta.url))
  expect(namesUnder(root, 'Options')).toEqual(namesOf(rulesOptionsSchema.parse({})))
})
