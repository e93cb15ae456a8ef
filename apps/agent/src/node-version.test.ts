import { expect, it } from 'vitest'
import { nodeProblem } from './node-version.js'

it.each(['22.22.2', '22.22.3', '22.23.0', '24.0.0', '24.21.0', '25.0.0-nightly'])('takes Node %s', (version) => {
  expect(nodeProblem(version)).toBeUndefined()
})

it.each(['18.20.0', '20.20.2', '22.0.0', '22.22.1', '22.21.9'])('refuses Node %s in one line', (version) => {
  const problem = nodeProblem(version)
  expect(problem).toContain('22.22.2')
  expect(problem).toContain(version)
  expect(problem).not.toContain('\n')
})
