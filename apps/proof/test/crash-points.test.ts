import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleCrashPoints } from '../src/crash-points/bundle.ts'
import { explore } from '../src/crash-points/explore.ts'
import { missingLines, reportLines } from '../src/crash-points/report.ts'
import { SCRIPTS, scriptOf } from '../src/crash-points/script.ts'
import { crashesAt, failuresAt, parsePoint, pointName } from '../src/crash-points/strike.ts'
import { BUNDLE_FOLDER } from '../src/simulation/bundle.ts'

/** A bound for what hangs: hundreds of stories, on a busy machine. */
const LONG_MS = 240_000
const bundle = join(BUNDLE_FOLDER, `crash-points-test-${process.pid}.mjs`)
let crashPoints: typeof import('../src/crash-points/worker.ts')

beforeAll(async () => {
  await bundleCrashPoints(bundle)
  crashPoints = await import(bundle)
})
afterAll(() => rm(bundle, { force: true }))

describe('the crash points', () => {
  it(
    'break no invariant anywhere in an opening',
    async () => {
      const plan = { scripts: [scriptOf('OPEN')], workers: 2, pairs: 60, seed: 1 }
      const found = await explore(bundle, plan)
      expect(reportLines(found)).toContain('violations 0')
      expect(found.findings).toEqual([])
      expect(found.points).toBeGreaterThan(200)
      expect(found.failures).toBeGreaterThan(250)
      expect(found.pairs).toBe(60)
    },
    LONG_MS,
  )

  it(
    'break no invariant in a sample of all other scenarios',
    async () => {
      const scripts = SCRIPTS.filter(({ name }) => name !== 'OPEN')
      const found = await explore(bundle, { scripts, workers: 2, pairs: 60, seed: 2, oneIn: 23 })
      expect(found.findings).toEqual([])
      expect(found.points).toBeGreaterThan(100)
      expect(found.halts).toBeGreaterThan(10)
    },
    LONG_MS,
  )

  it.each([
    {
      why: 'a new day’s file goes on from a line of which nobody knows whether the disk took it',
      name: 'NEXT-DAY',
      first: { name: 'disk.write agent_decisions_20260303.jsonl', nth: 2, how: 'after' },
    },
    {
      why: 'a ledger that cannot be read once, minutes after an expiry, has no delivery missing',
      name: 'SETTLEMENT',
      first: { name: 'ledger', nth: 4, how: 'retry' },
    },
  ] as const)('break nothing where $why', async ({ name, first }) => {
    const { result } = await crashPoints.calmRunOf({ ...scriptOf(name), first })
    expect(result.violations).toEqual([])
  })

  it('strike every call of every port in one scenario or another', async () => {
    const struck = new Set<string>()
    for (const script of SCRIPTS) {
      for (const name of (await crashPoints.calmRunOf(script)).calls) struck.add(name.split(' ')[0] ?? '')
    }
    expect(missingLines({ struck })).toEqual([])
    struck.delete('cancel')
    expect(missingLines({ struck })).toEqual([expect.stringContaining('cancel')])
  })

  it('hold what each scenario is named after', async () => {
    const calm = async (name: string) => (await crashPoints.calmRunOf(scriptOf(name))).result
    const traded = async (name: string, action: string) => (await calm(name)).tally.get(`traded/${action}`) ?? 0
    expect(await traded('OPEN', 'OPEN_COVERED_CALL')).toBeGreaterThan(0)
    expect(await traded('ROLL', 'ROLL_COVERED_CALL')).toBeGreaterThan(0)
    expect(await traded('CLOSE', 'CLOSE_COVERED_CALL')).toBeGreaterThan(0)
    expect((await calm('SETTLEMENT')).tally.get('ledger/delivery')).toBeGreaterThan(0)
    const days = (await calm('ROTATE')).calls[0].filter((name) => name.startsWith('disk.write agent_decisions'))
    expect(new Set(days).size).toBe(2)
    expect((await calm('HALT-RESTING')).halts).toEqual(['a person killed it'])
  })

  it('write the same bytes again where they are struck in the same way', async () => {
    const script = scriptOf('ROLL')
    const digestAt = async (call: number) =>
      (await crashPoints.runScript(script, [{ life: 1, call, how: 'after' }])).digest
    const place = (await crashPoints.calmRunOf(script)).calls.indexOf('place') + 1
    expect(await digestAt(place)).toBe(await digestAt(place))
    expect(await digestAt(place)).not.toBe(await digestAt(place - 3))
  })

  it('say so where the call that was to be struck is not made', async () => {
    const { violations } = await crashPoints.runScript(scriptOf('OPEN'), [{ life: 1, call: 9_999, how: 'before' }])
    expect(violations).toEqual([expect.objectContaining({ invariant: 'I12' })])
  })
})

