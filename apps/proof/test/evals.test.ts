import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFakeProvider } from '@cc/policy-llm/testing'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Agent } from '../src/evals/agent.ts'
import { EVALS_FOLDER, evaluate, howToRecord, readScenes, scoreAll } from '../src/evals/evaluate.ts'
import { readEvalsFlags } from '../src/evals/flags.ts'
import { shareOf } from '../src/evals/interval.ts'
import { createModelAgent } from '../src/evals/model-agent.ts'
import { PLAIN_AGENTS } from '../src/evals/plain-agents.ts'
import { faultsOf, scoreOf } from '../src/evals/score.ts'
import { scoreboardJson, scoreboardPage } from '../src/evals/scoreboard.ts'

const scenes = readScenes()
const folder = mkdtempSync(join(tmpdir(), 'evals-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('the scoreboard, with sockets forbidden', () => {
  const { connect } = Socket.prototype
  beforeEach(() => {
    Socket.prototype.connect = () => {
      throw new Error('an evaluation from recordings opens no socket')
    }
  })
  afterEach(() => {
    Socket.prototype.connect = connect
  })

  it('in the repository is what a fresh run gives, and no agent does what it must not: else run `pnpm evals --record`', async () => {
    const { board, faults, scores } = await scoreAll(scenes)
    expect(faults).toEqual([])
    expect(readFileSync(join(EVALS_FOLDER, 'scoreboard.json'), 'utf8')).toBe(scoreboardJson(board))
    expect(readFileSync(join(EVALS_FOLDER, 'SCOREBOARD.md'), 'utf8')).toBe(scoreboardPage(board))

    const of = (name: string) => scores.find(({ agent }) => agent === name)!
    expect(of('oracle')).toMatchObject({ expected: { rate: 1 }, forbidden: { rate: 0 }, agreement: { rate: 1 } })
    expect(of('rules').forbidden.rate).toBe(0)
    expect(of('rules').expected.low).toBeGreaterThan(of('random-menu').expected.rate)
    expect(of('random-menu').forbidden.low).toBeGreaterThan(0)
    expect(of('random-menu').agreement.high).toBeLessThan(0.5)
    const { rate, low, byChance } = of('random-menu').firstSlot
    expect(Math.abs(rate - byChance)).toBeLessThan(2 * (rate - low))
    expect(of('fake-first-slot').firstSlot.rate).toBe(1)
    expect(of('fake-first-slot').fallbacks).toEqual({})
  })
})

describe('a recording', () => {
  const someScenes = scenes.filter(({ menu, seed }) => menu.items.length > 2 && seed === 1).slice(0, 8)

  it('gives in its replay what the recorded run gave, faults of the provider included', async () => {
    const fake = await createFakeProvider({ choose: ({ ids }) => ids[1] ?? '', next: ['status 400', 'refusal'] })
    const provider = { name: 'compatible', baseUrl: fake.url, host: 'local', apiKey: () => 'canary-of-evals' } as const
    const setup = { model: 'fake-second-slot', description: '', cassette: join(folder, 'second.jsonl') }
    const recorder = createModelAgent({ ...setup, mode: 'record', provider })
    const recorded = await scoreOf(recorder, someScenes)
    recorder.close()
    await fake.close()
    const replayed = await scoreOf(createModelAgent({ ...setup, mode: 'replay' }), someScenes)
    expect(replayed).toEqual(recorded)
    expect(recorded.fallbacks).toEqual({ 'bad-request': 1, refusal: 1 })
    expect(readFileSync(setup.cassette, 'utf8')).not.toContain('canary-of-evals')
  })

  const kept = readFileSync(join(EVALS_FOLDER, 'cassettes/fake-first-slot.jsonl'), 'utf8')
  const folderWith = (text: string) => {
    const cassettes = mkdtempSync(join(folder, 'cassettes-'))
    writeFileSync(join(cassettes, 'fake-first-slot.jsonl'), text)
    return cassettes
  }

  it('of another prompt is refused, and says what to do', async () => {
    const { promptHash } = JSON.parse(kept.slice(0, kept.indexOf('\n')))
    const scoring = scoreAll(someScenes, folderWith(kept.replace(promptHash, 'b'.repeat(64))))
    const words = new RegExp(`b{64}.*${promptHash}.*Record it again. Run pnpm evals --record\\.$`)
    await expect(scoring).rejects.toThrow(words)
  })

  it('that lacks calls is a fault, and says what to do', async () => {
    const { faults } = await scoreAll(someScenes, folderWith(kept.slice(0, kept.indexOf('\n') + 1)))
    expect(faults).toEqual(['The recording of fake-first-slot lacks 8 calls. Run pnpm evals --record.'])
    expect(howToRecord('gpt-6-luna')).toBe('Run pnpm evals --record --model gpt-6-luna.')
  })

  it('of a model is not made without a key, and nothing is written', async () => {
    const before = readFileSync(join(EVALS_FOLDER, 'scoreboard.json'), 'utf8')
    const evaluating = evaluate({ record: false, model: 'gpt-6-luna' }, {})
    await expect(evaluating).rejects.toThrow('Nobody can be asked for gpt-6-luna: OPENAI_API_KEY is not set.')
    expect(readFileSync(join(EVALS_FOLDER, 'scoreboard.json'), 'utf8')).toBe(before)
  })
})

