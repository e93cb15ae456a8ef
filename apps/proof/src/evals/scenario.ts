import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Currency } from '@cc/models'
import { Ajv } from 'ajv'
import type { Predicate } from './predicate.ts'
import type { StateTerms } from './state-terms.ts'

/** One golden scenario: a state in few terms, what one should do in it, and what one must not. */
export type Scenario = {
  /** Of no other scenario. */
  id: string
  /** What it is about. */
  tags: readonly string[]
  /** Why that is so. */
  why: string
  state: StateTerms
  /** Choices that count as right: those that fit one of these. */
  expect: readonly Predicate[]
  /** Choices that nobody may make: those that fit one of these. */
  forbid: readonly Predicate[]
  /** Currencies in which a mandatory exit is due, so that no policy is asked. */
  mandatory: readonly Currency[]
}

/** Reads lists of scenarios, and knows what they may be about. */
export type ScenarioReader = {
  /** Every group that there is. */
  readonly tags: readonly string[]
  /** All files of the folder, by their names. @throws Error as `parse` does, or where an id is of two scenarios */
  readAll(): readonly Scenario[]
  /** The scenarios of a text. @throws Error naming the file, the scenario and the field where one is not in form */
  parse(text: string, name: string): readonly Scenario[]
}

/** Makes the reader of the scenarios below a folder, which holds `scenario.schema.json` and `scenarios/*.json`. */
export function createScenarioReader(folder: string): ScenarioReader {
  const schema = JSON.parse(readFileSync(join(folder, 'scenario.schema.json'), 'utf8'))
  const validate = new Ajv({ useDefaults: true, allowUnionTypes: true }).compile<Scenario[]>(schema)

  function parse(text: string, name: string): readonly Scenario[] {
    const given: unknown = JSON.parse(text)
    if (validate(given)) return given
    const [error] = validate.errors ?? []
    const [, index, ...path] = (error?.instancePath ?? '').split('/')
    const id = Array.isArray(given) ? String(given[Number(index)]?.id) : 'no list'
    const detail = Object.values(error?.params ?? {}).join(', ')
    throw new Error(`${name}, scenario ${id}: ${path.join('.') || 'it'} ${error?.message} (${detail}).`)
  }

  function readAll(): readonly Scenario[] {
    const names = readdirSync(join(folder, 'scenarios')).filter((name) => name.endsWith('.json'))
    const scenarios = names
      .toSorted()
      .flatMap((name) => parse(readFileSync(join(folder, 'scenarios', name), 'utf8'), name))
    const ids = scenarios.map(({ id }) => id)
    const twice = ids.find((id, place) => ids.indexOf(id) !== place)
    if (twice !== undefined) throw new Error(`The id ${twice} is of two scenarios.`)
    return scenarios
  }

  return { tags: schema.items.properties.tags.items.enum, readAll, parse }
}
