import { silentLogger } from '@cc/models/testing'
import { expect, it } from 'vitest'
import { createListeners } from './listeners.js'

it('tells everyone everything in the order in which it came, also what a listener brings about', () => {
  const { watch, tell } = createListeners<(what: string) => void>(silentLogger)
  const heard: string[] = []
  const say = (what: string) => tell((listener) => listener(what))
  watch((what) => {
    if (what === 'a') for (const more of ['b', 'c']) say(more)
    if (what === 'b') say('d')
    throw new Error('a listener that fails')
  })
  watch((what) => void heard.push(what))
  say('a')
  say('e')
  expect(heard).toEqual(['a', 'b', 'c', 'd', 'e'])
})
