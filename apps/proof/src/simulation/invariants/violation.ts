/** The invariants of the agent, by number. */
export type Invariant =
  | 'I1'
  | 'I2'
  | 'I3'
  | 'I4'
  | 'I5'
  | 'I6'
  | 'I7'
  | 'I8'
  | 'I9'
  | 'I10'
  | 'I11'
  | 'I12'
  | 'I13'
  | 'I14'
  | 'I15'

/** Something that must never be, and was. */
export type Violation = { invariant: Invariant; timeMs: number; message: string }

/** Tells of a violation. */
export type Accuse = (invariant: Invariant, message: string) => void

/** What float arithmetic may be off by, coin. */
export const NOISE_COIN = 1e-9
