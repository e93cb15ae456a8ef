import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import type { TapedCall, TapedEnd } from './cassette.js'
import { openTape, type TapeOptions } from './cassette-file.js'

const folder = mkdtempSync(join(tmpdir(), 'cassette-'))
afterAll(() => rmSync(folder, { recursive: true }))

const PROMPT = 'a'.repeat(64)
const options = (changes: Partial<TapeOptions> = {}): TapeOptions => ({
  mode: 'record',
  promptHash: PROMPT,
  model: 'gpt-test',
  ...changes,
})
const call = (index: number, body = '{"ok":true}'): TapedCall => ({
  key: index.toString(16).padStart(64, '0'),
  occurrence: 1,
  end: { kind: 'reply', status: 200, headers: { 'content-type': 'application/json' }, body },
})
const failed: TapedCall = {
  key: 'f'.repeat(64),
  occurrence: 2,
  attempt: 2,
  end: {
    kind: 'failure',
    name: 'TypeError',
    message: 'fetch failed',
    cause: { name: 'Error', message: 'x', code: 'E' },
  },
}

let files = 0
function recorded(...calls: TapedCall[]): string {
  const path = join(folder, `${files++}.jsonl`)
  const tape = openTape(path, options())
  for (const one of calls) tape.append(one)
  tape.close()
  return path
}

describe('a recording in a file', () => {
  it('is found again call by call, and has one line for each after its header', () => {
    const aborted: TapedCall = { key: 'e'.repeat(64), occurrence: 1, end: { kind: 'abort' } }
    const path = recorded(call(1), failed, aborted)
    const tape = openTape(path, options({ mode: 'replay' }))
    expect(tape.calls).toBe(3)
    expect([call(1), failed, aborted].map(({ key, occurrence }) => tape.find(key, occurrence))).toEqual([
      call(1),
      failed,
      aborted,
    ])
    expect(tape.find(call(1).key, 2)).toBeUndefined()
    const [header, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n')
    expect(JSON.parse(header!)).toEqual({ kind: 'cassette', version: 1, promptHash: PROMPT, model: 'gpt-test' })
    expect(lines).toHaveLength(3)
  })

  it('holds every body, header and error as it was', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 40 })
    const end: fc.Arbitrary<TapedEnd> = fc.oneof(
      fc.record({
        kind: fc.constant('reply' as const),
        status: fc.integer({ min: 200, max: 599 }),
        headers: fc.dictionary(fc.constantFrom('content-type', 'retry-after', 'location'), text),
        body: text,
      }),
      fc.record({ kind: fc.constant('failure' as const), name: text, message: text, cause: fc.constant(null) }),
    )
    fc.assert(
      fc.property(fc.array(end, { maxLength: 8 }), (ends) => {
        const calls = ends.map((one, index) => ({ ...call(index), end: one }))
        const tape = openTape(recorded(...calls), options({ mode: 'replay' }))
        expect(calls.map(({ key }) => tape.find(key, 1))).toEqual(calls)
      }),
      { numRuns: 100 },
    )
  })

  it('of any bytes is read or refused by an error of its own', () => {
    const [header = ''] = readFileSync(recorded(call(1)), 'utf8').split('\n')
    const junk = fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.constant(JSON.stringify(call(1))))
    const path = join(folder, 'junk.jsonl')
    fc.assert(
      fc.property(fc.boolean(), fc.array(junk, { maxLength: 4 }), (headed, lines) => {
        writeFileSync(path, [...(headed ? [header] : []), ...lines].join('\n'))
        for (const mode of ['replay', 'auto'] as const) {
          try {
            openTape(path, options({ mode })).close()
          } catch (error) {
            expect(error).toMatchObject({ name: 'CcError', code: expect.stringMatching(/^policy-llm\/cassette-/) })
          }
        }
      }),
      { numRuns: 200 },
    )
  })

  it('is begun anew by a recording, and added to otherwise', () => {
    const path = recorded(call(1))
    const adding = openTape(path, options({ mode: 'auto' }))
    adding.append(call(2))
    adding.close()
    expect(openTape(path, options({ mode: 'replay' })).calls).toBe(2)
    openTape(path, options()).close()
    expect(openTape(path, options({ mode: 'replay' })).calls).toBe(0)
  })

  it('takes away a last line that was cut off, where it is added to', () => {
    const path = recorded(call(1))
    appendFileSync(path, '{"key":"0')
    expect(() => openTape(path, options({ mode: 'replay' }))).toThrow(damaged(3))
    const adding = openTape(path, options({ mode: 'auto' }))
    adding.append(call(2))
    adding.close()
    expect(openTape(path, options({ mode: 'replay' })).calls).toBe(2)
  })

  it('says which file the system does not let it use', () => {
    const path = join(folder, 'no-such-folder', 'a.jsonl')
    for (const [place, mode, systemCode] of [
      [path, 'record', 'ENOENT'],
      [path, 'auto', 'ENOENT'],
      [folder, 'replay', 'EISDIR'],
    ] as const) {
      const unusable = { code: 'policy-llm/cassette-unusable', facts: { path: place, systemCode } }
      expect(() => openTape(place, options({ mode }))).toThrow(expect.objectContaining(unusable))
    }
  })

  it('takes no call in a replay, and none once it is closed', () => {
    const path = recorded(call(1))
    const closed = expect.objectContaining({ code: 'policy-llm/cassette-closed' })
    expect(() => openTape(path, options({ mode: 'replay' })).append(call(2))).toThrow(closed)
    const tape = openTape(path, options({ mode: 'auto' }))
    tape.close()
    expect(() => tape.append(call(2))).toThrow(closed)
  })

  it('of a year of hours is read within seconds', () => {
    const body = JSON.stringify({ output: 'x'.repeat(1_500) })
    const lines = Array.from({ length: 8_760 }, (_, hour) => JSON.stringify(call(hour, body)))
    const path = recorded()
    appendFileSync(path, `${lines.join('\n')}\n`)
    const startMs = performance.now()
    expect(openTape(path, options({ mode: 'replay' })).calls).toBe(8_760)
    expect(performance.now() - startMs).toBeLessThan(30_000)
  })
})

