import { createHash } from 'node:crypto'
import type { AgentState } from '@cc/models'
import { candidateForTest, positionForTest, stateForTest, underlyingForTest } from '@cc/models/testing'
import { describe, expect, it } from 'vitest'
import { REASON_CODES } from './answer-form.js'
import { buildMenu } from './menu.js'
import { MENU_COLUMNS } from './menu-facts.js'
import { llmOptionsSchema } from './options.js'
import { PROMPT_HASH, promptOf } from './prompt.js'
import { HELD_COLUMNS, UNDERLYING_COLUMNS } from './prompt-facts.js'
import { PROMPT_TEXT } from './prompt-text.js'

const options = llmOptionsSchema.parse({})

function requestOf(state: AgentState, given = options) {
  return promptOf(state, buildMenu(state, { isLegal: () => true, options: given }), given)
}

const plain = stateForTest({
  underlyings: [
    underlyingForTest({
      portfolio: { balanceCoin: 2, initialMarginCoin: 0.1, positions: [positionForTest('BTC-9JAN26-100000-C')] },
      candidates: [candidateForTest('BTC-30JAN26-100000-C', { bidPriceCoin: 0.0123456 })],
    }),
  ],
})

type Table = { columns: string[]; rows: unknown[][] }
type Input = Record<'objective' | 'mode' | 'left_out', unknown> & Record<'underlyings' | 'held' | 'menu', Table>

/** A table's rows by name of column. */
function rowsOf({ columns, rows }: Table) {
  return rows.map((row) => Object.fromEntries(columns.map((column, place) => [column, row[place]])))
}

function sha256(text: string) {
  return createHash('sha256').update(text).digest('hex')
}

describe('promptOf', () => {
  it('tells the state in numbers', () => {
    const input = JSON.parse(requestOf(plain).input) as Input
    expect(input).toMatchObject({ objective: 'coin', mode: 'normal', left_out: 0 })
    expect(rowsOf(input.underlyings)).toEqual([
      {
        ...{
          coin: 'BTC',
          day_change_pct: 0,
          iv: 0.45,
          rv: 0.4,
          iv_rv: 1.125,
          forecast: 0.4,
          term_front: 0,
          term_back: 0,
        },
        ...{ skew: 0, dvol: 0.46, dvol_day_change: 0, iv_percentile: 0.5, free: 0.5, short: 0.5, book_delta: -0.1 },
        margin_used_pct: 5,
      },
    ])
    expect(rowsOf(input.held)).toEqual([
      {
        ...{ held: 1, coin: 'BTC', size: 0.5, dte: 7, delta: 0.2, otm: 0.1111, sold_at: 0.01, bid: 0.01, ask: 0.0105 },
        ...{ iv: 0.45, kept: -0.1134, time_value: 0.0105 },
      },
    ])
    const opens = rowsOf(input.menu).filter(({ action }) => action === 'OPEN')
    expect(opens.map(({ size }) => size).toSorted()).toEqual([0.25, 0.5])
    expect(opens[0]).toMatchObject({
      ...{ coin: 'BTC', held: null, dte: 28, delta: 0.2, otm: 0.1111, bid_iv: 0.44, premium: 0.01205 },
      ...{ premium_year_pct: 15.7, edge: 0.001205, edge_year_pct: 1.57, cash: 0.01205, days_added: null },
    })
  })

  it('shows the menu as a table whose first column is the id that the schema takes', () => {
    const { input, schema } = requestOf(plain)
    const { menu } = JSON.parse(input) as Input
    expect(menu.columns).toEqual(['id', ...MENU_COLUMNS])
    expect(schema).toMatchObject({ properties: { choice: { enum: menu.rows.map(([id]) => id) } } })
    for (const row of menu.rows) expect(row).toHaveLength(menu.columns.length)
  })

  it('asks for reasons before the choice, by keywords that strict schemas take', () => {
    const { schema } = requestOf(plain)
    const properties = schema.properties as Record<string, object>
    expect(Object.keys(properties)).toEqual(['rationale', 'reason_codes', 'choice', 'confidence'])
    expect(schema.required).toEqual(Object.keys(properties))
    expect(schema.additionalProperties).toBe(false)
    const keywords = [schema, ...Object.values(properties)].flatMap((part) => Object.keys(part))
    const taken = ['type', 'properties', 'required', 'additionalProperties', 'enum', 'items']
    expect(keywords.filter((keyword) => !taken.includes(keyword))).toEqual([])
  })

  it('explains every column and every code in its standing text, in less than 700 tokens', () => {
    for (const word of [...UNDERLYING_COLUMNS, ...HELD_COLUMNS, ...MENU_COLUMNS, ...REASON_CODES]) {
      const isTold = PROMPT_TEXT.includes(word.replace(/^(premium|edge)_year_pct$/, 'percent a year'))
      expect([word, isTold]).toEqual([word, true])
    }
    // A token of English is some 4.3 letters.
    expect(PROMPT_TEXT.length / 4.3).toBeLessThan(700)
  })

  it('names itself by its hashes', () => {
    const { instructions, input, promptHash, inputHash } = requestOf(plain)
    expect(instructions).toBe(PROMPT_TEXT)
    expect(promptHash).toBe(PROMPT_HASH)
    expect(PROMPT_HASH).toMatch(/^[0-9a-f]{64}$/)
    expect(inputHash).toBe(sha256(input))
    expect(PROMPT_HASH).not.toBe(sha256(PROMPT_TEXT))
  })

  it('has the same hash of the prompt for every menu', () => {
    expect(requestOf(stateForTest({ underlyings: [] as never })).promptHash).toBe(PROMPT_HASH)
  })

  it('tells what premiums are judged in, and that nothing may be sold', () => {
    const paused = { ...plain, memory: { ...plain.memory, mode: 'reduce-only' as const } }
    const input = JSON.parse(requestOf(paused, llmOptionsSchema.parse({ objective: 'usd' })).input)
    expect(input).toMatchObject({ objective: 'usd', mode: 'reduce-only' })
  })

  it('says null for what is missing, and no number that it made up', () => {
    const [btc] = plain.underlyings
    const missing = stateForTest({
      underlyings: [
        underlyingForTest({
          dayChangePct: null,
          vol: { atmIv: null, realisedVol: null, dvol: null },
          portfolio: {
            marginUsedPct: null,
            optionsDeltaCoin: null,
            coverage: { ...btc!.portfolio.coverage, coveredCoin: 0 },
          },
          candidates: [
            candidateForTest('BTC-30JAN26-100000-C', { edgeCoin: null, spreadPct: null, openInterestCoin: null }),
          ],
        }),
      ],
    })
    const input = JSON.parse(requestOf(missing).input) as Input
    const [row] = rowsOf(input.underlyings)
    expect(row).toEqual({ ...Object.fromEntries(UNDERLYING_COLUMNS.map((column) => [column, null])), coin: 'BTC' })
    const open = rowsOf(input.menu).find(({ action }) => action === 'OPEN')
    expect(open).toMatchObject({ size: null, edge: null, edge_year_pct: null, spread_pct: null, open_interest: null })
  })
})

