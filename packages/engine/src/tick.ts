/**
 * The tick to wait for after a cycle of tick `index`: the next multiple of the interval from the start that is not
 * past. Ticks do not drift; those that a slow cycle ran over are `missed`.
 */
export function nextTick({
  startMs,
  intervalMs,
  index,
  nowMs,
}: {
  startMs: number
  intervalMs: number
  index: number
  nowMs: number
}): { index: number; timeMs: number; missed: number } {
  const next = Math.max(index + 1, Math.ceil((nowMs - startMs) / intervalMs))
  return { index: next, timeMs: startMs + next * intervalMs, missed: next - index - 1 }
}
