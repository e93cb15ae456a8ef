import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { lineJsonSchema } from '../src/json-schema.js'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const card = readme.split('\n## Data card\n')[1]?.split('\n## ')[0] ?? ''

/** Words in code quotes, one by one: `review.nowMs` names both. */
const named = new Set([...card.matchAll(/`([^`]+)`/g)].flatMap(([, code = '']) => code.split(/[.[\]]+/)))

it.each(['decisions', 'intents'] as const)('the data card names every field of the %s', (log) => {
  const fields = namesIn(JSON.parse(JSON.stringify(lineJsonSchema(log))))
  expect(fields.length).toBeGreaterThan(20)
  expect(fields.filter((field) => !named.has(field))).toEqual([])
})

/** Names of all properties, at whatever depth. */
function namesIn(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return []
  const { properties = {} } = schema as { properties?: Record<string, unknown> }
  const within = Object.entries(schema).flatMap(([key, part]) =>
    key === 'properties' ? Object.values(properties).flatMap(namesIn) : namesIn(part),
  )
  return [...new Set([...Object.keys(properties), ...within])]
}
