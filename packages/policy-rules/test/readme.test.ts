import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { AgentState } from '@cc/models'
import { expect, it, vi } from 'vitest'
import { describeReadmeExample } from '../../../vitest.readme.ts'
import { agentState, underlying } from './agent-state.js'

const root = fileURLToPath(new URL('..', import.meta.url))

describeReadmeExample(root)

it('has an example that explains a decision', async () => {
  const example = /```ts\n(.*?)```/s.exec(readFileSync(`${root}README.md`, 'utf8'))?.[1] ?? ''
  // Inside the package, so that the example finds it under its own name.
  const path = `${root}node_modules/.cache/readme-example.ts`
  mkdirSync(`${root}node_modules/.cache`, { recursive: true })
  writeFileSync(path, example)
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  const { explain } = (await import(path)) as { explain(state: AgentState): string[] }
  log.mockRestore()
  expect(explain(agentState([underlying()]))).toEqual([
    'OPEN_COVERED_CALL: Sell 1 BTC-16JAN26-100000-C at 0.012 BTC (1,053 USD for 1 after the fee): ' +
      '22-delta, 14 days, sold at IV 44 %; 30-day IV 44 % over RV 38 %; edge 0.00117 BTC a coin.',
    'best-candidate on BTC-16JAN26-100000-C',
  ])
})