describe('a prompt', () => {
  it('is blind to dates: a state of other years is told in the same bytes', () => {
    expect(requestOf(shifted(plain, 7 * 365 * 86_400_000))).toEqual(requestOf(plain))
  })

  it('is blind to the price of a coin: one of twice as many dollars is told in the same bytes', () => {
    expect(requestOf(dearer(plain))).toEqual(requestOf(plain))
  })

  it.each([[Number.NaN], [Number.POSITIVE_INFINITY], [Number.NEGATIVE_INFINITY], ['9'], [{}], [undefined]])(
    'carries null for a %s in any number of the state',
    (broken) => {
      for (const state of withEachNumber(plain, broken)) {
        const { input } = requestOf(state)
        expect(input).not.toMatch(/NaN|Infinity|undefined|"9"|\{\}/)
        expect(JSON.stringify(JSON.parse(input))).toBe(input)
        for (const { rows } of Object.values(JSON.parse(input) as Input).filter(isTable)) {
          for (const cell of rows.flat()) expect(['number', 'string', 'object']).toContain(typeof cell)
          for (const cell of rows.flat()) expect(cell === null || typeof cell !== 'object').toBe(true)
        }
      }
    },
  )

  it('has numbers of at most four digits', () => {
    const numbers = requestOf(plain).input.match(/(?<=[[,:])-?\d[\d.]*(?=[\],}])/g) ?? []
    expect(numbers.length).toBeGreaterThan(40)
    for (const number of numbers) expect(number.replace(/[-.]/g, '').replace(/^0+/, '').length).toBeLessThanOrEqual(4)
  })
})

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && 'rows' in value
}

/** Every copy of the state in which one number is replaced. */
function* withEachNumber(state: AgentState, replacement: unknown): Generator<AgentState> {
  const paths: (readonly string[])[] = []
  walk(state, [], (value, path) => {
    if (typeof value === 'number') paths.push(path)
  })
  for (const path of paths) {
    const copy = structuredClone(state) as unknown as Record<string, unknown>
    const owner = path.slice(0, -1).reduce((value, key) => value[key] as Record<string, unknown>, copy)
    owner[path.at(-1) as string] = replacement
    yield copy as unknown as AgentState
  }
}

function walk(value: unknown, path: readonly string[], visit: (value: unknown, path: readonly string[]) => void) {
  visit(value, path)
  if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) walk(item, [...path, key], visit)
  }
}

/** The same state later, with the symbols of that time. */
function shifted(state: AgentState, byMs: number): AgentState {
  const text = JSON.stringify(state, (key, value) =>
    typeof value === 'number' && /Ms$/.test(key) && !/^(age|resolution)Ms$/.test(key) ? value + byMs : value,
  )
  return JSON.parse(text.replaceAll(/BTC-(\d+)(JAN)26-/g, 'BTC-$1$233-')) as AgentState
}

/** The same state with every price in USD doubled, and so every greek that is one by the dollar. */
function dearer(state: AgentState): AgentState {
  const text = JSON.stringify(state, (key, value) => {
    if (typeof value !== 'number') return value
    if (/Usd$/.test(key) || key === 'vega' || key === 'theta') return value * 2
    return key === 'gamma' ? value / 2 : value
  })
  return JSON.parse(text) as AgentState
}
