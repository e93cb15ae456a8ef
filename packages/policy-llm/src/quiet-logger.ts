import type { Logger } from '@cc/models'

/** A logger whose failures are nobody's: what cannot be told must not keep anything from being decided. */
export function quiet(logger: Logger): Logger {
  const tell =
    (level: keyof Logger): Logger['info'] =>
    (message, facts) => {
      try {
        logger[level](message, facts)
      } catch {
        // There is nobody left to tell.
      }
    }
  return { debug: tell('debug'), info: tell('info'), warn: tell('warn'), error: tell('error') }
}
