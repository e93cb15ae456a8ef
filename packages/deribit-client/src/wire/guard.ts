import type { Shape } from './shape.js'

/** Whether a value that `JSON.parse` made is of a shape. It accepts exactly what the schema of that shape accepts. */
export type Guard = (value: unknown) => boolean

/**
 * The fastest guard that this process allows: generated code, or closures where code generation from text is forbidden
 * (a content security policy, `--disallow-code-generation-from-strings`).
 */
export function guardOf(shape: Shape): Guard {
  return generatedGuard(shape) ?? closureGuard(shape)
}

/**
 * One function per object and list, with plain property reads, which the engine can optimise for the one hidden class that
 * rows of a reply share. `undefined` where code generation is forbidden. The text is made of the schema's field names and
 * words alone, each written by `JSON.stringify`.
 */
export function generatedGuard(shape: Shape): Guard | undefined {
  const functions: string[] = []
  const entry = declare('v', `return ${condition(shape, 'v', functions)}`, functions)
  try {
    return new Function(`'use strict'\n${functions.join('\n')}\nreturn ${entry}`)() as Guard
  } catch (error) {
    if (error instanceof EvalError) return undefined
    throw error
  }
}

/** The same, without generated code; several times slower. */
export function closureGuard(shape: Shape): Guard {
  switch (shape.kind) {
    case 'number':
      return (value) => Number.isFinite(value)
    case 'whole-number':
      return (value) => Number.isSafeInteger(value)
    case 'text':
      return (value) => typeof value === 'string'
    case 'flag':
      return (value) => typeof value === 'boolean'
    case 'anything':
      return () => true
    case 'word':
      return (value) => shape.words.includes(value as string)
    case 'absent-or': {
      const accepts = closureGuard(shape.inner)
      return (value) => value === undefined || accepts(value)
    }
    case 'null-or': {
      const accepts = closureGuard(shape.inner)
      return (value) => value === null || accepts(value)
    }
    case 'list': {
      const accepts = closureGuard(shape.item)
      return (value) => Array.isArray(value) && value.every(accepts)
    }
    case 'row': {
      const items = shape.items.map(closureGuard)
      return (value) => Array.isArray(value) && items.every((accepts, index) => accepts(value[index]))
    }
    case 'map': {
      const accepts = closureGuard(shape.value)
      return (value) => isObject(value) && Object.keys(value).every((key) => key === '__proto__' || accepts(value[key]))
    }
    case 'object': {
      const fields = [...shape.fields].map(([name, field]) => [name, closureGuard(field)] as const)
      return (value) => isObject(value) && fields.every(([name, accepts]) => accepts(value[name]))
    }
    case 'either': {
      const options = shape.options.map(closureGuard)
      return (value) => options.some((accepts) => accepts(value))
    }
  }
}

/** An expression that is true where the variable named `at` is of the shape. */
function condition(shape: Shape, at: string, functions: string[]): string {
  switch (shape.kind) {
    case 'number':
      return `(typeof ${at}==='number'&&${at}-${at}===0)`
    case 'whole-number':
      return `Number.isSafeInteger(${at})`
    case 'text':
      return `(typeof ${at}==='string')`
    case 'flag':
      return `(typeof ${at}==='boolean')`
    case 'anything':
      return 'true'
    case 'word':
      return `(${shape.words.map((word) => `${at}===${JSON.stringify(word)}`).join('||')})`
    case 'absent-or':
      return `(${at}===undefined||${condition(shape.inner, at, functions)})`
    case 'null-or':
      return `(${at}===null||${condition(shape.inner, at, functions)})`
    case 'either':
      return `(${shape.options.map((option) => condition(option, at, functions)).join('||')})`
    default:
      return `${declare('v', bodyOf(shape, functions), functions)}(${at})`
  }
}

function bodyOf(shape: Shape & { kind: 'list' | 'row' | 'map' | 'object' }, functions: string[]): string {
  switch (shape.kind) {
    case 'list':
      return `if(!Array.isArray(v))return false
for(let i=0;i<v.length;i++){const f=v[i];if(!${condition(shape.item, 'f', functions)})return false}
return true`
    case 'row':
      return `if(!Array.isArray(v))return false
${shape.items.map((item, index) => fieldTest(index, item, functions)).join('\n')}
return true`
    case 'map':
      return `if(typeof v!=='object'||v===null||Array.isArray(v))return false
for(const k of Object.keys(v)){if(k==='__proto__')continue;const f=v[k];if(!${condition(shape.value, 'f', functions)})return false}
return true`
    case 'object':
      return `if(typeof v!=='object'||v===null||Array.isArray(v))return false
${[...shape.fields].map(([name, field]) => fieldTest(name, field, functions)).join('\n')}
return true`
  }
}

function fieldTest(key: string | number, shape: Shape, functions: string[]): string {
  return `{const f=v[${JSON.stringify(key)}];if(!${condition(shape, 'f', functions)})return false}`
}

function declare(parameter: string, body: string, functions: string[]): string {
  const name = `g${functions.length}`
  functions.push(`function ${name}(${parameter}){${body}}`)
  return name
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
