import type { Decision, Logger } from '@cc/models'
import { createSystemClock } from '@cc/models/clock'
import { chooseActionWithLlm, resolveProvider } from '@cc/policy-llm'
import { type Api, BEHAVIOURS, type Behaviour, createFakeProvider } from '@cc/policy-llm/testing'
import { NOW_MS, STATE } from './bench-state.ts'

/**
 * When a decision ends, as a share of its deadline, over every fault of a provider, each over a real socket and with the
 * real client, one after the other. The reference is the deadline itself. The provider shares the process. Throws where the
 * slowest of a hundred takes more than twice the deadline, or where a fault is followed.
 */
const deadlineMs = 500
const mostOverDeadline = 2

type Fault = { name: string; api: Api; behaviour: Behaviour }
type Course = Fault & { share: number }

const faults: readonly Fault[] = Object.entries<Behaviour>(BEHAVIOURS).flatMap(([name, behaviour]) =>
  behaviour.reason === null ? [] : behaviour.apis.map((api) => ({ name, api, behaviour })),
)
const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} }
const nothing: Decision = { proposal: { action: 'DO_NOTHING', params: {}, reasoning: 'Nothing to do.' } }

await courseOf({ name: 'warm-up', api: 'responses', behaviour: BEHAVIOURS['no text'] })
const courses: Course[] = []
for (const fault of faults) courses.push(await courseOf(fault))

const hung = courses.filter(({ behaviour }) => behaviour.reason === 'deadline')
const ended = courses.filter(({ behaviour }) => behaviour.reason !== 'deadline')
console.log(`fault-behaviours ${new Set(faults.map(({ name }) => name)).size} behaviours`)
console.log(`fault-decisions ${courses.length} decisions`)
console.log(`deadline ${deadlineMs} ms`)
for (const [name, some] of [
  ['fault-end', courses],
  ['hang-end', hung],
  ['other-fault-end', ended],
] as const) {
  for (const percent of [50, 99, 100]) {
    const what = percent === 100 ? 'max' : `p${percent}`
    console.log(`${name}-${what}-over-deadline ${quantile(some, percent).toFixed(3)} ratio`)
  }
}
const slowest = courses.reduce((a, b) => (a.share > b.share ? a : b))
console.log(`slowest-fault-over-deadline ${slowest.share.toFixed(3)} ratio (${slowest.name}, ${slowest.api})`)
if (quantile(courses, 99) > mostOverDeadline)
  throw new Error('one fault of a hundred takes more than twice the deadline')

async function courseOf(fault: Fault): Promise<Course> {
  const fake = await createFakeProvider({ always: fault.behaviour })
  const provider = resolveProvider({ OPENAI_API_KEY: 'sk-bench-0123456789', OPENAI_BASE_URL: fake.url })
  if ('missing' in provider) throw new Error(provider.missing)
  const startMs = performance.now()
  const { proposal, modelCall } = await chooseActionWithLlm(
    STATE,
    { transport: fault.api, deadlineMs },
    {
      ...{ provider, logger: silent, clock: createSystemClock(), venueClock: { now: () => NOW_MS } },
      store: { load: async () => undefined, save: async () => {} },
      rules: () => nothing,
      mandatoryExit: () => undefined,
      isLegal: () => true,
    },
  )
  const share = (performance.now() - startMs) / deadlineMs
  await fake.close()
  if (proposal.action !== 'DO_NOTHING' || modelCall?.fallback === null) throw new Error(`${fault.name} was followed`)
  return { ...fault, share }
}

function quantile(some: readonly Course[], percent: number): number {
  const shares = some.map(({ share }) => share).toSorted((a, b) => a - b)
  return shares[Math.min(shares.length - 1, Math.floor((shares.length * percent) / 100))] ?? Number.NaN
}
