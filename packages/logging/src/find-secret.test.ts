import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { chainedLog, dayFile, writeFiles } from '../test/chained-log.js'
import { failedCycle } from '../test/records.js'
import { tempFolder } from '../test/temp-folder.js'
import { findSecret } from './find-secret.js'

const SECRET = 'canary+71c2/e5d9"'

function folderWith(policy: string): string {
  const folder = tempFolder()
  const first = { ...failedCycle(Date.UTC(2026, 0, 1)), policy: 'rules' }
  writeFiles(folder, chainedLog('decisions', { [dayFile(1)]: [first], [dayFile(2)]: [first, { ...first, policy }] }))
  return folder
}

it.each([
  ['as it is', SECRET],
  ['URL-encoded', encodeURIComponent(SECRET)],
  ['in base64', Buffer.from(`key:${SECRET}`).toString('base64')],
])('finds the line of a secret %s', (_, text) => {
  const found = findSecret(folderWith(`before ${text} after`), 'decisions', [{ name: 'KEY', value: SECRET }])
  expect(found).toEqual({ file: dayFile(2), lineNumber: 3 })
})

it('finds none where there is none, and looks for nothing where nothing is secret', () => {
  expect(findSecret(folderWith('rules'), 'decisions', [{ name: 'KEY', value: SECRET }])).toBeNull()
  expect(findSecret('/no/such/folder', 'decisions', [])).toBeNull()
})

it.each([
  ['no JSON', `{"a":"\u0001 ${SECRET}"}\n`],
  ['torn', `{"a":"${SECRET}`],
])('finds the secret in a line that is %s', (_, line) => {
  const folder = tempFolder()
  writeFileSync(join(folder, 'intents.jsonl'), `{}\n${line}`)
  expect(findSecret(folder, 'intents', [{ name: 'KEY', value: SECRET }])).toEqual({
    file: 'intents.jsonl',
    lineNumber: 2,
  })
})

it('takes no number for a secret, which none is', () => {
  const folder = tempFolder()
  writeFileSync(join(folder, 'intents.jsonl'), '{"timeMs":1712345678}\n{"text":"12345678"}\n')
  expect(findSecret(folder, 'intents', [{ name: 'PIN', value: '12345678' }])).toMatchObject({ lineNumber: 2 })
})