describe('a recording that does not fit is refused', () => {
  it('where there is none', () => {
    const missing = expect.objectContaining({ code: 'policy-llm/cassette-missing' })
    expect(() => openTape(join(folder, 'none.jsonl'), options({ mode: 'replay' }))).toThrow(missing)
  })

  it.each<{ why: string; changes: Partial<TapeOptions>; code: string; words: RegExp }>([
    {
      why: 'of another prompt',
      changes: { promptHash: 'b'.repeat(64) },
      code: 'cassette-prompt',
      words: /a{64}.*b{64}.*Record it again/,
    },
    { why: 'of another model', changes: { model: 'other' }, code: 'cassette-model', words: /gpt-test.*other/ },
  ])('$why', ({ changes, code, words }) => {
    const path = recorded(call(1))
    for (const mode of ['replay', 'auto'] as const) {
      const opening = () => openTape(path, options({ mode, ...changes }))
      expect(opening).toThrow(expect.objectContaining({ code: `policy-llm/${code}` }))
      expect(opening).toThrow(words)
    }
  })

  it('of another version', () => {
    const path = join(folder, 'version.jsonl')
    writeFileSync(path, `${JSON.stringify({ kind: 'cassette', version: 2, promptHash: PROMPT, model: 'gpt-test' })}\n`)
    expect(() => openTape(path, options({ mode: 'replay' }))).toThrow(
      expect.objectContaining({ code: 'policy-llm/cassette-version', facts: expect.objectContaining({ version: 2 }) }),
    )
  })

  it.each([
    { why: 'text that is no JSON', text: 'oops', number: 3 },
    { why: 'an empty line', text: '', number: 3 },
    { why: 'a call without an end', text: JSON.stringify({ key: 'f'.repeat(64), occurrence: 1 }), number: 3 },
    { why: 'a key that is no hash', text: JSON.stringify({ ...failed, key: 'abc' }), number: 3 },
    { why: 'an attempt before the first', text: JSON.stringify({ ...failed, attempt: 0 }), number: 3 },
    { why: 'a field too many', text: JSON.stringify({ ...failed, headers: {} }), number: 3 },
    { why: 'a call that is there already', text: JSON.stringify(call(1)), number: 3 },
  ])('with $why, by the number of the line', ({ text, number }) => {
    const path = recorded(call(1))
    appendFileSync(path, `${text}\n`)
    for (const mode of ['replay', 'auto'] as const)
      expect(() => openTape(path, options({ mode }))).toThrow(damaged(number))
  })

  it('with nothing in it', () => {
    const path = join(folder, 'empty.jsonl')
    writeFileSync(path, '')
    expect(() => openTape(path, options({ mode: 'replay' }))).toThrow(damaged(1))
  })
})

describe('a key', () => {
  const canary = 'canary "quoted" key'

  it.each<{ why: string; taped: TapedCall }>([
    { why: 'in a body', taped: call(1, `{"error":"${canary}"}`) },
    {
      why: 'in a header',
      taped: { ...call(1), end: { kind: 'reply', status: 200, headers: { location: canary }, body: '' } },
    },
    { why: 'in an error', taped: { ...failed, end: { kind: 'failure', name: 'Error', message: canary, cause: null } } },
    { why: 'in escapes', taped: call(1, JSON.stringify({ text: '{"a":"\\u0063anary \\"quoted\\" k\\u0065y"}' })) },
    { why: 'of the shape of one', taped: call(1, 'Incorrect API key provided: sk-proj-abcdefghijkl0123') },
    { why: 'behind Bearer', taped: call(1, 'you sent Bearer abcdefgh12345') },
    { why: 'as an echoed header', taped: call(1, '{"headers":{"Authorization":"Basic x"}}') },
  ])('$why gets into no file', ({ taped }) => {
    const path = join(folder, `secret-${files++}.jsonl`)
    const tape = openTape(path, options({ secrets: [canary] }))
    const before = readFileSync(path, 'utf8')
    expect(() => tape.append(taped)).toThrow(expect.objectContaining({ code: 'policy-llm/cassette-secret' }))
    expect(readFileSync(path, 'utf8')).toBe(before)
    expect(tape.find(taped.key, taped.occurrence)).toBeUndefined()
  })

  it('is not seen in words that only look like one', () => {
    const text = 'risk-adjusted-premium-is-small; sk-proj-****abcd was masked'
    expect(() => openTape(recorded(), options({ secrets: ['', 'small', canary] })).append(call(1, text))).not.toThrow()
  })
})

function damaged(line: number) {
  return expect.objectContaining({ code: 'policy-llm/cassette-damaged', facts: expect.objectContaining({ line }) })
}
