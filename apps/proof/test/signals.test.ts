import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readDecisions } from '@cc/logging'
import { afterAll, describe, expect, it } from 'vitest'
import { startAgent } from './agent-process.js'

const folder = mkdtempSync(join(tmpdir(), 'cc-signals-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('an agent that runs until it is told to stop', () => {
  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('ends cleanly on %s with exit code %i', async (signal, expected) => {
    const logs = join(folder, signal)
    const agent = startAgent(folder, ['run', '--venue', 'sim', '--speed', '1', '--log-dir', logs])
    await agent.spoke
    agent.process.kill(signal)
    const { code, stderr } = await agent.ended

    expect(code, stderr).toBe(expected)
    expect(readdirSync(logs).filter((name) => name.includes('lock'))).toEqual([])
    // Whole lines only, or reading throws.
    for await (const record of readDecisions(logs)) expect(record.kind).toBe('decision')
  })
})
