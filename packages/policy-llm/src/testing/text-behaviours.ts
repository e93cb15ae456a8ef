import type { ModelAnswer } from './answers.js'
import { type Behaviour, says } from './behaviour.js'
import { keyOf } from './seen-request.js'

/*
 * What a model may say: a whole reply, in the shape of either API, whose text is an answer or is none.
 */

/** Texts that are one valid answer, however they are written. */
export const VALID_TEXTS = {
  ok: says(null, plain),
  'indented text': says(null, (answer) => JSON.stringify(answer, null, 2)),
  'text with white space around it': says(null, (answer) => ` \r\n\t${plain(answer)}\n\n`),
  'keys in another order': says(null, ({ choice, confidence, reason_codes, rationale }) =>
    JSON.stringify({ choice, confidence, reason_codes, rationale }),
  ),
  'rationale with control characters': says(null, (answer) =>
    plain({ ...answer, rationale: '\u0000\u001b[2J\u0007\u202egoing\u200b up\u009b' }),
  ),
  'rationale with lone surrogates': says(null, (answer) =>
    plain(answer).replace(answer.rationale, String.raw`\ud800 and \udc00`),
  ),
  'rationale that holds another answer': says(null, (answer) =>
    plain({ ...answer, rationale: plain({ ...answer, choice: 'zz99' }) }),
  ),
  'rationale of 10 kB': says(null, (answer) => plain({ ...answer, rationale: 'x'.repeat(10_000) })),
  'rationale that repeats the key': says(null, (answer, request) =>
    plain({ ...answer, rationale: `My key is ${keyOf(request)}.` }),
  ),
  'rationale that repeats the key in escapes': says(null, (answer, request) =>
    plain(answer).replace(JSON.stringify(answer.rationale), escaped(`My key is ${keyOf(request)}.`)),
  ),
  'rationale that repeats the key with hidden characters in it': says(null, (answer, request) =>
    plain({ ...answer, rationale: `My key is ${[...keyOf(request)].join('\u200b')}.` }),
  ),
  'choice with escapes': says(null, (answer) => plain(answer).replace(`"${answer.choice}"`, escaped(answer.choice))),
} satisfies Record<string, Behaviour>

/** Texts that are no JSON object, or more than one. */
export const BROKEN_TEXTS = {
  'malformed text': says('invalid-json', ({ choice }) => `{"choice": ${choice}`),
  'fenced text': says('invalid-json', (answer) => `\`\`\`json\n${plain(answer)}\n\`\`\``),
  'prose before the answer': says('invalid-json', (answer) => `Here is my choice: ${plain(answer)}`),
  'prose after the answer': says('invalid-json', (answer) => `${plain(answer)}\nGood luck!`),
  'prose alone': says('invalid-json', ({ choice }) => `I would go with ${choice}.`),
  'the bare id': says('invalid-json', ({ choice }) => choice),
  'thoughts before the answer': says('invalid-json', (answer) => `<think>Hm.</think>${plain(answer)}`),
  'the answer twice': says('invalid-json', (answer) => plain(answer) + plain(answer)),
  'the answer on two lines': says('invalid-json', (answer) => `${plain(answer)}\n${plain(answer)}`),
  'text cut off by one character': says('invalid-json', (answer) => plain(answer).slice(0, -1)),
  'text cut off in the middle': says('invalid-json', (answer) => plain(answer).slice(0, 40)),
  'text that begins with a BOM': says('invalid-json', (answer) => `\ufeff${plain(answer)}`),
  'single quotes': says('invalid-json', (answer) => plain(answer).replaceAll('"', "'")),
  'full-width punctuation': says('invalid-json', (answer) => plain(answer).replaceAll(',', '，').replaceAll(':', '：')),
  'trailing comma': says('invalid-json', (answer) => plain(answer).replace(/\}$/, ',}')),
  comments: says('invalid-json', (answer) => plain(answer).replace('{', '{ // best of all\n')),
  'keys without quotes': says('invalid-json', (answer) => plain(answer).replaceAll(/"(\w+)":/g, '$1:')),
  'raw control characters': says('invalid-json', (answer) => plain(answer).replace('Premium', 'Pre\u0000\nmium')),
  'NaN for the confidence': says('invalid-json', (answer) => plain(answer).replace('"medium"', 'NaN')),
  'zero-width space between tokens': says('invalid-json', (answer) => plain(answer).replace(',', ',\u200b')),
  'ten thousand open brackets': says('invalid-json', () => '['.repeat(10_000)),
  'no text': says('empty', () => ''),
  'white space alone': says('empty', () => ' \n\t '),
} satisfies Record<string, Behaviour>

