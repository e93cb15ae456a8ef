import type { RunProgress } from '@cc/backtest'
import type { Io } from './io.js'
import { minute } from './number-format.js'

/** Tells on stderr how far a backtest is. */
export type BacktestProgress = {
  run(name: string): (progress: RunProgress) => void
  benchmarks(done: number, total: number): void
}

const PAUSE_MS = 5_000

/** Says nothing of what is over in five seconds, and then a line every five at most. */
export function createProgress(
  { stderr }: Pick<Io, 'stderr'>,
  { now = () => performance.now() }: { now?: () => number } = {},
): BacktestProgress {
  let toldMs = now()
  const tell = (line: () => string) => {
    if (now() - toldMs < PAUSE_MS) return
    toldMs = now()
    stderr.write(`ccagent: ${line()}\n`)
  }
  return {
    run:
      (name) =>
      ({ timeMs, fromMs, toMs }) =>
        tell(() => `${name}: at ${minute(timeMs)}, ${Math.floor((100 * (timeMs - fromMs)) / (toMs - fromMs))} %`),
    benchmarks(done, total) {
      if (done < total) tell(() => `benchmarks: ${done} of ${total}`)
    },
  }
}
