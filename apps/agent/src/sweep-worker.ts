import { runSweepTask as runTask } from '@cc/backtest/sweep-worker'

/** What the threads of `ccagent sweep` run: a module of its own, so that the bundle has it. */
export const runSweepTask = runTask
