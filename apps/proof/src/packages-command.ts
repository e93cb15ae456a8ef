import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { packPublished } from './pack.ts'

/*
 * Run in the root of the repository, after a build. Packs every package and has publint and attw judge the
 * tarballs; exits 1 and prints what they say against one.
 */

const attw = fileURLToPath(new URL('dist/index.js', import.meta.resolve('@arethetypeswrong/cli/package.json')))
const folder = mkdtempSync(join(tmpdir(), 'cc-packages-'))
try {
  const tarballs = packPublished(process.cwd(), folder)
  let objections = 0
  for (const tarball of tarballs) {
    const found = (await Promise.all([askPublint(tarball), askAttw(tarball)])).flat()
    objections += found.length
    process.stdout.write(`${found.length === 0 ? 'ok ' : 'BAD'} ${basename(tarball)}\n`)
    for (const line of found) process.stderr.write(`${line}\n`)
  }
  process.stdout.write(`${tarballs.length} tarballs, ${objections} objections of publint and attw.\n`)
  process.exitCode = tarballs.length > 0 && objections === 0 ? 0 : 1
} finally {
  rmSync(folder, { recursive: true })
}

async function askPublint(tarball: string): Promise<readonly string[]> {
  const { buffer, byteOffset, byteLength } = readFileSync(tarball)
  const packed = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer
  const { messages, pkg } = await publint({ strict: true, pack: { tarball: packed } })
  return messages.map((message) => `publint ${message.type}: ${formatMessage(message, pkg)}`)
}

/** Types as Node resolves them from an ES module. */
function askAttw(tarball: string): Promise<readonly string[]> {
  return new Promise((resolve) => {
    execFile(process.execPath, [attw, tarball, '--profile', 'esm-only', '--no-color'], (error, stdout, stderr) => {
      resolve(error === null ? [] : [`attw: ${stdout}${stderr}`])
    })
  })
}