/** JSON that is not the answer that was asked for. */
export const WRONG_ANSWERS = {
  'null for an answer': says('invalid-json', () => 'null'),
  'a number for an answer': says('invalid-json', () => '1'),
  'a list with the answer': says('invalid-json', (answer) => `[${plain(answer)}]`),
  'a string that holds the answer': says('invalid-json', (answer) => JSON.stringify(plain(answer))),
  'an empty object': says('schema', () => '{}'),
  'the answer inside an object': says('schema', (answer) => JSON.stringify({ answer })),
  'an invented id': says('schema', (answer) => plain({ ...answer, choice: 'BUY-EVERYTHING' })),
  'an id that no menu has': says('schema', (answer) => plain({ ...answer, choice: 'zz99' })),
  'the id in capitals': says('schema', (answer) => plain({ ...answer, choice: answer.choice.toUpperCase() })),
  'the id with a space': says('schema', (answer) => plain({ ...answer, choice: `${answer.choice} ` })),
  'the id with a zero-width space': says('schema', (answer) => plain({ ...answer, choice: `${answer.choice}\u200b` })),
  'the id in full-width letters': says('schema', (answer) => plain({ ...answer, choice: fullWidth(answer.choice) })),
  'the id in a list': says('schema', (answer) => JSON.stringify({ ...answer, choice: [answer.choice] })),
  'the id in an object': says('schema', (answer) => JSON.stringify({ ...answer, choice: { id: answer.choice } })),
  'a place instead of the id': says('schema', (answer) => JSON.stringify({ ...answer, choice: 0 })),
  'null instead of the id': says('schema', (answer) => JSON.stringify({ ...answer, choice: null })),
  'true instead of the id': says('schema', (answer) => JSON.stringify({ ...answer, choice: true })),
  'an empty id': says('schema', (answer) => plain({ ...answer, choice: '' })),
  'two ids in one string': says('schema', (answer) =>
    plain({ ...answer, choice: `${answer.choice},${answer.choice}` }),
  ),
  'the name of an action': says('schema', (answer) => plain({ ...answer, choice: 'CLOSE_COVERED_CALL' })),
  'a symbol instead of the id': says('schema', (answer) => plain({ ...answer, choice: 'BTC-30JAN26-100000-C' })),
  'the name of a prototype': says('schema', (answer) => plain({ ...answer, choice: '__proto__' })),
  'the name of a method': says('schema', (answer) => plain({ ...answer, choice: 'constructor' })),
  'a key too many': says('schema', (answer) => JSON.stringify({ ...answer, size: 99 })),
  'a prototype beside the answer': says('schema', (answer) => plain(answer).replace('{', '{"__proto__":{"a":1},')),
  'the answer as a prototype': says('schema', (answer) => `{"__proto__":${plain(answer)}}`),
  'no choice': says('schema', ({ choice: _, ...answer }) => JSON.stringify(answer)),
  'no confidence': says('schema', ({ confidence: _, ...answer }) => JSON.stringify(answer)),
  'no rationale': says('schema', ({ rationale: _, ...answer }) => JSON.stringify(answer)),
  'no reason codes': says('schema', ({ reason_codes: _, ...answer }) => JSON.stringify(answer)),
  'a confidence in numbers': says('schema', (answer) => JSON.stringify({ ...answer, confidence: 0.9 })),
  'an unknown confidence': says('schema', (answer) => JSON.stringify({ ...answer, confidence: 'certain' })),
  'an unknown reason code': says('schema', (answer) => plain({ ...answer, reason_codes: ['to-the-moon'] })),
  'a reason code that is no list': says('schema', (answer) => JSON.stringify({ ...answer, reason_codes: 'edge' })),
  'a rationale in a list': says('schema', (answer) => JSON.stringify({ ...answer, rationale: ['a', 'b'] })),
  'rationale of 1 MB': says('schema', (answer) => plain({ ...answer, rationale: 'x'.repeat(1_000_000) })),
  'rationale of deep nesting': says('schema', (answer) =>
    plain(answer).replace(JSON.stringify(answer.rationale), `${'['.repeat(5_000)}${']'.repeat(5_000)}`),
  ),
  'the choice twice': says('schema', (answer) => plain(answer).replace('{', '{"choice":"zz99",')),
  'the same choice twice': says('schema', (answer) => plain(answer).replace('{', `{"choice":"${answer.choice}",`)),
  'the choice twice, once with escapes': says('schema', (answer) =>
    plain(answer).replace('{', String.raw`{"\u0063hoice":"zz99",`),
  ),
  'the form that was asked for': says('schema', () =>
    JSON.stringify({ type: 'object', properties: { choice: { enum: ['a'] } }, required: ['choice'] }),
  ),
  'an error instead of an answer': says('schema', () => JSON.stringify({ error: 'I cannot choose.' })),
} satisfies Record<string, Behaviour>

function plain(answer: ModelAnswer): string {
  return JSON.stringify(answer)
}

/** A string of JSON with every character written as its number. */
function escaped(text: string): string {
  return `"${[...text].map((each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`
}

function fullWidth(text: string): string {
  return [...text].map((each) => String.fromCharCode(each.charCodeAt(0) + 0xfee0)).join('')
}
