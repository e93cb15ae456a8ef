import fc from 'fast-check'
import { describe, expect, inject, it } from 'vitest'
import { closureGuard, generatedGuard } from '../src/wire/guard.js'
import { createResultReader, type Drift } from '../src/wire/read-result.js'
import { damaged } from '../src/wire/shape.fixture.js'
import { shapeOf } from '../src/wire/shape.js'
import { methodsByName, recordedReplies } from './recorded-replies.js'

const recordings = inject('recordings')

/** Nobody recorded or documented a reply of these. */
const unrecorded = ['private/get_currencies', 'public/get_contract_size', 'public/get_index_price']

describe.skipIf(recordings === null)('on recorded and documented replies of 2019 to 2026', () => {
  const replies = recordings === null ? [] : recordedReplies(recordings)

  it('has a reply of nearly every method', () => {
    const recorded = new Set<string>(replies.map(({ method }) => method.name))
    expect([...methodsByName.keys()].filter((name) => !recorded.has(name)).sort()).toEqual(unrecorded)
  })

  it.each([false, true])('reads every one of them, and knows every field: strict %s', (strict) => {
    const drifts: Drift[] = []
    const read = createResultReader({ strict, onDrift: (drift) => drifts.push(drift) })
    const refused = replies.flatMap(({ source, method, result }) => {
      try {
        return read(method, result) === result ? [] : [`${source}: not handed out as it was parsed`]
      } catch (error) {
        return [`${source}: ${(error as Error).message}`]
      }
    })
    expect(refused).toEqual([])
    expect(drifts).toEqual([])
  })

  it.each([...new Map(replies.map((reply) => [reply.method.name, reply])).values()])(
    'guards $method.name as its schema does, where a reply is damaged',
    ({ method, result }) => {
      const shape = shapeOf(method.result)
      const generated = generatedGuard(shape)
      const closure = closureGuard(shape)
      const short = Array.isArray(result) ? result.slice(0, 2) : result
      fc.assert(
        fc.property(damaged(short), (value) => {
          const accepted = method.result.safeParse(value).success
          expect([generated?.(value), closure(value)]).toEqual([accepted, accepted])
        }),
      )
    },
  )
})
