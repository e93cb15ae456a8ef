/**
 * How every package is built: from `entry`, by default its `src/index.ts`, to ES modules with types beside them.
 * A plain object, so that the tool behind it is this file's business alone.
 */
export function packageBuild(entry: string[] = ['src/index.ts']) {
  return { entry, format: 'esm' as const, dts: true, target: 'node22', sourcemap: true, clean: true }
}
