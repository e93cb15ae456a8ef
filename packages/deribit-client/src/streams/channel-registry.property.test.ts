import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createModelExchange, createRecorder, failure, modelChannel, type Told } from './model-exchange.fixture.js'

const names = ['w1', 'w2', 'n1', 'e1', 'user1', 'user2']
const name = fc.constantFrom(...names)
const index = fc.nat({ max: 11 })

type Step =
  | { do: 'attach' | 'send'; name: string }
  | { do: 'detach' | 'resync'; index: number }
  | { do: 'open' | 'lose' }
  | { do: 'wait'; ms: number }
  | { do: 'answer'; how: 'answered' | 'not-heard' | 'not-answered' | 'refused' }

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('attach' as const), name }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('detach' as const), index }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('resync' as const), index }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('send' as const), name }) },
    { weight: 1, arbitrary: fc.constant({ do: 'lose' as const }) },
    { weight: 2, arbitrary: fc.constant({ do: 'open' as const }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(0, 1, 600, 5_000) }) },
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('answer' as const),
        how: fc.constantFrom(...(['answered', 'answered', 'not-heard', 'not-answered', 'refused'] as const)),
      }),
    },
  ),
  { maxLength: 60, size: 'max' },
)

it('ends with what is wanted being sent and heard, whatever happened on the way', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (script) => {
      const exchange = createModelExchange({ isHeld: true })
      const present: (ReturnType<typeof createRecorder> & { name: string; detach(): void; resync(): void })[] = []
      const left: { heard: Told[]; length: number }[] = []
      const ready: Promise<void>[] = []

      for (const step of script) {
        switch (step.do) {
          case 'attach': {
            const recorder = createRecorder()
            const attachment = exchange.registry.attach(modelChannel(step.name), recorder.sink)
            ready.push(attachment.ready)
            present.push({ ...recorder, ...attachment, name: step.name })
            break
          }
          case 'detach': {
            const [one] = present.splice(step.index, 1)
            one?.detach()
            if (one !== undefined) left.push({ heard: one.heard, length: one.heard.length })
            break
          }
          case 'resync':
            present[step.index]?.resync()
            break
          case 'send':
            exchange.send(step.name)
            break
          case 'open':
            if (exchange.state() !== 'open') exchange.open()
            break
          case 'lose':
            if (exchange.state() === 'open') exchange.lose()
            break
          case 'wait':
            await exchange.clock.sleep(step.ms)
            break
          case 'answer': {
            const passing = failure('deribit/temporarily-unavailable', 'retry', { number: 13028 })
            exchange.held.shift()?.treat(step.how === 'refused' ? passing : step.how)
            await exchange.clock.sleep(0)
            break
          }
        }
      }

      if (exchange.state() !== 'open') exchange.open()
      for (let calm = 0; calm < 3; ) {
        await exchange.clock.sleep(31_000)
        calm = exchange.held.length === 0 ? calm + 1 : 0
        for (const call of exchange.held.splice(0)) call.treat('answered')
      }
      expect([...exchange.served].sort()).toEqual([...new Set(present.map((one) => one.name))].sort())

      const before = present.map(({ heard }) => heard.length)
      for (const one of names) exchange.send(one)
      expect(present.map(({ heard }, i) => heard.length - (before[i] ?? 0))).toEqual(present.map(() => 1))
      for (const one of present) expect(problemIn(one.name, one.heard)).toBeUndefined()
      for (const { heard, length } of left) expect(heard.length).toBe(length)
      await Promise.allSettled(ready)
    }),
    { numRuns: 300 },
  )
})

/** What a sink must never be told. */
function problemIn(channel: string, heard: readonly Told[]): string | undefined {
  let epoch = 0
  let last: number | undefined
  let isPaused = true
  for (const told of heard) {
    switch (told.told) {
      case 'end':
      case 'unreadable':
        return `it was told ${told.told}`
      case 'pause':
        if (isPaused) return 'it was paused before it had begun'
        isPaused = true
        break
      case 'begin':
        if (!isPaused) return 'it began anew without a pause'
        if (told.epoch <= epoch) return 'an epoch did not grow'
        epoch = told.epoch
        last = undefined
        isPaused = false
        break
      case 'data':
        if (isPaused) return 'it heard something before it had begun'
        if (told.epoch !== epoch) return 'an epoch was not announced'
        if (channel.startsWith('w') && told.whole !== (last === undefined)) return 'a beginning was not whole'
        if (last !== undefined && told.n !== last + 1) return 'a notification was missed or came twice'
        last = told.n
    }
  }
  return undefined
}
