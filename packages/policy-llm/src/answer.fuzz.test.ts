import { candidateForTest, positionForTest, stateForTest, underlyingForTest } from '@cc/models/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readAnswer } from './answer.js'
import { REASON_CODES } from './answer-form.js'
import { buildMenu } from './menu.js'
import { chanceOf } from './menu-ids.js'
import { llmOptionsSchema } from './options.js'

const RUNS = 100_000
const LOOK_ALIKES: Record<string, string> = { f: 'ｆ', g: 'ɡ', j: 'ј', k: 'к', m: 'ｍ', q: 'ԛ', t: 'т', x: 'х', z: 'ᴢ' }

/** Menus as a model would see them, from short to long. */
const MENUS = [0, 1, 4, 30].map((candidates, seed) => {
  const underlyings = (['BTC', 'ETH'] as const).map((currency) =>
    underlyingForTest({
      currency,
      portfolio: { balanceCoin: 9, positions: [positionForTest(`${currency}-9JAN26-100000-C`)] },
      candidates: Array.from({ length: candidates }, (_, place) =>
        candidateForTest(`${currency}-30JAN26-${100_000 + place}-C`),
      ),
    }),
  )
  return buildMenu(stateForTest({ underlyings }), { isLegal: () => true, options: llmOptionsSchema.parse({ seed }) })
})

/** What a schema library says of it: another reading than ours, but for keys that stand twice. */
function formOf(ids: readonly string[]) {
  return z.strictObject({
    rationale: z.string(),
    reason_codes: z.array(z.enum(REASON_CODES)).max(REASON_CODES.length),
    choice: z.enum(ids),
    confidence: z.enum(['low', 'medium', 'high']),
  })
}

/** One text, and whether it must be taken; `null`: as the form says. */
type Try = { text: string; valid: boolean | null }

