import { stateForTest } from '@cc/models/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { CHAIN_START, chainLine } from '../src/chained-line.js'
import { lineJsonSchema } from '../src/json-schema.js'
import { dayFile, header } from './chained-log.js'
import { decisionOf, deliveredCall, failedCycle, filled, intent, paused } from './records.js'

const START_MS = Date.UTC(2026, 0, 2)

describe.each([
  {
    log: 'decisions',
    records: [decisionOf(stateForTest()), failedCycle(START_MS), deliveredCall(START_MS), paused(START_MS)],
  },
  { log: 'intents', records: [intent('cc-1'), filled('cc-1')] },
] as const)('the JSON Schema of the $log', ({ log, records }) => {
  const previous = { file: dayFile(1), seq: 0, hash: '0'.repeat(64) }
  const about = [
    header(log, null),
    header(log, previous),
    { kind: 'recovery', what: 'torn-tail', movedTo: 'x', bytes: 1 },
    { kind: 'stop', code: 'logging/append-failed', message: 'The disk is full.' },
  ]
  const lines = [...records, ...about].map((record) => JSON.parse(chainLine(JSON.stringify(record), CHAIN_START).line))

  it('is the one that is shipped (pnpm --filter @cc/logging schema writes it anew)', async () => {
    const text = `${JSON.stringify(lineJsonSchema(log), null, 2)}\n`
    await expect(text).toMatchFileSnapshot(`../schema/${log}.schema.json`)
  })

  it('takes every line, and nothing that is left out, too much or of another kind', () => {
    const schema = z.fromJSONSchema(lineJsonSchema(log))
    for (const line of lines) {
      expect(schema.safeParse(line)).toMatchObject({ success: true })
      for (const key of Object.keys(line)) {
        const { [key]: _, ...rest } = line
        expect({ key, success: schema.safeParse(rest).success }).toEqual({ key, success: false })
        expect(schema.safeParse({ ...line, [key]: [[]] }).success).toBe(false)
      }
      expect(schema.safeParse({ ...line, secret: 'x' }).success).toBe(false)
    }
  })
})
