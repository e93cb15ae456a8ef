import { Ajv, type ValidateFunction } from 'ajv'
import { correctSpecification, type Mistake } from './openapi-mistakes.ts'
import type { Specification } from './openapi-specification.ts'

/** Holds replies of an exchange to the official description of its API. */
export type ReplyValidator = {
  /** Methods that the description knows, such as `public/ticker`. */
  readonly methods: ReadonlySet<string>
  /** What is wrong with a whole reply of a method; empty where nothing is. */
  problems(method: string, reply: unknown): readonly string[]
}

/** Reads the official description, with its known mistakes corrected. */
export function createReplyValidator(specification: Specification, mistakes: readonly Mistake[]): ReplyValidator {
  const corrected = correctSpecification(specification, mistakes)
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false })
  ajv.addSchema(corrected, 'spec')
  const compiled = new Map<string, ValidateFunction>()

  function validatorOf(method: string): ValidateFunction {
    let validate = compiled.get(method)
    if (validate === undefined) {
      validate = ajv.compile({ $ref: `spec#${replyPointer(corrected, method)}` })
      compiled.set(method, validate)
    }
    return validate
  }

  return {
    methods: new Set(Object.keys(corrected.paths).map((path) => path.slice(1))),
    problems(method, reply) {
      const validate = validatorOf(method)
      if (validate(reply)) return []
      return (validate.errors ?? []).map(({ instancePath, message, params }) =>
        [instancePath || '/', message ?? 'is wrong', JSON.stringify(params)].join(' '),
      )
    },
  }
}

/** Where the schema of a method's reply lies in the document. */
function replyPointer({ paths, components }: Specification, method: string): string {
  const response = paths[`/${method}`]?.get?.responses['200'] as { $ref?: string; content?: unknown } | undefined
  if (response === undefined) throw new Error(`The specification has no ${method}.`)
  if (response.$ref === undefined) {
    return `/paths/${pointerPart(`/${method}`)}/get/responses/200/content/${pointerPart('application/json')}/schema`
  }
  const name = response.$ref.split('/').at(-1) ?? ''
  if (components.responses[name] === undefined) throw new Error(`The specification has no response ${name}.`)
  return `/components/responses/${pointerPart(name)}/content/${pointerPart('application/json')}/schema`
}

function pointerPart(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))
}
