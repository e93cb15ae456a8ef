import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { FALLBACK_REASONS, llmOptionsSchema, MODEL_TABLE_DATE, MODELS } from '@cc/policy-llm'
import { expect, it } from 'vitest'
import { describeReadmeExample, namesUnder } from '../../../vitest.readme.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const readme = readFileSync(`${root}README.md`, 'utf8')

describeReadmeExample(root)

it('lists every fallback reason, and no other', () => {
  expect(namesUnder(root, 'Fallback reasons')).toEqual([...FALLBACK_REASONS])
})

it('lists every option, and no other, each with its default', () => {
  const defaults = flat(llmOptionsSchema.parse({}))
  expect(namesUnder(root, 'Options')).toEqual(Object.keys(defaults))
  for (const [option, value] of Object.entries(defaults)) {
    const row = readme.split('\n').find((line) => line.startsWith(`| \`${option}\` `)) ?? ''
    const told = row.split('|').at(-2)?.replaceAll('`', '').trim()
    expect([option, told]).toEqual([option, value])
  }
})

// `vitest run test/readme.test.ts -u` writes the table anew.
it('has the table of models', async () => {
  expect(readme).toContain(`As of \`MODEL_TABLE_DATE\`, ${MODEL_TABLE_DATE}.`)
  const [before = '', after = ''] = readme.split(/<!-- models -->\n[\s\S]*?<!-- \/models -->/)
  const written = `${before}<!-- models -->\n\n${modelTable()}\n\n<!-- /models -->${after}`
  await expect(written).toMatchFileSnapshot(`${root}README.md`)
})

/** Defaults by the path of their option, as a table says them. */
function flat(options: object, path = ''): Record<string, string> {
  return Object.fromEntries(
    Object.entries(options).flatMap(([key, value]) =>
      typeof value === 'object' && !Array.isArray(value)
        ? Object.entries(flat(value, `${path}${key}.`))
        : [[`${path}${key}`, Array.isArray(value) ? value.join(', ') : String(value)]],
    ),
  )
}

/** Every model with its latest prices. */
function modelTable(): string {
  const heads = ['model', 'in', 'cached', 'out', 'since', 'efforts', 'knows up to', 'shut down', 'instead']
  const rows = MODELS.map(({ name, prices, efforts, knowledgeCutoff, shutdown }) => {
    const { inputUsd, cachedUsd, outputUsd, effectiveFrom } = prices.at(-1) ?? prices[0]
    const words = [`\`${name}\``, inputUsd, cachedUsd ?? 'not told', outputUsd, effectiveFrom ?? 'its release']
    const dates = [knowledgeCutoff ?? 'not told', shutdown?.date ?? 'not announced', shutdown?.replacement ?? '']
    return [...words, efforts.join(', ') || 'none taken', ...dates].map(String)
  })
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`
  return [line(heads), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.map(line)].join('\n')
}
