import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readAnswer } from './answer.js'
import { type Answer, REASON_CODES } from './answer-form.js'

const IDS = ['k37', 'q82', 'z20']
const VALID = { rationale: 'Edge is thin.', reason_codes: ['edge-negative'], choice: 'q82', confidence: 'low' }
const TEXT = JSON.stringify(VALID)

const withChoice = (choice: unknown) => JSON.stringify({ ...VALID, choice })
const withRaw = (member: string) => `${TEXT.slice(0, -1)},${member}}`

describe('readAnswer', () => {
  it('reads an answer', () => {
    const answer: Answer = {
      choice: 'q82',
      rationale: 'Edge is thin.',
      reasonCodes: ['edge-negative'],
      confidence: 'low',
    }
    expect(readAnswer(TEXT, IDS)).toEqual({ answer })
  })

  it.each([
    [JSON.stringify(VALID, null, 2), 'spaces between'],
    [` \t\r\n${TEXT}\n `, 'spaces around'],
    [JSON.stringify(Object.fromEntries(Object.entries(VALID).reverse())), 'another order of keys'],
    [TEXT.replace('choice', '\\u0063hoice').replace('q82', '\\u00718\\u0032'), 'escapes'],
    [JSON.stringify({ ...VALID, reason_codes: [] }), 'no codes'],
    [JSON.stringify({ ...VALID, reason_codes: REASON_CODES }), 'every code'],
    [JSON.stringify({ ...VALID, rationale: '{"choice":"k37"} : "," \\" }{ ][' }), 'JSON inside of a string'],
    [JSON.stringify({ ...VALID, rationale: '' }), 'no reason'],
  ])('takes %s: %s', (text) => {
    expect(readAnswer(text, IDS)).toMatchObject({ answer: { choice: 'q82' } })
  })

  it.each<[string, 'empty' | 'invalid-json' | 'schema', string]>([
    ['', 'empty', 'nothing'],
    [' \n\t', 'empty', 'spaces'],
    ['\u00a0\u3000', 'empty', 'wider spaces'],
    [`\ufeff${TEXT}`, 'invalid-json', 'a byte order mark'],
    [`\u00a0${TEXT}`, 'invalid-json', 'a space that JSON has not'],
    [`\`\`\`json\n${TEXT}\n\`\`\``, 'invalid-json', 'a fence'],
    [`Sure! ${TEXT}`, 'invalid-json', 'prose before'],
    [`${TEXT} I hope this helps.`, 'invalid-json', 'prose after'],
    [TEXT + TEXT, 'invalid-json', 'two objects'],
    [`${TEXT}\n${TEXT}`, 'invalid-json', 'two lines'],
    [TEXT.slice(0, -1), 'invalid-json', 'cut off'],
    [`${TEXT.slice(0, -1)},}`, 'invalid-json', 'a trailing comma'],
    [TEXT.replaceAll('"', "'"), 'invalid-json', 'single quotes'],
    [`/* low */${TEXT}`, 'invalid-json', 'a comment'],
    [TEXT.replace('"low"', 'NaN'), 'invalid-json', 'NaN'],
    [`${TEXT}\u0000`, 'invalid-json', 'a NUL after'],
    [TEXT.replace('thin', 'th\nin'), 'invalid-json', 'a line break in a string'],
    ['[', 'invalid-json', 'a beginning'],
    ['['.repeat(60_000), 'invalid-json', 'a deep beginning'],
    ['null', 'invalid-json', 'null'],
    ['true', 'invalid-json', 'a truth'],
    ['7', 'invalid-json', 'a number'],
    ['"q82"', 'invalid-json', 'the id alone, quoted'],
    ['q82', 'invalid-json', 'the id alone'],
    [`[${TEXT}]`, 'invalid-json', 'an array of answers'],
    [JSON.stringify(TEXT), 'invalid-json', 'an answer in a string'],
    ['{}', 'schema', 'an empty object'],
    [JSON.stringify({ answer: VALID }), 'schema', 'an answer in an object'],
    [JSON.stringify({ ...VALID, rationale: undefined }), 'schema', 'a key less'],
    [JSON.stringify({ ...VALID, size: 1 }), 'schema', 'a key more'],
    [withRaw('"__proto__":{"choice":"k37"}'), 'schema', 'a prototype'],
    ['{"__proto__":{"rationale":"","reason_codes":[],"choice":"k37","confidence":"low"}}', 'schema', 'inherited keys'],
    [withRaw('"choice":"q82"'), 'schema', 'the same choice twice'],
    [withRaw('"choice":"k37"'), 'schema', 'two choices'],
    [withRaw('"\\u0063hoice":"k37"'), 'schema', 'two choices, one written with an escape'],
    [withRaw('"confidence":"low"'), 'schema', 'two confidences'],
    [TEXT.replace('{', '{"choice":{"choice":"k37"},'), 'schema', 'a choice in a choice that is overwritten'],
    [TEXT.replace('{', '{"rationale":["a:b",{"c":1}],'), 'schema', 'a reason that is overwritten'],
    [withChoice('k99'), 'schema', 'an id of another menu'],
    [withChoice('Q82'), 'schema', 'another case'],
    [withChoice('q82 '), 'schema', 'a space'],
    [withChoice('q8２'), 'schema', 'a digit of full width'],
    [withChoice('ԛ82'), 'schema', 'a letter of another alphabet'],
    [withChoice('q\u200b82'), 'schema', 'a space without width'],
    [withChoice('q82\u0000'), 'schema', 'a NUL'],
    [withChoice(''), 'schema', 'no id'],
    [withChoice(null), 'schema', 'null'],
    [withChoice(1), 'schema', 'a number of a line'],
    [withChoice(['q82']), 'schema', 'an array'],
    [withChoice({ id: 'q82' }), 'schema', 'an object'],
    [withChoice('HOLD'), 'schema', 'the action'],
    [withChoice('constructor'), 'schema', 'a name of the language'],
    [JSON.stringify({ ...VALID, confidence: 'certain' }), 'schema', 'another confidence'],
    [JSON.stringify({ ...VALID, confidence: 0.7 }), 'schema', 'a confidence in numbers'],
    [JSON.stringify({ ...VALID, reason_codes: 'edge-negative' }), 'schema', 'a code that is no array'],
    [JSON.stringify({ ...VALID, reason_codes: ['vibes'] }), 'schema', 'a code of its own'],
    [JSON.stringify({ ...VALID, reason_codes: [['edge-negative']] }), 'schema', 'a code in an array'],
    [JSON.stringify({ ...VALID, reason_codes: { 0: 'edge-negative' } }), 'schema', 'codes in an object'],
    [
      JSON.stringify({ ...VALID, reason_codes: Array(14).fill('edge-negative') }),
      'schema',
      'more codes than there are',
    ],
    [JSON.stringify({ ...VALID, rationale: 7 }), 'schema', 'a reason that is a number'],
    [JSON.stringify({ ...VALID, rationale: null }), 'schema', 'no reason'],
    [JSON.stringify({ ...VALID, rationale: 'x'.repeat(65_536) }), 'schema', 'too long a text'],
    [JSON.stringify({ ...VALID, rationale: '漢'.repeat(22_000) }), 'schema', 'too many bytes'],
    [`${TEXT}${' '.repeat(65_536)}`, 'schema', 'too many spaces'],
  ])('refuses %j as %s: %s', (text, failure) => {
    expect(readAnswer(text, IDS)).toEqual({ failure, problem: expect.any(String) })
  })

  it('takes a text of 65536 bytes', () => {
    const rest = 65_536 - JSON.stringify({ ...VALID, rationale: '' }).length
    expect(readAnswer(JSON.stringify({ ...VALID, rationale: 'x'.repeat(rest) }), IDS)).toHaveProperty('answer')
    expect(readAnswer(JSON.stringify({ ...VALID, rationale: 'x'.repeat(rest + 1) }), IDS)).toHaveProperty('failure')
  })

  it('takes no choice of a menu that has none', () => {
    expect(readAnswer(TEXT, [])).toMatchObject({ failure: 'schema' })
  })

  it('keeps a reason that is fit for the record', () => {
    const rationale = `sell\u001b[31m now\n\u202e${'🙂'.repeat(600)}`
    const reading = readAnswer(JSON.stringify({ ...VALID, rationale }), IDS)
    expect(reading).toMatchObject({ answer: { rationale: `sell now ${'🙂'.repeat(491)}` } })
  })

  it('never repeats what was answered', () => {
    const secret = 'sk-canary-1'
    const texts = [secret, withChoice(secret), JSON.stringify({ ...VALID, [secret]: 1 }), `{"a":${secret}}`]
    for (const confidence of [secret, 1]) texts.push(JSON.stringify({ ...VALID, confidence }))
    for (const text of texts) expect(JSON.stringify(readAnswer(text, IDS))).not.toContain(secret)
  })
})

