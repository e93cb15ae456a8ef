import { createHash } from 'node:crypto'
import { silentLogger } from '@cc/models/testing'
import { describe, expect, it } from 'vitest'
import { MAX_ANSWER_BYTES } from './answer.js'
import { type CallTexts, keepTexts, PROMPT_TEMPLATE } from './keep-texts.js'
import { PROMPT_HASH } from './prompt.js'

const TEXTS: CallTexts = { input: '{}', inputHash: 'b'.repeat(64), answer: null, answerHash: null }
const bounded = <T>(_: string, work: () => Promise<T>) => work()

/** The hashes under which the texts of a call are kept. */
async function keptOf(texts: Partial<CallTexts>): Promise<string[]> {
  const kept: string[] = []
  const keepText = async (hash: string) => void kept.push(hash)
  await keepTexts({ ...TEXTS, ...texts }, { keepText, logger: silentLogger, bounded })
  return kept
}

describe('the texts of a call', () => {
  it('are kept under the hashes that the record names', async () => {
    expect(await keptOf({ answer: '{"a":1}', answerHash: 'c'.repeat(64) })).toEqual([
      PROMPT_HASH,
      'b'.repeat(64),
      'c'.repeat(64),
    ])
    expect(createHash('sha256').update(PROMPT_TEMPLATE).digest('hex')).toBe(PROMPT_HASH)
  })

  it('are two where no answer came', async () => {
    expect(await keptOf({})).toEqual([PROMPT_HASH, 'b'.repeat(64)])
  })

  it('do not fill a disk with what is too long to be an answer', async () => {
    const answer = 'x'.repeat(MAX_ANSWER_BYTES + 1)
    expect(await keptOf({ answer, answerHash: 'c'.repeat(64) })).toHaveLength(2)
  })

  it('are three tries, each for itself', async () => {
    const tried: string[] = []
    const told: unknown[] = []
    const keepText = async (hash: string) => {
      tried.push(hash)
      throw new Error('disk full')
    }
    const logger = { ...silentLogger, warn: (_: string, facts: unknown) => void told.push(facts) }
    await keepTexts({ ...TEXTS, answer: '{}', answerHash: 'c'.repeat(64) }, { keepText, logger, bounded })
    expect(tried).toHaveLength(3)
    expect(told).toEqual(tried.map((hash) => ({ hash, problem: 'disk full' })))
  })
})