describe('a score', () => {
  const named = (name: string): Agent => PLAIN_AGENTS.find((agent) => agent.name === name)!
  const worst: Agent = {
    ...{ name: 'worst', description: 'Does what is forbidden.', gate: 'never-forbidden' },
    async answer({ state }) {
      const call = state.underlyings[0]?.portfolio.positions[0]?.instrument
      if (call === undefined) return [{ choice: { action: 'DO_NOTHING', params: {} }, fallback: null }]
      return [{ choice: { action: 'CLOSE_COVERED_CALL', params: { symbol: call.symbol, size: 1 } }, fallback: null }]
    },
  }
  const of = (id: string) => scenes.filter(({ scenario }) => scenario.id === id)

  it('counts a forbidden choice, and finds it a fault where there must be none', async () => {
    const score = await scoreOf(worst, of('dearer-than-sold'))
    expect(score).toMatchObject({
      expected: { rate: 0 },
      forbidden: { rate: 1 },
      refused: 0,
      missed: ['dearer-than-sold'],
    })
    const words = /worst does what dearer-than-sold forbids: CLOSE_COVERED_CALL/
    expect(faultsOf(worst, score)).toEqual([expect.stringMatching(words)])
    expect(faultsOf({ ...worst, gate: 'none' }, score)).toEqual([])
  })

  it('finds a miss a fault of one that must be perfect', async () => {
    const score = await scoreOf(named('hold'), of('one-coin-one-good-call'))
    expect(faultsOf({ ...named('hold'), gate: 'perfect' }, score)).toEqual(['hold misses one-coin-one-good-call'])
    expect(faultsOf({ ...named('hold'), gate: 'never-forbidden' }, score)).toEqual([])
  })

  it('takes what risk refuses for nothing done', async () => {
    const score = await scoreOf(worst, of('held-call-with-a-crossed-book'))
    expect(score).toMatchObject({ expected: { rate: 1 }, forbidden: { rate: 0 }, refused: 4 })
  })

  it('is the same for the same scenes, also of an agent that draws', async () => {
    const some = of('ten-strikes')
    expect(await scoreOf(named('random-menu'), some)).toEqual(await scoreOf(named('random-menu'), some))
  })
})

describe('an interval', () => {
  it.each([
    { hits: 0, count: 10, low: 0, high: 0.2775 },
    { hits: 8, count: 10, low: 0.4902, high: 0.9433 },
    { hits: 10, count: 10, low: 0.7225, high: 1 },
    { hits: 50, count: 100, low: 0.4038, high: 0.5962 },
  ])('of $hits of $count is $low to $high, as in tables of Wilson scores', ({ hits, count, low, high }) => {
    const share = shareOf(hits, count)
    expect(share.rate).toBe(hits / count)
    expect(share.low).toBeCloseTo(low, 4)
    expect(share.high).toBeCloseTo(high, 4)
  })

  it('of nothing says nothing', () => {
    expect(shareOf(0, 0)).toEqual({ rate: 0, low: 0, high: 1 })
  })
})

describe('flags of pnpm evals', () => {
  it('are read', () => {
    expect(readEvalsFlags([])).toEqual({ record: false, model: undefined })
    expect(readEvalsFlags(['--record', '--model', 'gpt-4.1-mini'])).toEqual({ record: true, model: 'gpt-4.1-mini' })
  })

  it.each([['--model', '../secret'], ['--model', ''], ['--models', 'x'], ['gpt']])('refuse %j %j', (...words) => {
    expect(() => readEvalsFlags(words)).toThrow()
  })
})
