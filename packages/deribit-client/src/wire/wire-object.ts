import { z } from 'zod'

const unreadFields = z.registry<{ names: readonly string[] }>()

/**
 * An object of Deribit's as it is read here: `fields` are checked and typed, `unread` names those that Deribit is known to
 * send and nobody reads, separated by spaces. Every other field is drift: tolerated and reported, or refused in strict mode.
 */
export function wireObject<Fields extends z.ZodRawShape>(fields: Fields, unread = ''): z.ZodObject<Fields> {
  const names = unread.split(' ').filter((name) => name !== '')
  return z.object(fields).register(unreadFields, { names })
}

/** Names of the fields that Deribit is known to send in this object and that are not read. */
export function unreadFieldsOf(schema: z.core.$ZodType): readonly string[] {
  return unreadFields.get(schema)?.names ?? []
}
