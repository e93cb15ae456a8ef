import { CcError } from '@cc/models'
import type OpenAI from 'openai'
import type { Provider } from './provider.js'
import { createGuard } from './request-guard.js'

/**
 * Makes a function that gives the client, loading and building it once. The load begins at once, so that the first call
 * does not wait for it; nobody hears of its failure but who asks.
 *
 * The client reads the environment by itself: key, organisation, project, base address, log level and headers. All of them
 * are given here, and of its headers none leaves ({@link createGuard}); the key it gets is none.
 */
export function createConnector(provider: Provider, fetch?: typeof globalThis.fetch): () => Promise<OpenAI> {
  let client: Promise<OpenAI> | undefined
  const connect = () => {
    client ??= build(provider, fetch).catch((error) => {
      client = undefined
      throw error
    })
    return client
  }
  connect().catch(() => {})
  return connect
}

async function build(provider: Provider, fetch: typeof globalThis.fetch | undefined): Promise<OpenAI> {
  const { default: Client } = await import('openai')
  const guard = createGuard(provider)
  /** Below everything else that the client does, and above the `fetch` of the runtime, which it finds by itself. */
  class GuardedClient extends Client {
    override fetchWithTimeout(
      ...[url, init, ms, controller]: Parameters<OpenAI['fetchWithTimeout']>
    ): Promise<Response> {
      const send = (to: string, request: RequestInit) => super.fetchWithTimeout(to, request, ms, controller)
      return guard({ url, init, send })
    }
  }
  try {
    return new GuardedClient({
      apiKey: 'held-back',
      adminAPIKey: null,
      organization: null,
      project: null,
      webhookSecret: null,
      baseURL: provider.baseUrl,
      maxRetries: 0,
      logLevel: 'off',
      logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
      ...(fetch === undefined ? {} : { fetch }),
    })
  } catch {
    // What it says may repeat what stands in the environment.
    throw new CcError('The client cannot be built. A malformed OPENAI_CUSTOM_HEADERS in the environment does that.', {
      code: 'policy-llm/client-unusable',
      recovery: 'skip',
    })
  }
}

function ignore(): void {}
