import { parseArgs } from 'node:util'

/** What `pnpm evals` is asked for. */
export type EvalsFlags = {
  /** Makes recordings anew: that of the pseudo model, or with `model` that of the model. */
  record: boolean
  /** A real model to record as far as its recording lacks it. */
  model: string | undefined
}

/** Reads `[--record] [--model NAME]`. @throws RangeError, TypeError with a sentence for whoever typed it. */
export function readEvalsFlags(words: readonly string[]): EvalsFlags {
  const { values } = parseArgs({
    args: [...words],
    options: { record: { type: 'boolean', default: false }, model: { type: 'string' } },
  })
  const { record, model } = values
  // It names a file.
  if (model !== undefined && !/^[a-z0-9][a-z0-9._-]{0,99}$/.test(model)) {
    throw new RangeError(`--model takes the name of a model, such as gpt-6-luna, got ${JSON.stringify(model)}.`)
  }
  return { record, model }
}
