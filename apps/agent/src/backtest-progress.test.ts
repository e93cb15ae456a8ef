import { expect, it } from 'vitest'
import { createProgress } from './backtest-progress.js'

function watched() {
  const told: string[] = []
  const clock = { ms: 1_000 }
  const progress = createProgress({ stderr: { write: (text) => void told.push(text) } }, { now: () => clock.ms })
  const pass = (ms: number) => {
    clock.ms += ms
  }
  return { progress, told: () => told.join(''), pass }
}

const [fromMs, toMs] = [Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 11)]
const at = (day: number) => ({ fromMs, toMs, timeMs: fromMs + day * 86_400_000, cycles: day })

it('says nothing of a run that is over soon', () => {
  const { progress, told, pass } = watched()
  for (let day = 0; day <= 10; day += 1) {
    progress.run('bxm')(at(day))
    pass(400)
  }
  expect(told()).toBe('')
})

it('says every five seconds how far a longer one is', () => {
  const { progress, told, pass } = watched()
  const tell = progress.run('bxm')
  for (let day = 0; day <= 10; day += 1) {
    tell(at(day))
    pass(2_000)
  }
  expect(told()).toBe(
    'ccagent: bxm: at 2026-01-04 00:00, 30 %\nccagent: bxm: at 2026-01-07 00:00, 60 %\nccagent: bxm: at 2026-01-10 00:00, 90 %\n',
  )
})

it('counts benchmarks, but not the last of them', () => {
  const { progress, told, pass } = watched()
  for (let done = 1; done <= 3; done += 1) {
    pass(6_000)
    progress.benchmarks(done, 3)
  }
  expect(told()).toBe('ccagent: benchmarks: 1 of 3\nccagent: benchmarks: 2 of 3\n')
})
