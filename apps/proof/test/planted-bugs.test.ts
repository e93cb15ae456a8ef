import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BUGS } from '../src/planted/bugs.js'
import { catchBug } from '../src/planted/catch-bug.js'
import { haltComplaint } from '../src/planted/checks/halt-check.js'
import { CHECKS } from '../src/planted/checks.js'
import { type Control, startControl } from '../src/planted/control.js'
import { type PlantedBug, patch } from '../src/planted/planted-bug.js'
import { BUNDLE_FOLDER, bundleSimulation } from '../src/simulation/bundle.js'

const bugNamed = (name: string) => BUGS.find((bug) => bug.name === name) as PlantedBug

describe('the planted bugs', () => {
  it('are as many as promised, each with its own name', () => {
    expect(BUGS.length).toBeGreaterThanOrEqual(44)
    expect(new Set(BUGS.map(({ name }) => name)).size).toBe(BUGS.length)
  })

  it.each(BUGS)('$name fits the sources as they are', (bug) => {
    expect(patch(bug)).toHaveProperty('overlay')
  })

  it.each(BUGS)('$name changes something', ({ edits }) => {
    expect(edits.length).toBeGreaterThan(0)
    for (const { find, replace } of edits) expect(replace).not.toBe(find)
  })

  it('are checked by checks that exist', () => {
    const named = BUGS.flatMap(({ caughtBy }) => (caughtBy.by === 'check' ? [caughtBy.check] : []))
    expect(named.filter((name) => !CHECKS.has(name))).toEqual([])
    expect(named.length).toBeGreaterThan(0)
  })
})

describe('a patch', () => {
  const edit = { file: 'a.ts', find: 'x > 1', replace: 'x >= 1' }

  it('replaces its text and nothing else', () => {
    const patched = patch({ edits: [edit] }, () => 'if (x > 1) y()')
    expect('overlay' in patched && [...patched.overlay.values()]).toEqual(['if (x >= 1) y()'])
  })

  it('takes the text as it is, signs of replacement patterns included', () => {
    const patched = patch({ edits: [{ ...edit, replace: '$& $1' }] }, () => 'x > 1')
    expect('overlay' in patched && [...patched.overlay.values()]).toEqual(['$& $1'])
  })

  it('changes one file in two places', () => {
    const other = { file: 'a.ts', find: 'y()', replace: 'z()' }
    const patched = patch({ edits: [edit, other] }, () => 'if (x > 1) y()')
    expect('overlay' in patched && [...patched.overlay.values()]).toEqual(['if (x >= 1) z()'])
  })

  it.each([
    ['that is gone', 'if (x) y()', 0],
    ['that stands there twice', 'x > 1 || x > 1', 2],
  ])('does not fit where its text is one %s', (_why, text, times) => {
    expect(patch({ edits: [edit] }, () => text)).toEqual({
      problem: `its text stands ${times} times in a.ts, and not once`,
    })
  })
})

describe('a copy with a bug in it', () => {
  let control: Control
  beforeAll(async () => {
    control = await startControl()
  })
  afterAll(() => control.close())

  const sample = BUGS.filter((_, index) => index % 12 === 0)

  it.each(sample)('bundles: $name', async (bug) => {
    const patched = patch(bug)
    const bundle = join(BUNDLE_FOLDER, `test-${process.pid}-${bug.name}.mjs`)
    try {
      await bundleSimulation(bundle, 'overlay' in patched ? patched.overlay : new Map())
    } finally {
      await rm(bundle, { force: true })
    }
  })

  it.each(['journal-after-send', 'locked-false-is-true', 'empty-halt-is-none'])('is caught: %s', async (name) => {
    expect(await catchBug(bugNamed(name), control)).toMatchObject({ caught: true })
    expect(control.complaints).toEqual([])
  })

  it('is not caught where nothing is wrong with it', async () => {
    const edits = [
      { file: 'packages/exec/src/label.ts', find: "const OWN_PREFIX = 'cc-'", replace: 'const OWN_PREFIX = `cc-`' },
    ]
    const harmless: PlantedBug = {
      name: 'harmless',
      why: 'none',
      edits,
      caughtBy: { by: 'check', check: 'a-purchase' },
    }
    expect(await catchBug(harmless, control)).toMatchObject({
      caught: false,
      problem: 'nothing is wrong after 1 tries',
    })
  })

  it('is not caught where it does not fit', async () => {
    const edits = [{ file: 'packages/exec/src/label.ts', find: 'nowhere to be found', replace: '' }]
    const unfit: PlantedBug = { name: 'unfit', why: 'none', edits, caughtBy: { by: 'states' } }
    expect(await catchBug(unfit, control)).toMatchObject({ caught: false })
  })
})

describe('the kill switch', () => {
  it('is complained of where an empty file does not halt', () => {
    const signal = new AbortController().signal
    const never = () => ({ signal, read: () => ({ halted: false }) as const, latch: async () => {} })
    expect(haltComplaint(never)).toBe('an empty file under the name HALT does not halt')
  })
})
