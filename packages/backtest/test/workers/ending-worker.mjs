/** Dies of every task. */
export function runSweepTask() {
  process.exit(3)
}
