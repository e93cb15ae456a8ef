import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Evidence, evidenceIn, PROOFS, type Survivor } from '../src/reliability/evidence.ts'
import { readMutationReport } from '../src/reliability/mutation-report.ts'
import { describeReliability, describeSurvivors, survivorProblems } from '../src/reliability/page.ts'
import { JUSTIFIED_SURVIVORS } from '../src/reliability/survivors.ts'

const survivor: Survivor = {
  file: 'packages/risk/src/gate.ts',
  lineText: 'if (a | b) return `x`',
  mutator: 'EqualityOperator',
  replacement: 'a || b',
}
const evidence = (survivors: readonly Survivor[]): Evidence => ({
  command: 'pnpm mutation risk',
  commit: '0123456789ab',
  figures: [{ name: 'score', value: 97.123, unit: '%' }],
  survivors,
})

describe('the page', () => {
  it('tells figures, command and commit of what ran, and says what did not', () => {
    const page = describeReliability({ 'mutation-risk': evidence([]) }, [])
    expect(page).toContain('`pnpm mutation risk` at `0123456789ab`.')
    expect(page).toContain('| score | 97.12 | % |')
    const missing = [...page.matchAll(/^Missing: /gm)]
    expect(missing).toHaveLength(Object.keys(PROOFS).length - 1)
    expect(page.endsWith('\n') && !page.endsWith('\n\n')).toBe(true)
  })

  it('tells each survivor in one row, whatever it is written with', () => {
    const rows = describeSurvivors([{ ...survivor, why: 'both\nare the same' }]).split('\n')
    expect(rows.at(-1)).toBe(
      '| `packages/risk/src/gate.ts` | `` if (a \\| b) return `x` `` | EqualityOperator | `a \\|\\| b` | both are the same |',
    )
  })

  it('as it is committed tells of every proof, and of the survivors that are justified now', () => {
    const committed = readFileSync(new URL('../../../docs/reliability.md', import.meta.url), 'utf8')
    expect(committed).toContain(describeSurvivors(JUSTIFIED_SURVIVORS))
    const headings = [...committed.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)
    expect(headings).toEqual([...Object.values(PROOFS).map(({ title }) => title), 'Survivors'])
  })
})

describe('survivors and their justifications', () => {
  const justified = { ...survivor, why: 'it cannot be seen' }

  it('match one to one', () => {
    expect(survivorProblems({ 'mutation-risk': evidence([survivor]) }, [justified])).toEqual([])
    expect(survivorProblems({ 'mutation-risk': evidence([survivor, survivor]) }, [justified])).toEqual([
      expect.stringContaining('has no justification'),
    ])
    expect(survivorProblems({ 'mutation-risk': evidence([survivor]) }, [])).toHaveLength(1)
  })

  it('are told where the survivor is gone, but not where its package was not run', () => {
    expect(survivorProblems({ 'mutation-risk': evidence([]) }, [justified])).toEqual([
      expect.stringContaining('is no survivor'),
    ])
    expect(survivorProblems({ 'mutation-exec': evidence([]) }, [justified])).toEqual([])
    const nowhere = { ...justified, file: 'packages/state/src/observe.ts' }
    expect(survivorProblems({}, [nowhere])).toHaveLength(1)
  })
})

describe('a report of mutations', () => {
  const mutant = (status: string, line = 2) => ({
    mutatorName: 'BooleanLiteral',
    replacement: ' false ',
    status: status as 'Killed',
    location: { start: { line } },
  })

  it('counts what nothing noticed against what was, and names it by its line', () => {
    const mutants = ['Killed', 'Killed', 'Timeout', 'Survived', 'NoCoverage', 'RuntimeError', 'Ignored'].map((status) =>
      mutant(status),
    )
    const report = readMutationReport({ files: { 'src/a.ts': { source: 'one\n  two\n', mutants } } }, 'packages/risk')
    expect(report.score).toBe(60)
    expect(report.figures).toContainEqual({ name: 'mutants', value: 5, unit: '' })
    expect(report.survivors).toEqual(
      Array(2).fill({
        file: 'packages/risk/src/a.ts',
        lineText: 'two',
        mutator: 'BooleanLiteral',
        replacement: 'false',
      }),
    )
  })

  it('without a fault is worth nothing', () => {
    expect(readMutationReport({ files: {} }, 'packages/risk').score).toBe(0)
  })
})

it.each([
  'null',
  '{}',
  '{"command":"a","commit":"b","figures":[]}',
  '{"command":"a","commit":"b","figures":[{"name":"x"}]}',
  '{',
])('takes %s for no evidence', (text) => expect(() => evidenceIn(text)).toThrow(SyntaxError))
