/** `88,729`, `612.50`: US dollars, with cents where they are few. */
export function usd(value: number): string {
  const digits = Math.abs(value) < 1_000 && !Number.isInteger(value) ? 2 : 0
  return grouped(value, digits)
}

/** `+1,234`: a change in US dollars. */
export function usdChange(value: number): string {
  return `${value > 0 ? '+' : ''}${usd(value)}`
}

/** Coins to the satoshi's neighbourhood: four decimals, six where four would show nothing. */
export function coin(value: number): string {
  return grouped(value, value !== 0 && Math.abs(value) < 0.01 ? 6 : 4)
}

/** `+0.0125`: a change in coins. */
export function coinChange(value: number): string {
  return `${value > 0 ? '+' : ''}${coin(value)}`
}

/** A ratio as percent: 0.4512 with one digit is `45.1 %`. */
export function percent(ratio: number, digits: number): string {
  return `${fixed(ratio * 100, digits)} %`
}

/** Size of a position: only the decimals it has. */
export function size(value: number): string {
  return String(Number(value.toPrecision(12)))
}

/** `2026-01-02 09:00`, UTC. */
export function minute(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 16).replace('T', ' ')
}

/** Fixed decimals, never `-0.00`. */
export function fixed(value: number, digits: number): string {
  const text = value.toFixed(digits)
  return Number(text) === 0 ? text.replace('-', '') : text
}

// Not toLocaleString: its output depends on the machine.
function grouped(value: number, digits: number): string {
  const [whole = '', fraction] = fixed(value, digits).split('.')
  const withCommas = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? withCommas : `${withCommas}.${fraction}`
}
