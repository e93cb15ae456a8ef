import { resolve } from 'node:path'
import { type Provider, resolveProvider, shutdownWarning } from '@cc/policy-llm'
import type { Settings } from './config.js'
import type { SettingKey } from './settings-schema.js'

/** Who decides. `unmet`: why it is the rules, where a model was asked for. */
export type PolicyPlan =
  | { kind: 'rules'; unmet?: string }
  | { kind: 'model'; provider: Provider; cassette: CassettePlan | null }

/** A recording of the calls of a model. */
type CassettePlan = { path: string; mode: 'replay' | 'record' | 'auto' }

/** Settings by which a run says nothing else where its log lies or how its model is reached. */
export const CASSETTE_KEYS = ['LLM_CASSETTE', 'LLM_CASSETTE_MODE'] as const satisfies readonly SettingKey[]

/** Finds out who decides under these settings: a model where one is wanted and somebody can be asked, else the rules. */
export function planPolicy({ values, origins }: Settings, folder: string): PolicyPlan {
  if (!values.LLM_ENABLED) return { kind: 'rules' }
  const cassette =
    values.LLM_CASSETTE === undefined
      ? null
      : { path: resolve(folder, values.LLM_CASSETTE), mode: values.LLM_CASSETTE_MODE }
  const provider = resolveProvider(providerValues(values))
  if (!('missing' in provider)) return { kind: 'model', provider, cassette }
  if (cassette?.mode === 'replay') return { kind: 'model', provider: RECORDED, cassette }
  return { kind: 'rules', unmet: `LLM_ENABLED=true (${origins.LLM_ENABLED}): ${provider.missing}` }
}

/** What a person should know of the plan before the first decision. */
export function policyNotes(policy: PolicyPlan, model: string, nowMs: number): string[] {
  if (policy.kind === 'rules') return policy.unmet === undefined ? [] : [`${policy.unmet} The rules decide.`]
  const warning = policy.cassette?.mode === 'replay' ? undefined : shutdownWarning(model, nowMs)
  return warning === undefined ? [] : [warning]
}

/** Stands for a provider where nobody is asked: what a recording answers needs no key. */
const RECORDED: Provider = {
  name: 'openai',
  baseUrl: 'https://api.openai.com/v1',
  host: 'api.openai.com',
  apiKey: () => 'recorded',
}

function providerValues(values: Settings['values']): Parameters<typeof resolveProvider>[0] {
  const keys = [
    'OPENAI_API_KEY',
    'OPENAI_BASE_URL',
    'AI_INTEGRATIONS_OPENAI_API_KEY',
    'AI_INTEGRATIONS_OPENAI_BASE_URL',
  ] as const
  return Object.fromEntries(keys.flatMap((key) => (values[key] === undefined ? [] : [[key, values[key]]])))
}
