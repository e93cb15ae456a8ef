const marker: unique symbol = Symbol.for('@cc/error') as never

/** What the agent does about a failure: try again, look the order up first, leave this cycle, or stop. */
export type Recovery = 'retry' | 'reconcile' | 'skip' | 'halt'

/** Plain numbers and words about a failure. They are logged: never a secret. */
export type Facts = Readonly<Record<string, string | number | boolean | null | readonly (string | number)[]>>

/** What a failure is called, and what to do about it. */
export type CcErrorOptions = {
  /** `package/what-happened`, kebab-case. Match on this, never on the message. */
  code: string
  recovery: Recovery
  facts?: Facts
  cause?: unknown
}

/**
 * The one error that packages throw on purpose. Recognised with {@link CcError.isInstance}, which also
 * holds across two installed copies of this package, where `instanceof` does not.
 */
export class CcError extends Error {
  override readonly name = 'CcError'
  readonly code: string
  readonly recovery: Recovery
  readonly facts: Facts
  readonly [marker] = true

  constructor(message: string, options: CcErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = options.code
    this.recovery = options.recovery
    this.facts = options.facts ?? {}
  }

  static isInstance(value: unknown): value is CcError {
    return typeof value === 'object' && value !== null && (value as { [marker]?: unknown })[marker] === true
  }
}