describe('a valid answer', () => {
  const answers = fc
    .record({
      rationale: fc.oneof(
        fc.string({ unit: 'binary', maxLength: 60 }),
        fc.string({ unit: fc.constantFrom('"', '\\', '{', '}', ':', ',', '\u2028', '🙂', '\ud800'), maxLength: 30 }),
        fc.constant(TEXT),
      ),
      reason_codes: fc.array(fc.constantFrom(...REASON_CODES), { maxLength: 5 }),
      choice: fc.constantFrom(...IDS),
      confidence: fc.constantFrom('low', 'medium', 'high'),
    })
    .map((answer) => JSON.stringify(answer))
  const written = fc.oneof(
    answers,
    answers.map((text) => text.replaceAll(/[^ -~]/gu, escaped)),
    answers.map((text) => JSON.stringify(JSON.parse(text), null, 2)),
  )

  it('is read, and no proper prefix of it', () => {
    let prefixes = 0
    fc.assert(
      fc.property(written, (text) => {
        expect(readAnswer(text, IDS)).toHaveProperty('answer.choice', JSON.parse(text).choice)
        for (let end = 0; end < text.length; end += 1) {
          prefixes += 1
          if (!('failure' in readAnswer(text.slice(0, end), IDS))) throw new Error(`taken: ${text.slice(0, end)}`)
        }
      }),
      { numRuns: 300 },
    )
    expect(prefixes).toBeGreaterThan(20_000)
  })

  it('is refused with any of its keys written twice, however it is spelt', () => {
    fc.assert(
      fc.property(answers, fc.constantFrom('rationale', 'reason_codes', 'choice', 'confidence'), (text, key) => {
        const value = JSON.stringify(JSON.parse(text)[key])
        const spelt = Array.from(key, (letter, place) => (place % 2 === 0 ? escaped(letter) : letter)).join('')
        for (const name of [key, spelt]) {
          expect(readAnswer(`{"${name}":${value},${text.slice(1)}`, IDS)).toHaveProperty('failure', 'schema')
          expect(readAnswer(`${text.slice(0, -1)},"${name}":${value}}`, IDS)).toHaveProperty('failure', 'schema')
        }
      }),
    )
  })
})

/** A character as JSON can write any. */
function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, place) => {
    return `\\u${character.charCodeAt(place).toString(16).padStart(4, '0')}`
  }).join('')
}
