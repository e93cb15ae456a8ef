import { describe, expect, it } from 'vitest'
import { MAX_LINES } from './architecture.js'
import { describeStructure, measureStructure, type SourceFile } from './structure.js'

const file = (path: string, lines: number, first = ''): SourceFile => ({
  path,
  text: `${first}\n${'x\n'.repeat(lines - 1)}`,
})

const sound = [
  file('packages/models/src/index.ts', 10),
  file('packages/risk/src/gate.ts', 100, "import type { Verdict } from '@cc/models'"),
  file('packages/risk/src/coverage.ts', 40, "import { payoutCoin } from '@cc/pricing'"),
  file('packages/risk/src/gate.test.ts', 900),
  file('apps/agent/src/main.ts', 80, "const gate = await import('@cc/risk')"),
]

describe('measureStructure', () => {
  it('measures sources without tests, and who imports whom', () => {
    const { packages, problems } = measureStructure(sound)
    expect(problems).toEqual([])
    expect(packages.map(({ folder, floor, imports }) => ({ folder, floor, imports }))).toEqual([
      { folder: 'packages/models', floor: 0, imports: [] },
      { folder: 'packages/risk', floor: 1, imports: ['packages/models', 'packages/pricing'] },
      { folder: 'apps/agent', floor: 3, imports: ['packages/risk'] },
    ])
    expect(packages[1]).toMatchObject({
      files: 2,
      lines: { min: 40, median: 40, max: 100, longest: 'packages/risk/src/gate.ts' },
    })
  })

  it.each([
    ['a file longer than one idea', file('packages/risk/src/gate.ts', MAX_LINES + 1), 'gate.ts has 321 lines'],
    ['a catch-all file', file('packages/risk/src/utils.ts', 5), 'risk/src/utils.ts: the name says nothing'],
    ['a name in another case', file('packages/risk/src/riskGate.ts', 5), 'kebab-case'],
    ['a package without a floor', file('packages/extra/src/index.ts', 5), 'packages/extra has no floor'],
    [
      'an upward import',
      file('packages/models/src/up.ts', 5, "import type { Gate } from '@cc/risk'"),
      'packages/models (floor 0) imports packages/risk (floor 1)',
    ],
    [
      'an import on one floor',
      file('packages/risk/src/side.ts', 5, "import '@cc/state'"),
      'packages/risk (floor 1) imports packages/state (floor 1)',
    ],
  ])('reports %s', (_, added, expected) => {
    const { problems } = measureStructure([...sound.filter(({ path }) => path !== added.path), added])
    expect(problems).toEqual([expect.stringContaining(expected)])
  })

  it('takes a file of the allowed length', () => {
    expect(measureStructure([file('packages/risk/src/gate.ts', MAX_LINES)]).problems).toEqual([])
  })
})

describe('describeStructure', () => {
  it('shows the floors from the top down', () => {
    expect(describeStructure(measureStructure(sound))).toBe(
      [
        'floor 3',
        '  apps/agent         1 files  lines  80 /  80 /  80  → risk',
        '',
        'floor 1',
        '  packages/risk      2 files  lines  40 /  40 / 100  → models pricing',
        '',
        'floor 0',
        '  packages/models    1 files  lines  10 /  10 /  10  → nothing',
        '',
        '3 packages, 4 source files, 0 problems',
        '',
      ].join('\n'),
    )
  })
})
