import { readdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { PROMPT_HASH, type ProviderValues, resolveProvider } from '@cc/policy-llm'
import { createFakeProvider } from '@cc/policy-llm/testing'
import { repositoryRoot } from '../workspace.ts'
import type { Agent } from './agent.ts'
import type { EvalsFlags } from './flags.ts'
import { createModelAgent, type ModelSetup } from './model-agent.ts'
import { PLAIN_AGENTS } from './plain-agents.ts'
import { createScenarioReader } from './scenario.ts'
import { type Scene, scenesOf } from './scene.ts'
import { faultsOf, type Score, scoreOf } from './score.ts'
import { type Scoreboard, scoreboardJson, scoreboardPage } from './scoreboard.ts'

/** Where scenarios, recordings and the scoreboard lie. */
export const EVALS_FOLDER = join(repositoryRoot, 'packages/policy-llm/evals')
const CASSETTES = join(EVALS_FOLDER, 'cassettes')
/** Orders in which every menu is shown. */
const SEEDS = 4
/** A program in the place of a model that always takes the first line: what a liking for places looks like. */
const FIRST_SLOT = 'fake-first-slot'

/** What an evaluation found. */
export type Evaluation = { board: Scoreboard; scores: readonly Score[]; faults: readonly string[] }

/**
 * Records what is asked for, scores all agents and writes the scoreboard.
 *
 * @throws Error with a sentence for whoever runs it: no key for the model, or a recording that does not fit
 */
export async function evaluate(flags: EvalsFlags, variables: ProviderValues): Promise<Evaluation> {
  const scenes = readScenes()
  if (flags.model !== undefined) await recordModel({ ...flags, model: flags.model }, { variables, scenes })
  else if (flags.record) await recordFirstSlot(scenes)
  const evaluation = await scoreAll(scenes)
  writeFileSync(join(EVALS_FOLDER, 'scoreboard.json'), scoreboardJson(evaluation.board))
  writeFileSync(join(EVALS_FOLDER, 'SCOREBOARD.md'), scoreboardPage(evaluation.board))
  return evaluation
}

/** Every scenario under every seed. */
export function readScenes(): readonly Scene[] {
  const scenarios = createScenarioReader(EVALS_FOLDER).readAll()
  return scenarios.flatMap((scenario) => scenesOf(scenario, SEEDS))
}

/**
 * Scores the plain agents, and every model that there is a recording of in a folder. Opens no connection and writes nothing.
 *
 * @throws Error with the command that makes a recording again, where it is of another prompt or damaged
 */
export async function scoreAll(scenes: readonly Scene[], cassettes = CASSETTES): Promise<Evaluation> {
  const scores: Score[] = []
  const faults: string[] = []
  const score = async (agent: Agent) => {
    const found = await scoreOf(agent, scenes)
    scores.push(found)
    faults.push(...faultsOf(agent, found))
  }
  for (const agent of PLAIN_AGENTS) await score(agent)
  for (const model of recordedModels(cassettes)) {
    await score(openRecording(model, cassettes))
    const misses = scores.at(-1)?.fallbacks['replay-miss'] ?? 0
    if (misses > 0) faults.push(`The recording of ${model} lacks ${misses} calls. ${howToRecord(model)}`)
  }
  const scenarios = new Set(scenes.map(({ scenario }) => scenario.id)).size
  return { board: { promptHash: PROMPT_HASH, scenarios, seeds: SEEDS, scores }, scores, faults }
}

/** The command that makes the recording of a model again. */
export function howToRecord(model: string): string {
  return `Run pnpm evals --record${model === FIRST_SLOT ? '' : ` --model ${model}`}.`
}

function openRecording(model: string, cassettes: string): Agent {
  try {
    return createModelAgent({ ...setupOf(model, cassettes), mode: 'replay' })
  } catch (cause) {
    throw new Error(`${(cause as Error).message} ${howToRecord(model)}`, { cause })
  }
}

function recordedModels(cassettes: string): readonly string[] {
  const names = readdirSync(cassettes).filter((name) => name.endsWith('.jsonl'))
  return names.map((name) => basename(name, '.jsonl')).toSorted()
}

function setupOf(model: string, cassettes = CASSETTES): Pick<ModelSetup, 'model' | 'description' | 'cassette'> {
  const description =
    model === FIRST_SLOT
      ? 'A program in the place of a model, behind the real policy and the real client: it takes the first line.'
      : 'A model, asked through the real client and replayed from its recording.'
  return { model, description, cassette: join(cassettes, `${model}.jsonl`) }
}

async function recordFirstSlot(scenes: readonly Scene[]): Promise<void> {
  const fake = await createFakeProvider({ choose: ({ ids }) => ids[0] ?? '' })
  try {
    const { host } = new URL(fake.url)
    const provider = { name: 'compatible', baseUrl: fake.url, host, apiKey: () => 'no-key-is-needed' } as const
    await record({ ...setupOf(FIRST_SLOT), mode: 'record', provider }, scenes)
  } finally {
    await fake.close()
  }
}

type Recording = { variables: ProviderValues; scenes: readonly Scene[] }

async function recordModel({ model, record: anew }: EvalsFlags & { model: string }, { variables, scenes }: Recording) {
  const provider = resolveProvider(variables)
  if ('missing' in provider) throw new Error(`Nobody can be asked for ${model}: ${provider.missing}`)
  await record({ ...setupOf(model), mode: anew ? 'record' : 'auto', provider }, scenes)
}

async function record(setup: ModelSetup, scenes: readonly Scene[]): Promise<void> {
  const agent = createModelAgent(setup)
  try {
    for (const scene of scenes) await agent.answer(scene)
    const costUsd = agent.costUsd()
    const cost = costUsd === null ? 'at a cost that nobody knows' : `for ${costUsd.toFixed(4)} USD`
    process.stderr.write(`${setup.model}: ${agent.calls()} calls are recorded, ${cost}.\n`)
  } finally {
    agent.close()
  }
}
