/**
 * The JSON of a value that was written at one time, to be said at later ones: every `…timestamp` field that had that time,
 * and that others follow, has the time at which it is said. Writing a chain takes milliseconds, this takes microseconds.
 */
export function createTimedText(value: unknown, writtenMs: number): (saidMs: number) => string {
  const parts = JSON.stringify(value).split(`timestamp":${writtenMs},`)
  let last: { saidMs: number; text: string } | undefined
  return (saidMs) => {
    if (last?.saidMs !== saidMs) last = { saidMs, text: parts.join(`timestamp":${saidMs},`) }
    return last.text
  }
}
