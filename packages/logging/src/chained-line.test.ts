import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { CHAIN_START, chainLine, PROOF_BYTES } from './chained-line.js'

const texts = fc.array(
  fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue(), { minKeys: 1 }).map((value) => JSON.stringify(value)),
  {
    minLength: 1,
  },
)

it('ends each line in its place and a hash over the one before and all of it', () => {
  fc.assert(
    fc.property(texts, (jsons) => {
      let link = CHAIN_START
      for (const [seq, json] of jsons.entries()) {
        const next = chainLine(json, link)
        const covered = `${json.slice(0, -1)},"seq":${seq}}`
        const hash = createHash('sha256').update(link.hash).update(covered).digest('hex')
        expect(next).toEqual({ line: `${covered.slice(0, -1)},"hash":"${hash}"}\n`, link: { seq, hash } })
        link = next.link
      }
    }),
  )
})

it('has room for lines of any length, and of letters that take more bytes than one', () => {
  for (const letter of ['a', 'é', '€', '😀']) {
    const json = JSON.stringify({ text: letter.repeat(200_000) })
    const { line } = chainLine(json, { seq: 10 ** 15, hash: 'f'.repeat(64) })
    expect(line.startsWith(`${json.slice(0, -1)},"seq":1000000000000001,"hash":"`)).toBe(true)
    expect(line).toHaveLength(json.length + ',"seq":1000000000000001'.length + PROOF_BYTES)
  }
})
