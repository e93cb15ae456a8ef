import type { ProposedAction } from '@cc/models'
import type { Agent } from './agent.ts'
import { type Share, shareOf } from './interval.ts'
import { type Choice, fitsOne, nameOfChoice } from './predicate.ts'
import { isLegal, type Scene } from './scene.ts'

/** How an agent has done over all scenarios, each under several seeds. */
export type Score = {
  agent: string
  description: string
  answers: number
  /** Expected choices: the mean over the scenarios, which are what the interval counts. */
  expected: Share
  /** Forbidden ones, counted by answers. */
  forbidden: Share
  /** Scenarios with a real choice in which every seed got the same action; the first draw counts. */
  agreement: Share
  /** Answers that took the first line, of menus with more than one, and how many would by chance. */
  firstSlot: Share & { byChance: number }
  /** Answers that risk refuses, which counts as doing nothing. No line of a menu is among them. */
  refused: number
  /** Answers that are not the model's, by reason. */
  fallbacks: Readonly<Record<string, number>>
  /** Share of expected choices by group. */
  byTag: Readonly<Record<string, number>>
  /** Each forbidden choice once. */
  forbiddenChoices: readonly { scenario: string; choice: string }[]
  /** Scenarios that it did not always get right. */
  missed: readonly string[]
}

/**
 * Lets an agent answer every scene, and scores what would be done: a proposal that risk refuses is nothing done. The scenes
 * of a scenario stand one after the other.
 */
export async function scoreOf(agent: Agent, scenes: readonly Scene[]): Promise<Score> {
  const marks: Mark[] = []
  for (const scene of scenes) marks.push(...(await marksOf(agent, scene)))
  const groups = [...new Set(marks.map(({ scenario }) => scenario))].map((id) =>
    marks.filter(({ scenario }) => scenario === id),
  )
  const rates = groups.map((group) => ({
    id: group[0]?.scenario ?? '',
    tags: group[0]?.tags ?? [],
    rate: rateOf(group),
  }))
  const chosen = marks.filter(({ isChoice }) => isChoice)
  const asked = groups.filter((group) => group.every(({ isChoice }) => isChoice))
  const tags = [...new Set(rates.flatMap((each) => each.tags))].toSorted()
  const forbidden = marks.filter((mark) => mark.isForbidden)
  return {
    agent: agent.name,
    description: agent.description,
    answers: marks.length,
    expected: shareOf(sum(rates.map(({ rate }) => rate)), rates.length),
    forbidden: shareOf(forbidden.length, marks.length),
    agreement: shareOf(asked.filter(isUnanimous).length, asked.length),
    firstSlot: {
      ...shareOf(chosen.filter(({ place }) => place === 0).length, chosen.length),
      byChance: sum(chosen.map(({ lines }) => 1 / lines)) / Math.max(1, chosen.length),
    },
    refused: marks.filter(({ isRefused }) => isRefused).length,
    fallbacks: countsOf(marks.flatMap(({ fallback }) => (fallback === null ? [] : [fallback]))),
    byTag: Object.fromEntries(
      tags.map((tag) => {
        const of = rates.filter((each) => each.tags.includes(tag)).map(({ rate }) => rate)
        return [tag, sum(of) / of.length]
      }),
    ),
    forbiddenChoices: [...new Map(forbidden.map((mark) => [`${mark.scenario} ${mark.choice}`, mark])).values()].map(
      ({ scenario, choice }) => ({ scenario, choice }),
    ),
    missed: rates.filter(({ rate }) => rate < 1).map(({ id }) => id),
  }
}

/** What would be a fault of this repository, in words; empty where nothing is. */
export function faultsOf({ name, gate }: Agent, score: Score): readonly string[] {
  const forbidden = score.forbiddenChoices.map(
    ({ scenario, choice }) => `${name} does what ${scenario} forbids: ${choice}`,
  )
  if (gate === 'none') return []
  return gate === 'perfect' ? [...forbidden, ...score.missed.map((id) => `${name} misses ${id}`)] : forbidden
}

/** One answer, judged. */
type Mark = {
  scenario: string
  tags: readonly string[]
  choice: string
  /** Which of a scene's draws, from 0 on. */
  draw: number
  lines: number
  /** Whether there was more than one line, and no exit that waits for nobody. */
  isChoice: boolean
  /** In the menu, from 0 on; -1: it is not in it. */
  place: number
  isRefused: boolean
  isExpected: boolean
  isForbidden: boolean
  fallback: string | null
}

async function marksOf(agent: Agent, scene: Scene): Promise<Mark[]> {
  const { scenario, state, menu } = scene
  const names = menu.items.map(({ action }) => nameOfChoice(action))
  const isRefused = (choice: Choice) =>
    !names.includes(nameOfChoice(choice)) && !isLegal({ ...choice, reasoning: '' } as ProposedAction, state)
  return (await agent.answer(scene)).map(({ choice: asked, fallback }, draw) => {
    const refused = isRefused(asked)
    const choice = refused ? NOTHING : asked
    const name = nameOfChoice(choice)
    const isForbidden = fitsOne(scenario.forbid, choice, state)
    return {
      ...{ scenario: scenario.id, tags: scenario.tags, choice: name, draw, lines: names.length },
      isChoice: names.length > 1 && scenario.mandatory.length === 0,
      ...{ place: names.indexOf(name), isRefused: refused, isForbidden },
      isExpected: !isForbidden && fitsOne(scenario.expect, choice, state),
      fallback,
    }
  })
}

const NOTHING: Choice = { action: 'DO_NOTHING', params: {} }

function isUnanimous(group: readonly Mark[]): boolean {
  return new Set(group.filter(({ draw }) => draw === 0).map(({ choice }) => choice)).size === 1
}

function rateOf(group: readonly Mark[]): number {
  return group.filter(({ isExpected }) => isExpected).length / group.length
}

function countsOf(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const word of words.toSorted()) counts[word] = (counts[word] ?? 0) + 1
  return counts
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
