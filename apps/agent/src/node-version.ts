const LEAST = [22, 22, 2] as const

/** What to tell somebody whose Node is too old; `undefined` where it is not. */
export function nodeProblem(version: string): string | undefined {
  const parts = version.split('.').map((part) => Number.parseInt(part, 10))
  for (const [index, least] of LEAST.entries()) {
    const part = parts[index] ?? 0
    if (part > least) return undefined
    if (part < least) {
      return `it needs Node ${LEAST.join('.')} or newer, this is ${version}. From the repository: npx -y pnpm@10.34.9 ccagent …`
    }
  }
  return undefined
}
