import type { Clock } from '@cc/models'
import type { Method } from '../method.js'

/** The time that the exchange tells, which may not be the one that it has. */
export type ToldTime = {
  /** Tells the time with the skew in it. Sleeps as the clock of the exchange does. */
  readonly clock: Clock
  /** How much later than it is the exchange takes it to be, in ms. */
  skewMs(): number
  skew(ms: number): void
}

/** The methods, but that `public/get_time` tells that time. */
export function tellingTime(methods: readonly Method[], told: ToldTime): readonly Method[] {
  return methods.map((method) =>
    method.name === 'public/get_time' ? { ...method, handle: ({ nowMs }) => nowMs + told.skewMs() } : method,
  )
}

export function createToldTime(clock: Clock): ToldTime {
  let skewMs = 0
  return {
    clock: { now: () => clock.now() + skewMs, sleep: clock.sleep, hold: clock.hold },
    skewMs: () => skewMs,
    skew(ms) {
      skewMs = ms
    },
  }
}
