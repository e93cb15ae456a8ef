/** The whole number behind a flag. @throws RangeError with a sentence for whoever typed it. */
export function wholeNumber(flag: string, text: string, least: number): number {
  const value = Number(text)
  if (/^\d{1,9}$/.test(text) && value >= least) return value
  throw new RangeError(`${flag} must be a whole number from ${least} to 999999999, got ${text}`)
}
