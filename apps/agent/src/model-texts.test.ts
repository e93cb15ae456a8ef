import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createModelTexts } from './model-texts.js'

const [A, B] = ['a'.repeat(64), 'b'.repeat(64)]

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'model-texts-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

const linesIn = (path: string) => readFileSync(join(path, 'model_texts.jsonl'), 'utf8').split('\n')

it('keeps each text once, over restarts too', async () => {
  const path = folder()
  for (let life = 0; life < 2; life += 1) {
    const keep = createModelTexts(path, { secrets: [] })
    await keep(A, 'what was asked')
    await keep(A, 'what was asked')
  }
  expect(linesIn(path)).toEqual([`{"hash":"${A}","text":"what was asked"}`, ''])
})

it('keeps a text again whose line was cut off, on a line of its own', async () => {
  const path = folder()
  appendFileSync(join(path, 'model_texts.jsonl'), `{"hash":"${A}","text":"what was`)
  const keep = createModelTexts(path, { secrets: [] })
  await Promise.all([keep(A, 'what was asked'), keep(B, 'what was answered')])
  const whole = linesIn(path).slice(1, -1)
  expect(whole.map((line) => JSON.parse(line))).toEqual([
    { hash: A, text: 'what was asked' },
    { hash: B, text: 'what was answered' },
  ])
})

it('tries again where a text could not be kept', async () => {
  const path = folder()
  const keep = createModelTexts(join(path, 'later'), { secrets: [] })
  await expect(keep(A, 'what was asked')).rejects.toThrow('ENOENT')
  await expect(keep(A, 'what was asked')).rejects.toThrow('ENOENT')
})
