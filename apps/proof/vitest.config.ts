import { defineConfig, mergeConfig } from 'vitest/config'
import base from '../../vitest.base.ts'

/** Proofs start processes; none sleeps, but a busy machine takes its time. */
export default mergeConfig(base, defineConfig({ test: { hookTimeout: 300_000 } }))