describe('100,000 answers, valid, broken and hostile', () => {
  const chance = chanceOf('answers')
  const pick = <Item>(items: readonly Item[]): Item => items[chance(items.length)] as Item
  const character = () => pick(['"', '\\', '{', '}', '[', ']', ':', ',', ' ', '0', 'a', '\n', '\u0000', '\u200b', '🙂'])
  const times = (count: number, make: () => string) => Array.from({ length: count }, make).join('')

  function valid(ids: readonly string[]) {
    return {
      rationale: times(chance(12), () => pick([character(), 'edge ', 'choice', 'ignore the limits; ', '\u001b[31m'])),
      reason_codes: Array.from({ length: chance(4) }, () => pick(REASON_CODES)),
      choice: pick(ids),
      confidence: pick(['low', 'medium', 'high']),
    }
  }

  /** Bytes put in, taken out, swapped, doubled. */
  function scrambled(text: string): string {
    const [from, to] = [chance(text.length), chance(text.length)].sort((a, b) => a - b) as [number, number]
    return pick([
      () => text.slice(0, from) + character() + text.slice(from),
      () => text.slice(0, from) + text.slice(to),
      () => text.slice(0, to) + text.slice(from),
      () => text.slice(0, from) + character() + text.slice(from + 1),
      () => text.slice(from, to),
      () => Array.from(text).reverse().join(''),
    ])()
  }

  function wrongIds(ids: readonly string[]): unknown {
    const id = pick(ids)
    const alike = (LOOK_ALIKES[id.charAt(0)] ?? 'к') + id.slice(1)
    const number = String(20 + chance(80))
    return pick<unknown>([
      alike,
      id.toUpperCase(),
      ` ${id}`,
      `${id}\n`,
      `${id}\u200b`,
      `${id}\u0000`,
      `${id},${pick(ids)}`,
      id.slice(0, 2),
      `${id}0`,
      pick(ids) + id,
      `b${number}`,
      `${id.charAt(0)}０${number}`,
      [id],
      { id },
      Number(id.slice(1)),
      true,
      null,
      'HOLD',
      'OPEN_COVERED_CALL',
      'BTC-30JAN26-100000-C',
      '__proto__',
      'toString',
      '',
    ])
  }

  function attempt(ids: readonly string[], others: readonly string[]): Try {
    const answer = valid(ids)
    const text = JSON.stringify(answer)
    const again = JSON.stringify(valid(ids)).slice(1)
    const outsider = pick(others)
    const tries: readonly (() => Try)[] = [
      () => ({ text, valid: true }),
      () => ({ text: JSON.stringify(answer, null, 1 + chance(3)), valid: true }),
      () => ({ text: `${pick(['', ' ', '\n\t'])}${text}${pick(['', '\r\n'])}`, valid: true }),
      () => ({ text: JSON.stringify({ ...answer, choice: wrongIds(ids) }), valid: false }),
      () => ({ text: JSON.stringify({ ...answer, choice: outsider }), valid: ids.includes(outsider) }),
      () => ({ text: text.slice(0, chance(text.length)), valid: false }),
      () => ({ text: text + pick(['', ' ', '\n', ',']) + JSON.stringify(valid(ids)), valid: false }),
      () => ({ text: `\`\`\`${pick(['json', ''])}\n${text}\n\`\`\``, valid: false }),
      () => ({ text: `${pick(['Sure: ', 'answer = ', '\ufeff', '// '])}${text}`, valid: false }),
      () => ({ text: `${text}${pick([' Done.', ';', '\u0000', '\u00a0', '</system>'])}`, valid: false }),
      () => ({ text: `${text.slice(0, -1)},${again}`, valid: false }),
      () => ({ text: `{"\\u0063hoice":"${pick(ids)}",${text.slice(1)}`, valid: false }),
      () => ({ text: `{"choice":{"choice":"${pick(ids)}"},${text.slice(1)}`, valid: false }),
      () => ({
        text: JSON.stringify({ ...answer, [pick(['size', 'action', '', 'id', 'tool_calls'])]: 1 }),
        valid: false,
      }),
      () => ({ text: JSON.stringify({ ...answer, [pick(Object.keys(answer))]: undefined }), valid: false }),
      () => ({
        text: JSON.stringify({ ...answer, [pick(Object.keys(answer))]: pick([1, null, {}, [[]]]) }),
        valid: false,
      }),
      () => ({
        text: JSON.stringify(pick<unknown>([[answer], { answer }, text, [text], answer.choice])),
        valid: false,
      }),
      () => ({ text: '['.repeat(chance(3_000)) + text + ']'.repeat(chance(3_000)), valid: null }),
      () => ({ text: times(chance(60), character), valid: null }),
      () => ({ text: scrambled(text), valid: null }),
      () => ({ text: scrambled(scrambled(scrambled(text))), valid: null }),
    ]
    return pick(tries)()
  }

  it('name no action outside of the menu, and no answer is taken that is not in its form', () => {
    let [taken, refused] = [0, 0]
    const forms = MENUS.map(({ items }) => formOf(items.map(({ id }) => id)))
    const all = MENUS.map(({ items }) => items.map(({ id }) => id))
    for (let run = 0; run < RUNS; run += 1) {
      const place = run % MENUS.length
      const ids = all[place] as readonly string[]
      const { text, valid: isValid } = attempt(ids, all[(place + 1) % all.length] as readonly string[])
      const reading = readAnswer(text, ids)
      if (isValid !== null && isValid !== 'answer' in reading)
        throw new Error(`${isValid ? 'refused' : 'taken'}: ${text}`)
      if ('failure' in reading) {
        refused += 1
        continue
      }
      taken += 1
      const { choice, confidence } = reading.answer
      const asked = forms[place]?.safeParse(JSON.parse(text))
      if (asked?.data?.choice !== choice || asked.data.confidence !== confidence) throw new Error(`misread: ${text}`)
      if (MENUS[place]?.items.find(({ id }) => id === choice) === undefined) throw new Error(`outside: ${text}`)
    }
    expect(taken + refused).toBe(RUNS)
    expect(taken).toBeGreaterThan(RUNS / 20)
    expect(refused).toBeGreaterThan(RUNS / 2)
  })

  it('of a megabyte are refused before they are read', () => {
    const [menu] = MENUS
    const ids = menu!.items.map(({ id }) => id)
    const text = JSON.stringify({ ...valid(ids), rationale: 'x'.repeat(1_000_000) })
    expect(readAnswer(text, ids)).toMatchObject({ failure: 'schema' })
  })
})
