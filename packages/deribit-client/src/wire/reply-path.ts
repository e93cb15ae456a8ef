/** One step into a reply, `.bid_price` or `[3]`. A name that is no plain word of the exchange's is not repeated: `.?`. */
export function stepTo(name: PropertyKey): string {
  if (typeof name === 'number') return `[${name}]`
  return /^[\w-]{1,64}$/.test(String(name)) ? `.${String(name)}` : '.?'
}
