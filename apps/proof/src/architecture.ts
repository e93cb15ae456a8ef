/**
 * Who may import whom. The dependency rules and the picture of the structure are both made from this table, so it is
 * the one place to change.
 */

export type Place = {
  floor: 0 | 1 | 2 | 3
  /** Folder names of the packages that it may import. */
  mayImport: readonly string[]
}

const GROUND = ['models', 'pricing'] as const

/** Every folder of `packages/` that exists or is planned; one that is missing here fails the structure check. */
export const PACKAGES: Readonly<Record<string, Place>> = {
  models: { floor: 0, mayImport: [] },
  pricing: { floor: 0, mayImport: [] },
  engine: { floor: 1, mayImport: ['models'] },
  'deribit-client': { floor: 1, mayImport: GROUND },
  'exchange-sim': { floor: 1, mayImport: GROUND },
  state: { floor: 1, mayImport: GROUND },
  risk: { floor: 1, mayImport: GROUND },
  'policy-rules': { floor: 1, mayImport: GROUND },
  'policy-llm': { floor: 1, mayImport: GROUND },
  exec: { floor: 1, mayImport: GROUND },
  logging: { floor: 1, mayImport: GROUND },
  backtest: {
    floor: 2,
    mayImport: [...GROUND, 'engine', 'exchange-sim', 'state', 'risk', 'exec', 'policy-rules'],
  },
}

/** Apps and examples stand on the top floor: they import any package, and nothing imports them. */
export const TOP_FLOOR = 3

/** File names that say nothing about what is inside. */
export const CATCH_ALL_NAMES: readonly string[] = ['utils', 'helpers', 'types', 'common', 'misc']

/** Longest source file, in lines. */
export const MAX_LINES = 320

/** Files that do not ship behaviour: tests, type tests, fixtures, benchmarks. */
export function isTestFile(path: string): boolean {
  return /\.(test|test-d|fixture|bench)\.ts$/.test(path) || /(^|\/)(test|bench)\//.test(path)
}
