import type { z } from 'zod'

/** Whether a value fits a schema. */
export type Guard = (value: unknown) => boolean

/**
 * The same answer as the schema's own for what `JSON.parse` made, several times sooner: one generated function per object
 * and list, read from the schema's definition, with plain property reads and without the copy that a parse makes. What
 * the generator does not know, such as a refinement, is asked of the schema itself; so is everything where code
 * generation is forbidden (a content security policy, `--disallow-code-generation-from-strings`).
 *
 * @param options `exact`: default `false`. For any value: true only where `JSON.stringify` writes it as it would write what
 * the schema makes of it. That takes plain objects and lists, no key that the schema does not know, and nothing that the
 * generator does not know. False says nothing: ask the schema. `ordered`: default `false`. With `exact`: true only where the
 * keys also stand in the order in which the schema would write them, so that what it makes has the same JSON.
 */
export function guardOf(
  schema: z.core.$ZodType,
  { exact = false, ordered = false }: { exact?: boolean; ordered?: boolean } = {},
): Guard {
  const parts: Parts = { functions: [], asked: [], exact, ordered }
  const entry = conditionOf(schema, 'v', parts)
  // `for…in` over a plain object lists what it inherits, too: nothing, unless somebody wrote into the prototype of all.
  const own = exact ? 'for(const k in Object.prototype)return false;' : ''
  const code = `'use strict'\n${parts.functions.join('\n')}\nreturn v=>{${own}return ${entry}}`
  try {
    return new Function('asked', code)(parts.asked) as Guard
  } catch (error) {
    if (error instanceof EvalError) return exact ? () => false : asking(schema)
    throw error
  }
}

/** Text of the functions so far, and guards that they call by their place in `asked`. */
type Parts = { functions: string[]; asked: Guard[]; exact: boolean; ordered: boolean }
type Check = { _zod: { def: object } }

/** An expression, in brackets or a call, that is true where the variable named `at` fits. */
function conditionOf(schema: z.core.$ZodType, at: string, parts: Parts): string {
  const known = knownCondition(schema, at, parts)
  if (known !== undefined) return known
  return parts.exact ? 'false' : `asked[${parts.asked.push(asking(schema)) - 1}](${at})`
}

function knownCondition(schema: z.core.$ZodType, at: string, parts: Parts): string | undefined {
  const { def } = (schema as z.core.$ZodTypes)._zod
  const checks = checksOf(def.checks ?? [], at)
  if (checks === undefined) return undefined
  switch (def.type) {
    case 'number': {
      if (def.coerce === true || ('format' in def && def.format !== 'safeint')) return undefined
      const kind = 'format' in def ? `Number.isSafeInteger(${at})` : `typeof ${at}==='number'&&${at}-${at}===0`
      return all(kind, checks)
    }
    case 'string':
      return def.coerce === true || 'format' in def ? undefined : all(`typeof ${at}==='string'`, checks)
    case 'array':
      return all(listCall(def.element, at, parts), checks)
    case 'object':
      return checks === '' ? objectCall(def, at, parts) : undefined
    case 'record':
      return checks === '' ? recordCall(def, at, parts) : undefined
    case 'boolean':
      return checks === '' ? `(typeof ${at}==='boolean')` : undefined
    case 'null':
      return checks === '' ? `(${at}===null)` : undefined
    case 'enum':
      return checks === '' ? oneOf(Object.values(def.entries), at) : undefined
    case 'literal':
      return checks === '' ? oneOf(def.values, at) : undefined
    case 'nullable':
      return checks === '' ? `(${at}===null||${conditionOf(def.innerType, at, parts)})` : undefined
    case 'optional':
      return checks === '' ? `(${at}===undefined||${conditionOf(def.innerType, at, parts)})` : undefined
    case 'default': {
      const inner = conditionOf(def.innerType, at, parts)
      // What is absent fits, but the schema would write the default in its place.
      return checks !== '' ? undefined : parts.exact ? `(${at}!==undefined&&${inner})` : `(${at}===undefined||${inner})`
    }
    case 'readonly':
      return checks === '' ? conditionOf(def.innerType, at, parts) : undefined
    case 'union': {
      // Of those that exclude each other, a discriminated union's do so by themselves.
      if (checks !== '' || (def.inclusive === false && !('discriminator' in def))) return undefined
      return `(${def.options.map((option) => conditionOf(option, at, parts)).join('||')})`
    }
    default:
      return undefined
  }
}

/** What is asked of a number's size or a text's or list's length, joined by `&&`; `undefined` for any other check. */
function checksOf(checks: readonly Check[], at: string): string | undefined {
  const conditions = checks.map(({ _zod: { def } }) => checkCondition(def as Record<string, unknown>, at))
  return conditions.every((condition) => condition !== undefined) ? conditions.join('&&') : undefined
}

