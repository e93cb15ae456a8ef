import type { DecisionRecord, UnderlyingState } from '@cc/models'
import { rescreen } from '@cc/state'
import { beforeAll, describe, expect, it } from 'vitest'
import { readSettings } from '../src/config.js'
import { screeningOf } from '../src/part-options.js'
import { runCli } from './run-cli.js'

/** What the first cycle of a run sees under the settings that are there without a word. */
let base: readonly UnderlyingState[]

beforeAll(async () => {
  base = await seenUnder({})
})

async function seenUnder(env: Record<string, string>): Promise<readonly UnderlyingState[]> {
  const { stdout } = await runCli(['once', '--json'], { env, folder: '/' })
  const { state }: DecisionRecord = JSON.parse(stdout)
  return state?.underlyings ?? []
}

const TIGHTER: readonly Record<string, string>[] = [
  { DELTA_MAX: '0.25' },
  { DELTA_MIN: '0.2' },
  { DTE_MIN: '10' },
  { DTE_MAX: '20' },
  { PREMIUM_MIN_USD: '300' },
  { MAX_SPREAD_TICKS: '1', MAX_SPREAD_IV: '0.005' },
  { MIN_OPEN_INTEREST: '100' },
  { MIN_BID_SIZE: '10' },
  { IVRV_MIN: '1.2' },
]

describe('a recorded state under tighter settings', () => {
  it.each(TIGHTER)('is what a run would have seen under %o', async (env) => {
    const live = await seenUnder(env)
    const [from, to] = [settingsUnder({}), settingsUnder(env)]
    const seen = base.map((underlying) => rescreen(underlying, { from, to }))
    expect(seen).toHaveLength(2)
    for (const [index, { underlying, mayLack }] of seen.entries()) {
      expect(mayLack).toBe(false)
      expect(underlying.candidates).toEqual(live[index]?.candidates)
      expect(listed(underlying)).toBe(listed(live[index]))
    }
    const left = seen.flatMap(({ underlying }) => underlying.candidates)
    expect(left.length).toBeLessThan(base.flatMap(({ candidates }) => candidates).length)
  })

  it.each(TIGHTER)('tells that it may lack what a wider run would have seen: %o, undone', async (env) => {
    const tight = await seenUnder(env)
    const [from, to] = [settingsUnder(env), settingsUnder({})]
    for (const [index, underlying] of tight.entries()) {
      const symbols = new Set(underlying.candidates.map(({ instrument }) => instrument.symbol))
      const wide = base[index]?.candidates ?? []
      const lacks = wide.some(({ instrument }) => !symbols.has(instrument.symbol))
      const { mayLack, underlying: again } = rescreen(underlying, { from, to })
      expect(again).toEqual(underlying)
      if (lacks) expect(mayLack).toBe(true)
    }
  })

  it('is itself under the settings of its log', () => {
    const settings = settingsUnder({})
    for (const underlying of base) {
      expect(rescreen(underlying, { from: settings, to: settings })).toEqual({ underlying, mayLack: false })
    }
  })
})

function settingsUnder(environment: Record<string, string>) {
  const none = { flags: {}, folder: '/none', configFile: undefined, allowLoopback: false }
  return screeningOf(readSettings({ ...none, environment }).values)
}

function listed(underlying: UnderlyingState | undefined): number | undefined {
  return underlying?.rejectedCandidates.reduce((sum, { count }) => sum + count, underlying.candidates.length)
}
