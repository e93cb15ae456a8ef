import { createDeflateRaw, createGzip } from 'node:zlib'

const CHUNK_BYTES = 65_536

/** The pieces of an envelope that is padded to a size, and not kept as a whole anywhere. */
export type BigReply = { readonly bytes: number; chunks(): Generator<Buffer> }

/** A text of JSON with room between its last member and its end, so that it is the same to whoever parses it. */
export function paddedReply(text: string, bytes: number): BigReply {
  const whole = Buffer.from(text)
  const [head, tail] = [whole.subarray(0, -1), whole.subarray(-1)]
  const room = Math.max(0, bytes - whole.length)
  return {
    bytes: whole.length + room,
    *chunks() {
      yield head
      const spaces = Buffer.alloc(Math.min(CHUNK_BYTES, room), ' ')
      for (let left = room; left > 0; left -= spaces.length) {
        yield left < spaces.length ? spaces.subarray(0, left) : spaces
      }
      yield tail
    },
  }
}

/** Packs it without holding the loop of events up: as gzip, or as permessage-deflate has the payload of a frame. */
export async function packed({ chunks }: BigReply, form: 'gzip' | 'permessage-deflate'): Promise<Buffer> {
  const packer = form === 'gzip' ? createGzip({ level: 9 }) : createDeflateRaw({ level: 9 })
  const parts: Buffer[] = []
  packer.on('data', (part: Buffer) => parts.push(part))
  const done = new Promise((resolve, reject) => packer.once('end', resolve).once('error', reject))
  for (const chunk of chunks()) {
    if (!packer.write(chunk)) await new Promise((resolve) => packer.once('drain', resolve))
  }
  if (form === 'permessage-deflate') await new Promise<void>((resolve) => packer.flush(() => resolve()))
  packer.end()
  await done
  const all = Buffer.concat(parts)
  return form === 'gzip' ? all : withoutTail(all)
}

/**
 * A frame ends with the flush in it, whose last four bytes (00 00 ff ff) are left out. What `end` puts behind them is no
 * part of it. Source: RFC 7692, section 7.2.1
 */
function withoutTail(all: Buffer): Buffer {
  return all.subarray(0, all.lastIndexOf(FLUSHED))
}

const FLUSHED = Buffer.from([0, 0, 0xff, 0xff])