function checkCondition(def: Record<string, unknown>, at: string): string | undefined {
  const { check, value, inclusive, minimum, maximum, length } = def
  if (check === 'greater_than' && typeof value === 'number') return `${at}${inclusive === true ? '>=' : '>'}${value}`
  if (check === 'less_than' && typeof value === 'number') return `${at}${inclusive === true ? '<=' : '<'}${value}`
  if (check === 'min_length' && typeof minimum === 'number') return `${at}.length>=${minimum}`
  if (check === 'length_equals' && typeof length === 'number') return `${at}.length===${length}`
  if (check === 'max_length' && typeof maximum === 'number') return `${at}.length<=${maximum}`
  return undefined
}

function all(kind: string, checks: string): string {
  return `(${kind}${checks === '' ? '' : `&&${checks}`})`
}

function oneOf(values: readonly unknown[], at: string): string | undefined {
  const plain = values.every((value) => ['string', 'number', 'boolean'].includes(typeof value) || value === null)
  return plain ? `(${values.map((value) => `${at}===${JSON.stringify(value)}`).join('||')})` : undefined
}

function listCall(element: z.core.$ZodType, at: string, parts: Parts): string {
  const item = parts.exact ? `(f!==undefined&&${conditionOf(element, 'f', parts)})` : conditionOf(element, 'f', parts)
  return call(
    `if(!Array.isArray(v))return false;${parts.exact ? IS_PLAIN_LIST : ''}for(let i=0;i<v.length;i++){const f=v[i];if(!${item})return false}return true`,
    at,
    parts,
  )
}

function objectCall(def: z.core.$ZodObjectDef, at: string, parts: Parts): string | undefined {
  const isStrict = def.catchall?._zod.def.type === 'never'
  if (def.catchall !== undefined && !isStrict) return undefined
  const names = Object.keys(def.shape)
  const fields = Object.entries(def.shape).map(([key, field]) => {
    const found = parts.exact ? 'if(f!==undefined)n++;' : ''
    return `{const f=v[${JSON.stringify(key)}];${found}if(!${conditionOf(field, 'f', parts)})return false}`
  })
  if (parts.exact) {
    return call(`${IS_PLAIN_OBJECT}let n=0;${knownKeys(def.shape, parts)}${fields.join('')}return n===0`, at, parts)
  }
  const known = `for(const k of Object.keys(v))if(!${names.length === 0 ? 'false' : oneOf(names, 'k')})return false;`
  return call(`${IS_OBJECT}${isStrict ? known : ''}${fields.join('')}return true`, at, parts)
}

/**
 * Every key that is there has a known name and a value, and stands in its order where that is asked. They are counted
 * down: where as many values are then found under the names, none of them is hidden (not enumerable) or inherited.
 */
function knownKeys(shape: z.core.$ZodShape, { functions, ordered }: Parts): string {
  const names = `n${functions.length}`
  functions.push(`const ${names}=${JSON.stringify(Object.keys(shape))};`)
  const known = ordered
    ? `while(${names}[i]!==k)if(++i>=${names}.length)return false;`
    : `if(${names}[i]!==k){i=${names}.indexOf(k);if(i<0)return false}`
  // The condition of a field that must be there is false of `undefined`.
  const mayLack = Object.values(shape).some(({ _zod }) => _zod.optin !== undefined)
  return `let i=0;for(const k in v){${known}${mayLack ? 'if(v[k]===undefined)return false;' : ''}i++;n--}`
}

function recordCall(def: z.core.$ZodRecordDef, at: string, parts: Parts): string | undefined {
  // A record whose keys are all known must have them all.
  if ((def.keyType._zod.values !== undefined && def.partial !== true) || def.mode === 'loose') return undefined
  const key = conditionOf(def.keyType, 'k', parts)
  const field = conditionOf(def.valueType, 'f', parts)
  // The schema leaves this one key out.
  const skip = `if(k==='__proto__')${parts.exact ? 'return false' : 'continue'};`
  const keys = parts.exact ? `${IS_PLAIN_OBJECT}for(const k in v)` : `${IS_OBJECT}for(const k of Object.keys(v))`
  return call(`${keys}{${skip}const f=v[k];if(!${key}||!${field})return false}return true`, at, parts)
}

const IS_OBJECT = `if(typeof v!=='object'||v===null||Array.isArray(v))return false;`
const PROTOTYPE = `const p=Object.getPrototypeOf(v);`
const IS_PLAIN_LIST = `${PROTOTYPE}if(p!==Array.prototype||v.toJSON!==undefined)return false;`
const IS_PLAIN_OBJECT = `${IS_OBJECT}${PROTOTYPE}if((p!==Object.prototype&&p!==null)||v.toJSON!==undefined)return false;`

function call(body: string, at: string, { functions }: Parts): string {
  const name = `g${functions.length}`
  functions.push(`function ${name}(v){${body}}`)
  return `${name}(${at})`
}

function asking(schema: z.core.$ZodType): Guard {
  return (value) => (schema as z.ZodType).safeParse(value).success
}
