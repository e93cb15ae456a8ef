import { type Tally, totalOf } from '../tally.ts'
import type { Accuse } from './violation.ts'

/** Holds how long orders rest against how long they may. */
export type RestingTime = {
  /** A process begins. What an earlier one left is for the start to find. */
  begin(): void
  sent(label: string, nowMs: number): void
  observe(openLabels: readonly string[], nowMs: number): void
}

/** What reading and cancelling an order may take where nothing fails. */
const GRACE_MS = 15_000

/** @param restMs how long one order rests before it is cancelled. Only of orders since which nothing failed is it asked. */
export function createRestingTime({
  restMs,
  tally,
  accuse,
}: {
  restMs: number
  tally: Tally
  accuse: Accuse
}): RestingTime {
  const sends = new Map<string, { timeMs: number; faults: number }>()
  const faults = () => totalOf(tally, 'fault/')
  return {
    begin: () => sends.clear(),
    sent(label, timeMs) {
      sends.set(label, { timeMs, faults: faults() })
    },
    observe(openLabels, nowMs) {
      for (const label of openLabels) {
        const send = sends.get(label)
        if (send === undefined || nowMs - send.timeMs <= restMs + GRACE_MS || send.faults !== faults()) continue
        accuse('I10', `${label} still rests ${nowMs - send.timeMs} ms after it was sent, ${restMs} are allowed`)
      }
    },
  }
}