describe('a bug that is planted', () => {
  const bundles: string[] = []
  afterAll(() => Promise.all(bundles.map((planted) => rm(planted, { force: true }))))

  it.each([
    {
      bug: 'a start-up forgets what the journal left open',
      file: 'exec/src/recover.ts',
      edits: [['of await journal.unfinished()', 'of (await journal.unfinished()).slice(0, 0)']],
      strike: { call: 'place', nth: 1, how: 'late' },
      invariant: 'I10',
    },
    {
      bug: 'a start-up has no patience with what it does not find',
      file: 'exec/src/settle-by-label.ts',
      edits: [
        ['const PROOFS = 2', 'const PROOFS = 1'],
        ['      if (answeredAtMs <= fenceMs) continue\n', ''],
      ],
      strike: { call: 'place', nth: 1, how: 'late' },
      invariant: 'I2',
    },
    {
      bug: 'an answer that never came is taken for a rejection',
      file: 'exec/src/send-order.ts',
      edits: [
        [
          "outcome: { outcome: 'unknown', reason: code }",
          "outcome: { outcome: 'rejected', code: 'not_enough_funds', message: code }",
        ],
      ],
      strike: { call: 'place', nth: 1, how: 'error-done' },
      invariant: 'I11',
    },
    {
      bug: 'the name of a new file is not on the disk',
      file: 'logging/src/open-file.ts',
      edits: [['    if (synced) disk.syncFolder(dirname(path))\n', '']],
      strike: { call: 'disk.write agent_decisions_20260303.jsonl', nth: 2, how: 'power' },
      invariant: 'I5',
    },
  ] as const)('is found where $bug', async ({ bug, file, edits, strike, invariant }) => {
    const path = join(import.meta.dirname, '../../../packages', file)
    let source = await readFile(path, 'utf8')
    for (const [find, replace] of edits) {
      expect(source.split(find)).toHaveLength(2)
      source = source.replace(find, replace)
    }
    const planted = join(BUNDLE_FOLDER, `crash-points-planted-${process.pid}-${bug.length}.mjs`)
    bundles.push(planted)
    await bundleCrashPoints(planted, new Map([[path, source]]))
    const patched: typeof import('../src/crash-points/worker.ts') = await import(planted)
    const script = { ...scriptOf('OPEN'), first: { name: strike.call, nth: strike.nth, how: strike.how } }
    const broken = (await patched.calmRunOf(script)).result.violations.map((violation) => violation.invariant)
    const shipped = (await crashPoints.calmRunOf(script)).result.violations
    expect(broken).toContain(invariant)
    expect(shipped).toEqual([])
  })
})

describe('the name of a point', () => {
  const firstLife = (name: string) => scriptOf(name).struckLife

  it.each(['OPEN:57:after', 'ROLL:3:half:12:before', 'RECOVER-CLOSE:9:EIO'])('is read back: %s', (name) => {
    const { script, strikes } = parsePoint(name, firstLife)
    expect(pointName(script, strikes)).toBe(name)
    expect(strikes[0]?.life).toBe(scriptOf(script).struckLife)
  })

  it.each([
    ['OPEN', 'no call'],
    ['OPEN:0:after', 'no such number'],
    ['OPEN:1.5:after', 'no whole number'],
    ['OPEN:7', 'no way to go wrong'],
    ['OPEN:7:sideways', 'no known way to go wrong'],
    ['OPEN:7:after:8', 'half a second strike'],
    ['OPEN:7:after:8:before:9:before', 'more lives than are struck'],
    ['RECOVER-CLOSE:7:after:8:before', 'more lives than are struck'],
    ['SELL:7:after', 'no scenario'],
  ])('is refused: %s, %s', (name) => {
    expect(() => parsePoint(name, firstLife)).toThrow(RangeError)
  })
})

describe('a call', () => {
  it.each([
    ['place', ['before', 'sent', 'late', 'after']],
    ['chain', ['before', 'after']],
    ['policy', ['before']],
    ['disk.write intents.jsonl', ['before', 'half', 'after', 'power']],
    ['disk.rename intents.jsonl', ['before', 'after', 'power']],
  ])('is one at which a process can die: %s', (name, hows) => {
    expect(crashesAt(name)).toEqual(hows)
  })

  it.each([
    ['chain', ['retry', 'reconcile', 'skip', 'halt']],
    ['disk.datasync intents.jsonl', ['EIO']],
    ['disk.put memory.json', ['ENOSPC', 'EIO']],
    ['journal', []],
  ])('is one that can fail: %s', (name, hows) => {
    expect(failuresAt(name)).toEqual(hows)
  })
})
