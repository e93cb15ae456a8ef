import { describe, expect, it } from 'vitest'
import { createJoinedReads } from './joined-reads.js'

describe('createJoinedReads', () => {
  function counted() {
    const join = createJoinedReads()
    let reads = 0
    const read = async () => ++reads
    return { join, read }
  }

  it('asks once for what is wanted twice in one breath', async () => {
    const { join, read } = counted()
    expect(await Promise.all([join('a', read), join('a', read), join('a', read)])).toEqual([1, 1, 1])
  })

  it('asks for each key', async () => {
    const { join, read } = counted()
    expect(await Promise.all([join('a', read), join('b', read)])).toEqual([1, 2])
  })

  it('joins no read that is under way', async () => {
    const join = createJoinedReads()
    const answers: (() => void)[] = []
    const read = () => new Promise<number>((resolve) => answers.push(() => resolve(answers.length)))
    const first = join('a', read)
    await Promise.resolve()
    await Promise.resolve()
    expect(answers).toHaveLength(1)
    const second = join('a', read)
    await new Promise((resolve) => setImmediate(resolve))
    expect(answers).toHaveLength(2)
    for (const answer of answers) answer()
    await Promise.all([first, second])
  })

  it('fails all that joined, and asks anew afterwards', async () => {
    const { join, read } = counted()
    const fail = () => Promise.reject(new Error('down'))
    const results = await Promise.allSettled([join('a', fail), join('a', fail)])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await join('a', read)).toBe(1)
  })
})
