import type { Io } from './io.js'

/**
 * Writes one JSON document with a list in it as the list grows, so that one of any length takes no memory: `head`, then
 * the items under `name`, then what `end` is given.
 */
export function createJsonList(
  { stdout }: Pick<Io, 'stdout'>,
  { name, ...head }: { name: string; [key: string]: unknown },
) {
  let before = `${JSON.stringify({ schemaVersion: 1, ...head }).slice(0, -1)},"${name}":[\n`
  return {
    add(item: object): void {
      stdout.write(`${before}${JSON.stringify(item)}`)
      before = ',\n'
    },
    end(tail: object = {}): void {
      const rest = JSON.stringify(tail).slice(1)
      stdout.write(`${before === ',\n' ? '\n' : before}]${rest === '}' ? '' : ','}${rest}\n`)
    },
  }
}
