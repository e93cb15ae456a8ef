import type { Survivor } from './evidence.ts'

/** A fault that no test can or need see, and why. */
export type JustifiedSurvivor = Survivor & { why: string }

/**
 * Every fault that a full run of `pnpm mutation` left alive, one by one. `pnpm reliability` fails where one is missing
 * here, and where one here is not among them.
 */
export const JUSTIFIED_SURVIVORS: readonly JustifiedSurvivor[] = []
