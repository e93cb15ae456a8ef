import { Command, CommanderError } from 'commander'
import { describe, expect, it } from 'vitest'
import { type BacktestFlags, historyFlags, resultFlags, strategyFlags } from './backtest-flags.js'
import { BENCHMARK_NAMES } from './benchmark-names.js'

function read(...args: string[]): BacktestFlags {
  const command = new Command('backtest').exitOverride().configureOutput({ writeErr: () => {} })
  for (const flag of [...historyFlags(), ...strategyFlags(), ...resultFlags()]) command.addOption(flag)
  return command.parse(args, { from: 'user' }).opts<BacktestFlags>()
}

describe('the flags of a backtest', () => {
  it('have defaults that need no file', () => {
    expect(read()).toEqual({
      ...{ data: 'synthetic', badRows: 'refuse', cache: true, seed: 1, fill: 'cross' },
      benchmarks: BENCHMARK_NAMES,
    })
  })

  it.each([
    ['2026-05-31', Date.UTC(2026, 5, 1), 'a day counts whole'],
    ['2024-02-29', Date.UTC(2024, 2, 1), 'also the last of a month'],
    ['2026-05-31T08:00Z', Date.UTC(2026, 4, 31, 8), 'a moment is a moment'],
    ['2026-05-31T00:00Z', Date.UTC(2026, 4, 31), 'also where it begins a day'],
  ])('end with --to %s: %s', (text, toMs) => {
    expect(read('--to', text).to).toBe(toMs)
  })

  it('begin with --from', () => {
    expect(read('--from', '2026-01-02').from).toBe(Date.UTC(2026, 0, 2))
    expect(read('--from', '2026-01-02T09:00Z').from).toBe(Date.UTC(2026, 0, 2, 9))
  })

  it.each([
    ['all', BENCHMARK_NAMES],
    ['none', []],
    ['bxy,bxm', ['bxm', 'bxy']],
    ['bxm-hedged', ['bxm-hedged']],
  ])('compare with --benchmarks %s', (text, names) => {
    expect(read('--benchmarks', text).benchmarks).toEqual(names)
  })

  it.each([
    ['--from', '2026-02-30', 'Expected a day'],
    ['--to', '31.5.2026', 'Expected a day'],
    ['--to', 'today', 'Expected a day'],
    ['--fill', 'limit', 'Allowed choices are cross, mid, passive'],
    ['--sizes', 'guessed', 'Allowed choices are assumed, recorded'],
    ['--bad-rows', 'ignore', 'Allowed choices are refuse, skip'],
    ['--deposit', 'BTC', 'Expected coins such as'],
    ['--deposit', 'SOL=1', 'Expected coins such as'],
    ['--size', '0', 'Expected coins above 0'],
    ['--every', '1w', 'Expected a duration'],
    ['--seed', '-1', 'Expected a whole number'],
    ['--benchmarks', 'bxm,bmx', 'bmx is no benchmark. Expected all, none, or of bxm, '],
    ['--benchmarks', '--json', 'The value is missing'],
    ['--data', '--json', 'The value is missing'],
    ['--out', '', 'The value is missing'],
  ])('refuse %s %j', (flag, value, message) => {
    expect(() => read(flag, value)).toThrow(CommanderError)
    expect(() => read(flag, value)).toThrow(message)
  })
})
